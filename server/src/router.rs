//! The router: which path goes where, and through which layers.

use std::{sync::Arc, time::Duration};

use app::{App, shell};
use axum::{
    Router,
    extract::{FromRef, Request, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use engine::Engine;
use ipnet::IpNet;
use leptos::{
    config::{Env, LeptosOptions},
    prelude::provide_context,
};
use leptos_axum::LeptosRoutes as _;
use tokio_util::sync::CancellationToken;
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{
    assets::{self, Assets},
    configuration::Configuration,
    export,
    headers::{self, Https},
    live,
    origin::{self, Origins},
    requests,
    sessions::{self, Resolver, SessionRules},
};

/// The longest body: a form with a pasted chain of certificates.
const BODY_MAX: usize = 1 << 20;
/// Longer than the longest test of a connection.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// What handlers share. Cheap to clone.
#[derive(Clone, FromRef)]
pub struct Site {
    engine: Engine,
    options: LeptosOptions,
    assets: Arc<Assets>,
    origins: Arc<Origins>,
    proxies: Arc<[IpNet]>,
    #[from_ref(skip)]
    rules: SessionRules,
    sockets: live::Sockets,
}

impl Site {
    /// `stopping` closes the websockets.
    pub fn new(
        engine: Engine,
        assets: Assets,
        origins: Origins,
        configuration: &Configuration,
        stopping: CancellationToken,
    ) -> Self {
        let options = LeptosOptions::builder()
            .output_name("iroa")
            .site_root(".")
            .site_pkg_dir(assets.pkg())
            .site_addr(configuration.bind)
            .env(Env::PROD)
            .hash_files(false)
            .build();
        let rules = SessionRules {
            idle: configuration.session_idle,
            longest: configuration.session_max,
            https: configuration.is_https(),
        };
        Self {
            sockets: live::Sockets::new(stopping),
            engine,
            options,
            assets: Arc::new(assets),
            origins: Arc::new(origins),
            proxies: configuration.trusted_proxies.clone().into(),
            rules,
        }
    }
}

/// Everything that the server answers.
pub fn build(site: Site) -> Router {
    let resolver = Resolver { engine: site.engine.clone(), rules: site.rules };
    let personal = pages(&site)
        .route("/ws", any(live::upgrade))
        .route("/export/series.csv", get(export::series::csv))
        .route("/export/{file}", get(export::csv))
        .layer(middleware::from_fn_with_state(resolver, sessions::resolve))
        .layer(sessions::layer(&site.engine, site.rules));
    let plain = Router::new()
        .route("/pkg/{*path}", get(assets::serve))
        .route("/favicon.svg", get(assets::serve))
        .route("/robots.txt", get("User-agent: *\nDisallow: /\n"))
        .route("/healthz", get("alive\n"))
        .route("/readyz", get(ready));
    personal
        .merge(plain)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(middleware::from_fn_with_state(site.origins.clone(), origin::check))
        .layer(middleware::from_fn_with_state(Https(site.rules.https), headers::strict))
        .layer(middleware::from_fn_with_state(site.proxies.clone(), requests::observe))
        .with_state(site)
}

/// The application's pages and server functions; unknown paths get its page that says so.
fn pages(site: &Site) -> Router<Site> {
    let context = {
        let engine = site.engine.clone();
        move || provide_context(engine.clone())
    };
    let render = {
        let options = site.options.clone();
        move || shell(options.clone())
    };
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), render.clone());
    let routes = leptos_axum::generate_route_list(App);
    Router::new().leptos_routes_with_context(site, routes, context, render).fallback(async move |request: Request| {
        let mut response: Response = not_found(request).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    })
}

/// For load balancers: the database answers.
async fn ready(State(engine): State<Engine>) -> Response {
    match engine.is_ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(error = error.to_string(), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
