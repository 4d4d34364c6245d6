//! Rows of accounts, sources, runs and changes as SeaORM sees them. No logic in here; the model's types are made beside the
//! queries. The inventory's tables are written and read by statements over all kinds alike (`persister`, `inventory`).

#![allow(unreachable_pub, reason = "the derives want public models; the module keeps them inside the crate")]

pub(crate) mod app_user;
pub(crate) mod login_attempt;
pub(crate) mod measuring;
pub(crate) mod metric_mapping;
pub(crate) mod run_issue;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod source;
pub(crate) mod sync_run;
