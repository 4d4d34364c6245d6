//! The table `sync_run`: queued, running and finished syncs.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub source_id: i64,
    pub state: String,
    pub cause: String,
    pub requested_by: Option<String>,
    pub requested_at_ms: i64,
    pub started_at_ms: Option<i64>,
    pub finished_at_ms: Option<i64>,
    pub cancel_requested: bool,
    pub lease_owner: Option<String>,
    pub heartbeat_at_ms: Option<i64>,
    pub lease_until_ms: Option<i64>,
    pub kinds: String,
    pub outcome: Option<String>,
    pub failure: Option<String>,
    pub issue_count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
