//! Migrations: once, locked, copied, refused from the future, safe against a kill.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, Statement};
use store::{Database, MigrateError, Options};

use crate::{
    postgres,
    stores::{Store, on_both},
};

on_both!(a_newer_schema_is_refused, migrating_again_changes_nothing);

async fn execute(url: &str, sql: &str) {
    let connection = sea_orm::Database::connect(url).await.unwrap();
    connection.execute_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap();
    connection.close().await.unwrap();
}

async fn a_newer_schema_is_refused(store: Store) {
    execute(&store.url, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 1)").await;
    let error = store.db.migrate().await.unwrap_err();
    assert!(matches!(&error, MigrateError::Newer { unknown } if unknown == &["m9999_from_the_future"]));
    assert!(error.to_string().contains("newer version of IROA"));
}

async fn migrating_again_changes_nothing(store: Store) {
    let report = store.db.migrate().await.unwrap();
    assert!(report.applied.is_empty() && report.copy.is_none());
}

async fn migrate_together(url: &str) {
    let starts = (0..4).map(|_| {
        let url = url.to_owned();
        tokio::spawn(async move {
            let db = Database::open(&url, Options::default()).await.unwrap();
            db.migrate().await.unwrap().applied.len()
        })
    });
    let applied: usize = futures::future::join_all(starts).await.into_iter().map(|done| done.unwrap()).sum();
    assert_eq!(applied, migrations::known_versions().len());
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    migrate_together(&format!("sqlite:{}", folder.path().join("iroa.db").display())).await;
    if let Some(url) = postgres::create_database().await {
        migrate_together(&url).await;
    }
}

#[tokio::test]
async fn a_sqlite_file_is_private_and_copied_before_its_schema_changes() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/iroa.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let db = Database::open(&url, Options::default()).await.unwrap();
    assert!(db.migrate().await.unwrap().copy.is_none(), "there was nothing to copy");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    db.close().await.unwrap();

    // The schema is there, but nothing says so: the migration meets its own tables and is taken back.
    for _ in 0..5 {
        execute(&url, "DELETE FROM seaql_migrations").await;
        let db = Database::open(&url, Options::default()).await.unwrap();
        assert!(matches!(db.migrate().await, Err(MigrateError::Failed(_))));
        assert_eq!(store::users::count(&db).await.unwrap(), 0);
        db.close().await.unwrap();
    }
    let copies: Vec<_> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".copy"))
        .collect();
    assert_eq!(copies.len(), 3, "the last few are kept");
    for copy in copies {
        assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let db = Database::open(&format!("sqlite:{}", copy.path().display()), Options::default()).await.unwrap();
        assert_eq!(store::users::count(&db).await.unwrap(), 0, "a copy is a database");
    }
}

/// Run by the test below in a process of its own, which is killed while the migration is under way.
#[tokio::test]
async fn child_that_migrates() {
    if let Ok(url) = std::env::var("IROA_TEST_MIGRATE_URL") {
        let db = Database::open(&url, Options::default()).await.unwrap();
        db.migrate().await.unwrap();
    }
}

async fn kill_in_the_middle(url: &str, folder: &Path) {
    let marker = folder.join("marker");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "migrating::child_that_migrates"])
        .env("IROA_TEST_MIGRATE_URL", url)
        .env("IROA_TEST_PAUSE_IN_MIGRATION", &marker)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while !marker.exists() {
        assert!(since.elapsed() < Duration::from_mins(1), "the child does not migrate");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let db = Database::open(url, Options::default()).await.unwrap();
    assert!(store::users::count(&db).await.is_err(), "nothing of the schema is there");
    assert_eq!(db.migrate().await.unwrap().applied.len(), migrations::known_versions().len());
    assert_eq!(store::users::count(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn a_kill_in_the_middle_leaves_a_database_that_migrates() {
    let folder = tempfile::tempdir().unwrap();
    kill_in_the_middle(&format!("sqlite:{}", folder.path().join("iroa.db").display()), folder.path()).await;
    if let Some(url) = postgres::create_database().await {
        std::fs::remove_file(folder.path().join("marker")).unwrap();
        kill_in_the_middle(&url, folder.path()).await;
    }
}
