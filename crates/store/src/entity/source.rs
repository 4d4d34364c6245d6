//! The table `source`: configured systems, deleted ones with kept inventory included.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    pub name: String,
    pub endpoint: String,
    pub username: String,
    pub tls: String,
    pub sync_interval_s: Option<i64>,
    pub measure_interval_s: Option<i64>,
    pub enabled: bool,
    pub settings_version: i64,
    pub secret: Option<Vec<u8>>,
    pub product: Option<String>,
    pub version: Option<String>,
    pub build: Option<String>,
    pub instance_uuid: Option<String>,
    pub next_sync_ms: Option<i64>,
    pub consecutive_failures: i64,
    pub needs_change: bool,
    pub last_success_ms: Option<i64>,
    pub created_at_ms: i64,
    pub deleted_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
