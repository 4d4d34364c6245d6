//! A throw-away PostgreSQL for these tests: one server for all of a run, one database a test.
//!
//! nextest runs every test in a process of its own, so the server is shared by way of a folder that is named after the
//! runner's process, made under a lock by whichever test comes first. A watchdog stops it when the runner ends.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sea_orm::{ConnectionTrait, Database, Statement};

/// Makes an empty database and returns its URL; `None` where PostgreSQL is not installed.
pub(crate) async fn create_database() -> Option<String> {
    let folder = server()?;
    let name = format!("t{:032x}", rand::random::<u128>());
    let socket = folder.display().to_string().replace('/', "%2F");
    let url = |database: &str| format!("postgres://postgres@localhost/{database}?host={socket}");
    let admin = Database::connect(url("postgres")).await.expect("the server answers");
    let create = format!("CREATE DATABASE {name}");
    admin.execute_raw(Statement::from_string(sea_orm::DbBackend::Postgres, create)).await.expect("a new database");
    admin.close().await.expect("closing");
    Some(url(&name))
}

fn server() -> Option<PathBuf> {
    let Some(programs) = programs() else {
        assert!(std::env::var_os("IROA_REQUIRE_PEERS").is_none(), "PostgreSQL's server is not installed");
        eprintln!("skipped: PostgreSQL's server is not installed (/usr/lib/postgresql/*/bin)");
        return None;
    };
    let runner = match std::env::var_os("NEXTEST_RUN_ID") {
        Some(_) => std::os::unix::process::parent_id(),
        None => std::process::id(),
    };
    let folder = std::env::temp_dir().join(format!("iroa-pg-{runner}"));
    let lock = File::create(std::env::temp_dir().join(format!("iroa-pg-{runner}.lock"))).expect("a lock file");
    lock.lock().expect("the lock");
    if !folder.join("ready").exists() {
        start(&programs, &folder, runner);
    }
    Some(folder)
}

fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn start(programs: &Path, folder: &Path, runner: u32) {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir(folder).expect("a folder");
    let as_root = nix::unistd::geteuid().is_root();
    if as_root {
        let postgres = nix::unistd::User::from_name("postgres").expect("users").expect("the user postgres");
        std::os::unix::fs::chown(folder, Some(postgres.uid.as_raw()), Some(postgres.gid.as_raw())).expect("chown");
    }
    let data = folder.join("data");
    let postgres_does = |program: &str| {
        let mut command = if as_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(programs.join(program));
            command
        } else {
            Command::new(programs.join(program))
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir(folder);
        command
    };
    let made = postgres_does("initdb")
        .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=postgres", "-D"])
        .arg(&data)
        .status()
        .expect("initdb starts");
    assert!(made.success(), "initdb failed");
    let settings = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c synchronous_commit=off \
         -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB",
        folder.display()
    );
    let started = postgres_does("pg_ctl").args(["-w", "-o", &settings, "-D"]).arg(&data).arg("start").status();
    assert!(started.expect("pg_ctl starts").success(), "PostgreSQL does not start");
    let watch = format!(
        "while kill -0 {runner} 2>/dev/null; do sleep 0.5; done; kill -QUIT $(head -1 {data}/postmaster.pid); \
         rm -rf {folder} {folder}.lock",
        data = data.display(),
        folder = folder.display()
    );
    // In a session of its own, because the runner ends the process groups of its tests.
    let mut watchdog = Command::new("setsid");
    watchdog.args(["--fork", "sh", "-c", &watch]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(watchdog.status().expect("the watchdog starts").success());
    std::fs::write(folder.join("ready"), "").expect("a mark");
}
