//! The table `measuring`: when each source is measured next, who does it now, and how the last time went.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "measuring")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: i64,
    pub next_ms: Option<i64>,
    pub lease_owner: Option<String>,
    pub lease_until_ms: Option<i64>,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub last_success_ms: Option<i64>,
    pub samples: i64,
    pub failure: Option<String>,
    pub issues: Option<String>,
    pub consecutive_failures: i64,
    pub needs_change: bool,
    pub history_until_ms: Option<i64>,
    pub history_failures: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
