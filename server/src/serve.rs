//! `iroa serve`: opens the database, starts the workers, listens, and ends all of it in order.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use anyhow::Context as _;
use axum_server::Handle;
use engine::Engine;
use hyper_util::rt::TokioTimer;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::{
    assets::Assets,
    configuration::{Configuration, sqlite_file, without_password},
    origin::Origins,
    router::{self, Site},
    shutdown, sole, tls,
};

/// How long connections and syncs may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) fn engine_options(configuration: &Configuration) -> engine::Options {
    engine::Options {
        database_url: configuration.database_url.clone(),
        secret_key_file: configuration.secret_key_file.clone(),
        parallel_syncs: configuration.parallel_syncs,
    }
}

pub(crate) async fn serve(configuration: Configuration) -> anyhow::Result<()> {
    // What can fail without touching the database comes first.
    let tls = configuration.tls.as_ref().map(tls::load).transpose()?;
    let listener =
        TcpListener::bind(configuration.bind).with_context(|| format!("cannot listen on {}", configuration.bind))?;
    listener.set_nonblocking(true)?;
    let sole = sqlite_file(configuration.database_url.expose_secret()).map(|file| sole::lock(&file)).transpose()?;

    let engine = Engine::open(&engine_options(&configuration)).await.context("cannot open the database")?;
    if sole.is_some() {
        engine.interrupt_abandoned().await?;
    }
    tracing::info!(database = without_password(configuration.database_url.expose_secret()), "the database is ready");
    let address = listener.local_addr()?;

    let stopping = CancellationToken::new();
    let origins = Origins::new(configuration.public_url.as_ref(), address, configuration.tls.is_some());
    let base = origins.canonical().to_owned();
    let site = Site::new(
        engine.clone(),
        Assets::new(configuration.assets_dir.clone()),
        origins,
        &configuration,
        stopping.clone(),
    );
    let service = router::build(site).into_make_service_with_connect_info::<SocketAddr>();

    if let Some(token) = engine.setup_token().await? {
        tracing::warn!("no user exists yet: create the first administrator at {base}/setup?token={token}");
    }
    let workers = engine.start();
    let handle = Handle::new();
    shutdown::on_signal(stopping.clone());
    tokio::spawn({
        let (handle, stopping) = (handle.clone(), stopping.clone());
        async move {
            stopping.cancelled().await;
            handle.graceful_shutdown(Some(GRACE));
        }
    });
    let stop_workers = tokio::spawn({
        let stopping = stopping.clone();
        async move {
            stopping.cancelled().await;
            workers.stop(GRACE).await;
        }
    });

    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(reached_at = base, "listening on {scheme}://{address}");
    let served = match tls {
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            bound_heads(server.http_builder());
            server.serve(service).await
        }
        Some(config) => {
            tls::reload_on_hangup(config.clone(), configuration.tls.clone());
            let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
            bound_heads(server.http_builder());
            server.serve(service).await
        }
    };
    // Also when serving ended by itself: no run may be left behind as running.
    stopping.cancel();
    if let Err(error) = stop_workers.await {
        tracing::error!(error = %error, "the workers ended badly");
    }
    tracing::info!("stopped");
    served.context("serving ended")
}

/// A client that never finishes its head would keep its connection for ever.
fn bound_heads<E>(builder: &mut hyper_util::server::conn::auto::Builder<E>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(Duration::from_secs(30));
}
