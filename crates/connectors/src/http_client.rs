//! HTTP as the connectors speak it: TLS as the source wants it, no proxies, no redirects, bounded answers. What is sent and
//! what answers mean is each connector's.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use reqwest::{RequestBuilder, Response};

use crate::{
    http_failure,
    tls::{self, Keys},
};

const CONNECT: Duration = Duration::from_secs(10);

pub(crate) struct HttpClient {
    http: reqwest::Client,
    /// Used instead once the server has turned out to have a short key.
    short_keys: OnceLock<reqwest::Client>,
    mode: TlsMode,
    /// The longest pause between two pieces of an answer, and before its first.
    idle: Duration,
    shown: Arc<tls::Shown>,
}

impl HttpClient {
    /// Reading the system's authorities touches the disk: that happens on a blocking thread.
    pub(crate) async fn open(mode: &TlsMode, idle: Duration) -> Result<Self, Failure> {
        let mode = mode.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let shown = Arc::new(tls::Shown::default());
            let http = client(&mode, Keys::Current, idle, &shown)?;
            Ok(Self { http, short_keys: OnceLock::new(), mode, idle, shown })
        });
        opened.await.unwrap_or_else(|_| Err(Failure::new(FailureKind::Tls, "TLS could not be set up")))
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        self.short_keys.get().unwrap_or(&self.http)
    }

    /// The certificate that the server showed last.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        self.shown.certificate()
    }

    /// `host`: the endpoint as messages name it.
    pub(crate) fn failure_of(&self, error: &reqwest::Error, host: &str) -> Failure {
        http_failure::from_reqwest(error, host, &self.shown)
    }

    /// Sends a request; once more where the first answer was a key that current TLS finds too short.
    pub(crate) async fn send(
        &self,
        host: &str,
        request: impl Fn(&reqwest::Client) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let sent = request(self.http()).send().await;
        let response = match sent {
            Err(_) if self.shown.has_short_key() && self.short_keys.get().is_none() => {
                let _ = self.short_keys.set(client(&self.mode, Keys::Short, self.idle, &self.shown)?);
                request(self.http()).send().await
            }
            sent => sent,
        };
        response.map_err(|error| self.failure_of(&error, host))
    }

    /// Reads a body up to a bound, decompressed; the flag says whether that was all.
    pub(crate) async fn body(
        &self,
        host: &str,
        mut response: Response,
        max_bytes: usize,
    ) -> Result<(Vec<u8>, bool), Failure> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| self.failure_of(&error, host))? {
            if body.len() + piece.len() > max_bytes {
                return Ok((body, false));
            }
            body.extend_from_slice(&piece);
        }
        Ok((body, true))
    }
}

fn client(mode: &TlsMode, keys: Keys, idle: Duration, shown: &Arc<tls::Shown>) -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config(mode, keys, shown.clone())?)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(idle)
        .user_agent(concat!("IROA/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Failure::new(FailureKind::Tls, "the HTTP client cannot be set up"))
}
