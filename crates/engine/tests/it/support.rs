//! An engine on a fresh database, people to use it, and what they see of its runs.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use engine::{Engine, Feed, Options};
use model::{
    account::{Actor, Role},
    ids::{RunId, UserId},
    live::ServerFrame,
    run::{Progress, RunState},
    source::{SourceKind, SourceSettings, TlsMode},
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, sqlx::postgres::PgListener};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use crate::postgres;

pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
pub(crate) const PASSWORD: &str = "correct horse battery";
/// More than the slowest run of these tests takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) admin: Actor,
    options: Options,
    _folder: TempDir,
}

pub(crate) async fn empty() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, None);
    (folder, Engine::open(&options).await.unwrap())
}

fn options(folder: &TempDir, database_url: Option<String>) -> Options {
    let sqlite = || format!("sqlite://{}", folder.path().join("iroa.db").display());
    Options {
        database_url: database_url.unwrap_or_else(sqlite).into(),
        secret_key_file: folder.path().join("secret.key"),
        parallel_syncs: 2,
    }
}

/// An engine with one administrator, `root`, on SQLite.
pub(crate) async fn place() -> Place {
    Place::open(None, 2).await
}

impl Place {
    pub(crate) async fn open(database_url: Option<String>, parallel_syncs: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { parallel_syncs, ..options(&folder, database_url) };
        let engine = Engine::open(&options).await.unwrap();
        let token = engine.setup_token().await.unwrap().unwrap();
        let admin = engine.create_first_admin(&token, "root", PASSWORD.into()).await.unwrap();
        Self { engine, admin, options, _folder: folder }
    }

    /// `None` where PostgreSQL is not installed.
    pub(crate) async fn on_postgres() -> Option<Self> {
        Some(Self::open(Some(postgres::create_database().await?), 2).await)
    }

    /// Another process' engine on the same database, as far as one process can have it.
    pub(crate) async fn another_engine(&self) -> Engine {
        Engine::open(&self.options).await.unwrap()
    }

    /// Goes round the engine: for what only time, damage or another program do to a database.
    pub(crate) async fn execute(&self, statement: &str) {
        let connection = sea_orm::Database::connect(self.database_url()).await.unwrap();
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The first column of the first row, which is a text.
    pub(crate) async fn text(&self, query: &str) -> Option<String> {
        let connection = sea_orm::Database::connect(self.database_url()).await.unwrap();
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let row = connection.query_one_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        row.map(|row| row.try_get_by_index(0).unwrap())
    }

    /// Hears what processes tell each other on PostgreSQL, as any program could.
    pub(crate) async fn listener(&self) -> PgListener {
        let mut listener = PgListener::connect(self.database_url()).await.unwrap();
        listener.listen("iroa").await.unwrap();
        listener
    }

    /// Until so many connections listen, the old ones not counted; their process ids in PostgreSQL.
    pub(crate) async fn until_listeners(&self, count: usize, old: &[i32]) -> Vec<i32> {
        let listening = "SELECT pid FROM pg_stat_activity WHERE application_name = 'iroa listener' \
                         AND query LIKE 'LISTEN%' AND datname = current_database()";
        let connection = sea_orm::Database::connect(self.database_url()).await.unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let statement = Statement::from_string(DbBackend::Postgres, listening);
            let rows = connection.query_all_raw(statement).await.unwrap();
            let mut found: Vec<i32> = rows.iter().map(|row| row.try_get("", "pid").unwrap()).collect();
            found.retain(|process| !old.contains(process));
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < deadline, "{} of {count} listen", found.len());
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn database_url(&self) -> &str {
        self.options.database_url.expose_secret()
    }

    pub(crate) async fn add(&self, name: &str, role: Role) -> Actor {
        let id = self.engine.add_user(&self.admin, name, role, PASSWORD.into()).await.unwrap();
        Actor::User { id, name: name.to_owned(), role }
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> engine::Result<Actor> {
        self.engine.sign_in(name, password.into(), HOME).await
    }
}

pub(crate) fn id_of(actor: &Actor) -> UserId {
    actor.user_id().unwrap()
}

/// A vCenter at which nothing listens.
pub(crate) fn settings(name: &str) -> SourceSettings {
    SourceSettings {
        kind: SourceKind::Vcenter,
        name: name.to_owned(),
        endpoint: "127.0.0.1:9".to_owned(),
        username: "reader@vsphere.local".to_owned(),
        tls: TlsMode::Unverified,
        sync_interval_s: None,
        measure_interval_s: None,
        enabled: true,
    }
}

/// The end of a run as a watcher sees it.
pub(crate) async fn end_of(feed: &mut Feed, run: RunId) -> Progress {
    end_where(feed, |progress| progress.run == run).await
}

/// The first end that the feed brings of such a run.
pub(crate) async fn end_where(feed: &mut Feed, which: impl Fn(&Progress) -> bool) -> Progress {
    let watching = async {
        loop {
            if let ServerFrame::Run { progress } = feed.next().await
                && progress.state.is_final()
                && which(&progress)
            {
                return progress;
            }
        }
    };
    timeout(PATIENCE, watching).await.expect("the run ends")
}

pub(crate) async fn until_running(engine: &Engine, run: RunId) {
    let is_running = |live: &Progress| live.run == run && live.state == RunState::Running;
    until("the run begins", || engine.live_runs().iter().any(is_running)).await;
}

/// For what no feed tells.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Runs each of these functions on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $test() {
                super::$test($crate::support::place().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $test() {
                if let Some(place) = $crate::support::Place::on_postgres().await {
                    super::$test(place).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
