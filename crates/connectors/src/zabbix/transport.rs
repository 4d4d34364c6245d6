//! Carries JSON-RPC over HTTP: where the API is, time-outs, bounds, cancellation. What is asked is not its business.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822};
use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
};
use reqwest::{
    Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::rpc::{self, CallError, ran_out};
use crate::{Endpoint, address::Address, http_client::HttpClient, http_failure::cancelled, quote::describe};

/// Between two pieces of an answer, and before its first: PHP sends nothing until the answer is whole.
const IDLE: Duration = Duration::from_mins(2);
/// A whole call; PHP's own limit is five minutes on a web interface set up as Zabbix demands.
const CALL: Duration = Duration::from_mins(6);
/// Decompressed. What is asked for at once has about 10 MB.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// Parsing more than this leaves the runtime's threads to others.
const SMALL: usize = 64 << 10;

pub(super) struct Transport {
    client: HttpClient,
    address: Address,
    /// The server's clock as an answer's `Date` told it, and ours at that time; milliseconds.
    clock: Mutex<Option<(i64, i64)>>,
}

impl Transport {
    pub(super) async fn open(endpoint: &Endpoint, address: Address) -> Result<Self, Failure> {
        Ok(Self { client: HttpClient::open(&endpoint.tls, IDLE).await?, address, clock: Mutex::new(None) })
    }

    /// The same server, the API at another place of it.
    pub(super) fn move_to(&mut self, address: Address) {
        self.address = address;
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The endpoint as messages name it: `zabbix.lab:443`.
    pub(super) fn host(&self) -> String {
        self.address.host_and_port()
    }

    /// The certificate that the server showed last.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        self.client.certificate()
    }

    /// How far the server's clock is ahead of ours, in milliseconds.
    pub(super) fn clock_ahead_ms(&self) -> Option<i64> {
        let clock = *self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        clock.map(|(theirs, ours)| theirs - ours)
    }

    /// Sends one request and reads its answer.
    pub(super) async fn call<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        request: &serde_json::Value,
        bearer: Option<&SecretString>,
        cancel: &CancellationToken,
    ) -> Result<T, CallError> {
        let exchange = async {
            let response = self.send(request.to_string(), bearer).await?;
            self.note_clock(response.headers());
            self.expect_json(&response, method)?;
            self.body(response, method).await
        };
        let body = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled().into()),
            body = exchange => body?,
        };
        let host = self.host();
        if body.len() <= SMALL {
            return rpc::read(&body, method, &host);
        }
        let parsed = tokio::task::spawn_blocking(move || rpc::read(&body, method, &host)).await;
        parsed.unwrap_or_else(|_| Err(Failure::new(FailureKind::Protocol, "the answer's parser ended").into()))
    }

    async fn send(&self, body: String, bearer: Option<&SecretString>) -> Result<Response, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json-rpc"));
        if let Some(token) = bearer {
            let value = format!("Bearer {}", token.expose_secret());
            let mut value = HeaderValue::from_str(&value).map_err(|_| unwritable_token())?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let body = bytes::Bytes::from(body);
        let post = |http: &reqwest::Client| {
            let request = http.post(self.address.url().clone()).headers(headers.clone());
            request.timeout(CALL).body(body.clone())
        };
        self.client.send(&self.host(), post).await
    }

    fn note_clock(&self, headers: &HeaderMap) {
        let told = headers.get(DATE).and_then(|date| date.to_str().ok());
        let Some(theirs) = told.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok()) else {
            return;
        };
        let clock = (theirs.as_millisecond(), Timestamp::now().as_millisecond());
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock);
    }

    /// Zabbix answers 200, errors included; anything else is the web server's or PHP's own.
    fn expect_json(&self, response: &Response, method: &str) -> Result<(), CallError> {
        let status = response.status();
        let said = describe(&self.host(), status, response.headers());
        match status {
            StatusCode::OK => Ok(()),
            StatusCode::INTERNAL_SERVER_ERROR | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::GATEWAY_TIMEOUT => {
                Err(CallError::TooLarge(ran_out(&self.host(), &format!("{method}: status {status}"))))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(Failure::new(FailureKind::Throttled, said).into()),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => {
                Err(Failure::new(FailureKind::Unreachable, said)
                    .with_advice("The web server of Zabbix is starting, down or in maintenance: look at it and at php-fpm.")
                    .into())
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Failure::new(FailureKind::Forbidden, said)
                .with_advice("The web server, not Zabbix, refuses: a proxy or an access rule in front of it must let IROA through.")
                .into()),
            status if status.is_redirection() => {
                Err(Failure::new(FailureKind::NotThisProduct, format!("that is not Zabbix's API: {said}"))
                    .with_advice("The server sends elsewhere, often from http to https: give the address that it sends to.")
                    .into())
            }
            _ => Err(Failure::new(FailureKind::NotThisProduct, format!("that is not Zabbix's API: {said}"))
                .with_advice("Give the address of Zabbix's web interface as the browser shows it, for example https://zabbix.lab/zabbix.")
                .into()),
        }
    }

    async fn body(&self, response: Response, method: &str) -> Result<Vec<u8>, CallError> {
        let (body, is_whole) = self.client.body(&self.host(), response, MAX_ANSWER_BYTES).await?;
        if !is_whole {
            let detail = format!("the answer of {} to {method} exceeds {} MiB", self.host(), MAX_ANSWER_BYTES >> 20);
            return Err(CallError::TooLarge(Failure::new(FailureKind::Protocol, detail)));
        }
        Ok(body)
    }
}

fn unwritable_token() -> Failure {
    Failure::new(FailureKind::Unauthorized, "the API token contains a character that HTTP cannot carry")
        .with_advice("Paste the token again: it has 64 letters and digits, and nothing before or after them.")
}
