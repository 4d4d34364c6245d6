//! What each command of the command line does.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use engine::{Engine, NewKey, SecretString};
use model::account::Actor;
use secrecy::ExposeSecret as _;

use crate::{
    cli::{AddUser, Cli, Command, UserCommand},
    configuration::{Configuration, sqlite_file},
    logs, serve, tls,
};

/// Of a worker thread. A page is rendered as one deep future; in a debug build it does not fit into the usual 2 MiB.
const STACK: usize = 8 << 20;

/// Runs the command to its end.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let configuration = Configuration::load(cli.config.as_deref(), &cli.overrides)?;
    match cli.command {
        Command::CheckConfig => {
            configuration.tls.as_ref().map(tls::load).transpose()?;
            if let Some(folder) = configuration.assets_dir.as_ref().filter(|folder| !folder.is_dir()) {
                bail!("assets_dir: {} is no folder", folder.display());
            }
            for name in unknown_variables() {
                writeln!(std::io::stderr(), "warning: the variable {name} means nothing to IROA; is it mistyped?")?;
            }
            write!(std::io::stdout(), "{configuration}")?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Health => return Ok(health(&configuration)),
        _ => {}
    }
    logs::start(&configuration.log, configuration.log_format)?;
    for name in unknown_variables() {
        tracing::warn!(name, "a variable of the environment means nothing to IROA; is it mistyped?");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .context("cannot start tokio")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::serve(configuration).await,
            Command::Migrate => migrate(&configuration).await,
            Command::RotateKey => rotate_key(&configuration).await,
            Command::User { command } => user(&configuration, command).await,
            Command::CheckConfig | Command::Health => Ok(()),
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Of this process's environment.
fn unknown_variables() -> Vec<String> {
    Cli::unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
}

async fn migrate(configuration: &Configuration) -> anyhow::Result<()> {
    engine::migrate(&serve::engine_options(configuration)).await.context("the database was not migrated")?;
    writeln!(std::io::stdout(), "the database has this version's schema")?;
    Ok(())
}

async fn rotate_key(configuration: &Configuration) -> anyhow::Result<()> {
    let (passwords, place) = engine::rotate_key(&serve::engine_options(configuration)).await?;
    let mut output = std::io::stdout();
    match place {
        NewKey::InFile => {
            let file = configuration.secret_key_file.display();
            writeln!(output, "{file} is replaced; stored passwords sealed with the new key: {passwords}")?;
        }
        NewKey::FromEnvironment => {
            writeln!(output, "stored passwords sealed with the new key: {passwords}")?;
            writeln!(output, "start the servers with IROA_SECRET_KEY set to it; the old key opens nothing any more")?;
        }
    }
    Ok(())
}

async fn user(configuration: &Configuration, command: UserCommand) -> anyhow::Result<()> {
    // A mistyped folder must not become an installation.
    let file = sqlite_file(configuration.database_url.expose_secret());
    if let (UserCommand::Reset { .. }, Some(file)) = (&command, file.filter(|file| !file.exists())) {
        bail!("there is no database {}", file.display());
    }
    let engine = Engine::open(&serve::engine_options(configuration)).await.context("cannot open the database")?;
    match command {
        UserCommand::Add(AddUser { name, role, password_stdin: true }) => {
            engine.add_user(&Actor::Console, &name, role.into(), password_from_stdin()?).await?;
            writeln!(std::io::stdout(), "added {name}")?;
        }
        UserCommand::Add(AddUser { name, role, password_stdin: false }) => {
            let password = engine.add_user_with_one_time_password(&Actor::Console, &name, role.into()).await?;
            writeln!(std::io::stdout(), "added {name}, one-time password: {password}")?;
        }
        UserCommand::Reset { name } => {
            let password = reset(&engine, &name).await?;
            writeln!(std::io::stdout(), "one-time password of {name}: {password}")?;
        }
    }
    Ok(())
}

async fn reset(engine: &Engine, name: &str) -> anyhow::Result<String> {
    let users = engine.list_users(&Actor::Console).await?;
    let wanted = name.trim().to_lowercase();
    let Some(user) = users.iter().find(|user| user.name.to_lowercase() == wanted) else {
        bail!("there is no user {name}");
    };
    if user.disabled {
        engine.set_user_disabled(&Actor::Console, user.id, false).await?;
    }
    Ok(engine.reset_user_password(&Actor::Console, user.id).await?)
}

/// The first line of standard input without its line end; everything else in it belongs to the password.
fn password_from_stdin() -> anyhow::Result<SecretString> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read the password from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}

/// Readiness of the server that has this configuration. Behind TLS only that it accepts connections: the certificate
/// names the public host, not this machine.
fn health(configuration: &Configuration) -> ExitCode {
    const PATIENCE: Duration = Duration::from_secs(5);
    let mut address = configuration.bind;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    let Ok(mut stream) = TcpStream::connect_timeout(&address, PATIENCE) else {
        return ExitCode::FAILURE;
    };
    if configuration.tls.is_some() {
        return ExitCode::SUCCESS;
    }
    let mut status = [0; 12];
    let answered = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .and_then(|()| stream.read_exact(&mut status));
    if answered.is_ok() && status.ends_with(b" 200") { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
