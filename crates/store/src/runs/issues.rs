//! The issues of a run, as they are found.

use model::{ids::RunId, run::RunIssue};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Database, StoreError,
    entity::{run_issue, sync_run},
};

use sync_run::Column as C;

const ISSUES_PER_STATEMENT: usize = 400;

/// Keeps issues of a run; they may come in several calls.
pub(crate) async fn write(
    connection: &impl ConnectionTrait,
    run: RunId,
    issues: &[RunIssue],
) -> Result<(), StoreError> {
    if issues.is_empty() {
        return Ok(());
    }
    for some in issues.chunks(ISSUES_PER_STATEMENT) {
        let rows = some.iter().map(|issue| run_issue::ActiveModel {
            id: NotSet,
            run_id: Set(run.0),
            severity: Set(issue.severity.key().to_owned()),
            kind: Set(issue.kind.map(|kind| kind.key().to_owned())),
            external_id: Set(issue.object.as_ref().map(|object| object.0.clone())),
            object_name: Set(issue.object_name.clone()),
            message: Set(issue.message.clone()),
            advice: Set(issue.advice.clone()),
        });
        run_issue::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    sync_run::Entity::update_many()
        .col_expr(C::IssueCount, Expr::col(C::IssueCount).add(issues.len() as i64))
        .filter(C::Id.eq(run.0))
        .exec(connection)
        .await?;
    Ok(())
}

/// Forgets the issues of all but each source's latest runs, which keep their count. Returns how many.
pub async fn prune_issues(db: &Database, runs_to_keep: u64) -> Result<u64, StoreError> {
    let statement = format!(
        "DELETE FROM run_issue WHERE run_id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY source_id \
         ORDER BY id DESC) AS place FROM sync_run WHERE issue_count > 0) ranked WHERE place > {runs_to_keep})"
    );
    let transaction = db.begin().await?;
    let done = transaction.execute_unprepared(&statement).await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}
