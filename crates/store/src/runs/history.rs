//! What pages show of runs: lists, one run with its issues, how long runs take.

use std::collections::BTreeMap;

use model::{
    ids::{ExternalId, RunId, SourceId},
    inventory::ObjectKind,
    run::{RunIssue, RunState, RunView, Severity, Trigger},
    table::Page,
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{CaseStatement, Expr, Query},
};

use crate::{
    Database, StoreError,
    entity::{run_issue, source, sync_run},
    error::{from_json, word},
};

use sync_run::Column as C;

/// The most runs or issues that are read at once.
const LIST_MAX: u64 = 500;

/// Runs, newest first, of one source or all.
pub async fn list(
    db: &Database,
    source: Option<SourceId>,
    page: u64,
    page_size: u64,
) -> Result<Page<RunView>, StoreError> {
    let (page, page_size) = (page.max(1), page_size.clamp(1, LIST_MAX));
    let mut select = sync_run::Entity::find();
    if let Some(source) = source {
        select = select.filter(C::SourceId.eq(source.0));
    }
    let total = select.clone().count(db.read()).await?;
    let offset = (page - 1).saturating_mul(page_size).min(i64::MAX as u64);
    let select = select.order_by_desc(C::Id).offset(offset).limit(page_size);
    Ok(Page { rows: views(db, select).await?, total, page, page_size })
}

pub async fn find(db: &Database, run: RunId) -> Result<Option<RunView>, StoreError> {
    Ok(views(db, sync_run::Entity::find_by_id(run.0)).await?.pop())
}

/// Every run that is queued or running.
pub async fn live(db: &Database) -> Result<Vec<RunView>, StoreError> {
    views(db, sync_run::Entity::find().filter(super::is_live()).order_by_asc(C::Id)).await
}

/// The last ended run of each source, in one query.
pub async fn last_of_each_source(db: &Database) -> Result<BTreeMap<SourceId, RunView>, StoreError> {
    let newest = Query::select()
        .expr(C::Id.max())
        .from(sync_run::Entity)
        .cond_where(C::State.is_not_in([RunState::Queued.key(), RunState::Running.key()]))
        .group_by_col(C::SourceId)
        .take();
    let runs = views(db, sync_run::Entity::find().filter(C::Id.in_subquery(newest))).await?;
    Ok(runs.into_iter().map(|run| (run.source, run)).collect())
}

/// The issues of a run, worst first as they came, bounded.
pub async fn issues(db: &Database, run: RunId) -> Result<Vec<RunIssue>, StoreError> {
    let is = |severity: Severity| run_issue::Column::Severity.eq(severity.key());
    let worst_first = CaseStatement::new().case(is(Severity::Error), 0).case(is(Severity::Warning), 1).finally(2);
    let rows = run_issue::Entity::find()
        .filter(run_issue::Column::RunId.eq(run.0))
        .order_by_asc(Into::<Expr>::into(worst_first))
        .order_by_asc(run_issue::Column::Id)
        .limit(LIST_MAX)
        .all(db.read())
        .await?;
    rows.into_iter().map(issue).collect()
}

/// Durations of a source's last successful runs in milliseconds, newest first.
pub async fn recent_durations(db: &Database, source: SourceId, count: u64) -> Result<Vec<i64>, StoreError> {
    let times: Vec<(Option<i64>, Option<i64>)> = sync_run::Entity::find()
        .select_only()
        .columns([C::StartedAtMs, C::FinishedAtMs])
        .filter(C::SourceId.eq(source.0))
        .filter(C::State.is_in([RunState::Completed.key(), RunState::CompletedWithIssues.key()]))
        .order_by_desc(C::Id)
        .limit(count)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(times.into_iter().filter_map(|(started, finished)| Some(finished? - started?)).collect())
}

async fn views(db: &Database, select: Select<sync_run::Entity>) -> Result<Vec<RunView>, StoreError> {
    let rows = select.all(db.read()).await?;
    let mut ids: Vec<i64> = rows.iter().map(|row| row.source_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: Vec<(i64, String)> = source::Entity::find()
        .select_only()
        .columns([source::Column::Id, source::Column::Name])
        .filter(source::Column::Id.is_in(ids))
        .into_tuple()
        .all(db.read())
        .await?;
    let names: BTreeMap<i64, String> = names.into_iter().collect();
    rows.into_iter().map(|row| view(row, &names)).collect()
}

fn view(row: sync_run::Model, names: &BTreeMap<i64, String>) -> Result<RunView, StoreError> {
    Ok(RunView {
        id: RunId(row.id),
        source: SourceId(row.source_id),
        source_name: names.get(&row.source_id).cloned().unwrap_or_default(),
        state: word("run state", &row.state, RunState::from_key)?,
        trigger: word("trigger", &row.cause, Trigger::from_key)?,
        requested_by: row.requested_by,
        requested_at_ms: row.requested_at_ms,
        started_at_ms: row.started_at_ms,
        finished_at_ms: row.finished_at_ms,
        kinds: from_json("counts", &row.kinds)?,
        outcome: row.outcome.map(|text| from_json("outcome", &text)).transpose()?,
        issue_count: row.issue_count as u64,
        failure: row.failure.map(|text| from_json("failure", &text)).transpose()?,
    })
}

fn issue(row: run_issue::Model) -> Result<RunIssue, StoreError> {
    Ok(RunIssue {
        severity: word("severity", &row.severity, Severity::from_key)?,
        kind: row.kind.map(|kind| word("kind", &kind, ObjectKind::from_key)).transpose()?,
        object: row.external_id.map(ExternalId),
        object_name: row.object_name,
        message: row.message,
        advice: row.advice,
    })
}
