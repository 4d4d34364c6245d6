//! Carries SOAP over HTTP: time-outs, bounds, the session's cookie, and a bridge from the body's stream to a parser on a
//! blocking thread. What is in the answers is not its business.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{answer::AnswerError, body::Body, fault::Fault};
use crate::{
    address::Address,
    http_client::HttpClient,
    http_failure::cancelled,
    quote::{describe, header},
};

/// Between two pieces of an answer, and before its first: a large inventory takes the server a while.
const IDLE: Duration = Duration::from_mins(2);
/// A small call, from connecting to the last byte.
pub(super) const SMALL_CALL: Duration = Duration::from_secs(30);
/// One page of objects.
const LARGE_CALL: Duration = Duration::from_mins(30);
/// Decompressed. A page of 500 machines has about 10 MB; a server that ignores `maxObjects` sends all at once.
const MAX_ANSWER_BYTES: u64 = 4 << 30;
/// Pieces of the body that wait for the parser; one has 16 KiB or so.
const PIECES_AHEAD: usize = 64;
const SESSION_COOKIE: &str = "vmware_soap_session";

/// A call's failure: the way to the server, or the server's own fault.
#[derive(Clone, Debug)]
pub(super) enum CallError {
    Failed(Failure),
    Fault(Fault),
}

impl CallError {
    pub(super) fn failure(self, host: &str) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Fault(fault) => fault.failure(host),
        }
    }

    pub(super) fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Failed(_) => None,
            Self::Fault(fault) => Some(fault),
        }
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub(super) struct Transport {
    client: HttpClient,
    address: Address,
    cookie: Mutex<Option<HeaderValue>>,
    /// `urn:vim25/8.0.2.0`, once the server has told its version.
    action: OnceLock<HeaderValue>,
}

impl Transport {
    pub(super) async fn open(address: Address, mode: &TlsMode) -> Result<Self, Failure> {
        let client = HttpClient::open(mode, IDLE).await?;
        Ok(Self { client, address, cookie: Mutex::new(None), action: OnceLock::new() })
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        self.client.http()
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The endpoint as messages name it: `vc1.lab:443`.
    pub(super) fn host(&self) -> String {
        self.address.host_and_port()
    }

    /// The certificate that the server showed last.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        self.client.certificate()
    }

    /// From now on requests speak this version of the API, for example `8.0.2.0`.
    pub(super) fn speak(&self, api_version: &str) {
        if let Ok(action) = HeaderValue::from_str(&format!("\"urn:vim25/{api_version}\"")) {
            let _ = self.action.set(action);
        }
    }

    pub(super) fn forget_session(&self) {
        *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn failure_of(&self, error: &reqwest::Error) -> Failure {
        self.client.failure_of(error, &self.host())
    }

    /// Sends a small request and reads its answer with `parse` on a blocking thread.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        request: String,
        parse: impl FnOnce(Body) -> Result<T, AnswerError> + Send + 'static,
    ) -> Result<T, CallError> {
        let never = CancellationToken::new();
        let (parsed, sent) = self.exchange(request, SMALL_CALL, &never, parse).await?;
        sent?;
        parsed.map_err(|error| self.call_error(error))
    }

    /// The same for pages: cancellable, and what was parsed before a break comes back beside the break.
    pub(super) async fn stream<T: Send + 'static>(
        &self,
        request: String,
        cancel: &CancellationToken,
        parse: impl FnOnce(Body) -> T + Send + 'static,
    ) -> Result<(T, Result<(), Failure>), CallError> {
        self.exchange(request, LARGE_CALL, cancel, parse).await
    }

    pub(super) fn call_error(&self, error: AnswerError) -> CallError {
        match error {
            AnswerError::Fault(fault) => CallError::Fault(*fault),
            other => {
                let detail = format!("the answer of {} cannot be read: {other}", self.host());
                CallError::Failed(Failure::new(FailureKind::Protocol, detail))
            }
        }
    }

    async fn exchange<T: Send + 'static>(
        &self,
        request: String,
        limit: Duration,
        cancel: &CancellationToken,
        parse: impl FnOnce(Body) -> T + Send + 'static,
    ) -> Result<(T, Result<(), Failure>), CallError> {
        let response = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled().into()),
            response = self.send(request, limit) => response?,
        };
        let (pieces, waiting) = mpsc::channel(PIECES_AHEAD);
        let parser = tokio::task::spawn_blocking(move || parse(Body::new(waiting)));
        let sent = self.pump(response, pieces, cancel).await;
        match parser.await {
            Ok(parsed) => Ok((parsed, sent)),
            Err(_) => Err(Failure::new(FailureKind::Protocol, "the answer's parser ended unexpectedly").into()),
        }
    }

    async fn send(&self, request: String, limit: Duration) -> Result<Response, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
        let action = self.action.get().cloned().unwrap_or(HeaderValue::from_static("\"urn:vim25/6.0\""));
        headers.insert("SOAPAction", action);
        if let Some(cookie) = self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            headers.insert(COOKIE, cookie);
        }
        let body = Bytes::from(request);
        let post = |http: &reqwest::Client| {
            let request = http.post(self.address.url().clone()).headers(headers.clone());
            request.timeout(limit).body(body.clone())
        };
        let response = self.client.send(&self.host(), post).await?;
        self.keep_cookie(response.headers());
        self.expect_soap(&response)?;
        Ok(response)
    }

    /// Keeps the session's cookie as it was sent, quotes included.
    fn keep_cookie(&self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
            if !pair.strip_prefix(SESSION_COOKIE).is_some_and(|rest| rest.starts_with('=')) {
                continue;
            }
            if let Ok(mut value) = HeaderValue::from_str(pair) {
                value.set_sensitive(true);
                *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            }
        }
    }

    /// SOAP comes with 200, faults with 500; anything else is somebody else's page.
    fn expect_soap(&self, response: &Response) -> Result<(), Failure> {
        let status = response.status();
        let said = describe(&self.host(), status, response.headers());
        let is_xml = header(response.headers(), CONTENT_TYPE.as_str()).to_ascii_lowercase().contains("xml");
        match status {
            StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR if is_xml => Ok(()),
            StatusCode::TOO_MANY_REQUESTS => Err(Failure::new(FailureKind::Throttled, said)),
            StatusCode::REQUEST_TIMEOUT => Err(Failure::new(FailureKind::Unreachable, said)),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
                Err(Failure::new(FailureKind::Unreachable, said)
                    .with_advice("If this is a vCenter, its services are still starting or are down: look at its appliance management (port 5480)."))
            }
            _ => Err(Failure::new(FailureKind::NotThisProduct, format!("that is not a vSphere endpoint: {said}"))),
        }
    }

    /// Moves the body to the parser while it arrives. Ends early, and well, when the parser wants no more.
    async fn pump(
        &self,
        mut response: Response,
        pieces: mpsc::Sender<Bytes>,
        cancel: &CancellationToken,
    ) -> Result<(), Failure> {
        let mut total = 0;
        loop {
            let piece = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(cancelled()),
                piece = response.chunk() => piece.map_err(|error| self.failure_of(&error))?,
            };
            let Some(piece) = piece else { return Ok(()) };
            total += piece.len() as u64;
            if total > MAX_ANSWER_BYTES {
                let detail = format!("the answer of {} exceeds {} GiB", self.host(), MAX_ANSWER_BYTES >> 30);
                return Err(Failure::new(FailureKind::Protocol, detail));
            }
            if pieces.send(piece).await.is_err() {
                return Ok(());
            }
        }
    }
}
