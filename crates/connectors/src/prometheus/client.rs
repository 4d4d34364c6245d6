//! Carries questions over HTTP: credentials, TLS, time-outs, bounds, and the wish to stop. What to ask is not its business.

mod authorization;

use std::time::Duration;

use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
};
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue},
};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    answer::{self, Answer, Envelope, place_of},
    clock::Clock,
    refusal::{CallError, not_prometheus, refusal},
};
use crate::{
    Endpoint,
    address::Address,
    http_client::HttpClient,
    http_failure::{cancelled, timed_out},
    quote::describe,
};

/// The longest of the limits below.
const LONGEST: Duration = Duration::from_mins(1);
/// What the client waits longer than the time that the server is given: for the way, and for the answer's body.
const GRACE: Duration = Duration::from_secs(10);
/// Of an answer that is an error.
const MAX_ERROR_BYTES: usize = 64 << 10;

/// What one question may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The server is told to give up after this.
    pub(super) time: Duration,
    /// Decompressed.
    pub(super) bytes: usize,
}

pub(super) const SMALL: Limits = Limits { time: Duration::from_secs(10), bytes: 4 << 20 };
/// Facts of all machines: 10,000 with three interfaces each have 10 MB.
pub(super) const INVENTORY: Limits = Limits { time: LONGEST, bytes: 128 << 20 };
/// One piece of history: `span` keeps it near 20 MB.
pub(super) const RANGE: Limits = Limits { time: LONGEST, bytes: 64 << 20 };

pub(super) struct Client {
    http: HttpClient,
    address: Address,
    authorization: Option<HeaderValue>,
    has_user: bool,
    cancel: CancellationToken,
}

impl Client {
    pub(super) async fn open(endpoint: &Endpoint, cancel: &CancellationToken) -> Result<Self, Failure> {
        let address = Address::prometheus(&endpoint.address).map_err(|error| {
            Failure::from(error)
                .with_advice("Type a URL (http://prom.lab:9090, https://gate.lab/prometheus) or a name with a port.")
        })?;
        let authorization = authorization::of(endpoint)?;
        Ok(Self {
            http: HttpClient::open(&endpoint.tls, LONGEST + GRACE).await?,
            address,
            authorization,
            has_user: !endpoint.username.is_empty(),
            cancel: cancel.clone(),
        })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The endpoint as messages name it: `prom.lab:9090`.
    pub(super) fn host(&self) -> String {
        self.address.host_and_port()
    }

    /// The certificate that the server showed last.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        self.http.certificate()
    }

    /// An instant query, evaluated now.
    pub(super) async fn query(&self, promql: &str, limits: Limits) -> Result<Answer, CallError> {
        self.evaluate("api/v1/query", vec![("query", promql.to_owned())], limits).await
    }

    /// A range query: values at `first_ms`, and every `step_s` up to `last_ms`.
    pub(super) async fn query_range(
        &self,
        promql: &str,
        (first_ms, last_ms): (i64, i64),
        step_s: i64,
        limits: Limits,
    ) -> Result<Answer, CallError> {
        let parameters = vec![
            ("query", promql.to_owned()),
            ("start", (first_ms / 1_000).to_string()),
            ("end", (last_ms / 1_000).to_string()),
            ("step", step_s.to_string()),
        ];
        self.evaluate("api/v1/query_range", parameters, limits).await
    }

    /// What the server says of itself, where it does.
    pub(super) async fn status<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        parameters: &[(&'static str, &str)],
        limits: Limits,
    ) -> Result<T, CallError> {
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.ask(path, &parameters, limits, |body| serde_json::from_slice(body)).await
    }

    async fn evaluate(
        &self,
        path: &str,
        mut parameters: Vec<(&'static str, String)>,
        limits: Limits,
    ) -> Result<Answer, CallError> {
        parameters.push(("timeout", format!("{}s", limits.time.as_secs())));
        self.ask(path, &parameters, limits, answer::query).await
    }

    /// Dropping a request closes its connection, and Prometheus then stops the query.
    async fn ask<T: Send + 'static>(
        &self,
        path: &str,
        parameters: &[(&'static str, String)],
        limits: Limits,
        parse: impl FnOnce(&[u8]) -> Result<Envelope<T>, serde_json::Error> + Send + 'static,
    ) -> Result<T, CallError> {
        let mut url = self.address.below(path);
        url.query_pairs_mut().extend_pairs(parameters);
        let exchange = async { tokio::time::timeout(limits.time + GRACE, self.exchange(url, limits.bytes)).await };
        let body = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(cancelled().into()),
            body = exchange => body.unwrap_or_else(|_| Err(CallError::TooMuch(timed_out(&self.host()))))?,
        };
        let parsed = tokio::task::spawn_blocking(move || parse(&body)).await;
        let unreadable = |why: &str| {
            let detail = format!("the answer of {} cannot be read: {why}", self.host());
            CallError::Refused(Failure::new(FailureKind::Protocol, detail))
        };
        match parsed {
            Ok(Ok(envelope)) if envelope.is_success() => envelope.data.ok_or_else(|| unreadable("it has no data")),
            Ok(Ok(_)) => Err(unreadable("it is no answer of the API")),
            Ok(Err(error)) => Err(unreadable(&place_of(&error))),
            Err(_) => Err(unreadable("its parser ended unexpectedly")),
        }
    }

    async fn exchange(&self, url: Url, max_bytes: usize) -> Result<Vec<u8>, CallError> {
        let response = self.send(url).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status != StatusCode::OK {
            // What could not be read of an error's body says nothing more about it.
            let (body, _) = self.http.body(&self.host(), response, MAX_ERROR_BYTES).await.unwrap_or_default();
            return Err(refusal(&self.host(), status, &headers, &body, self.has_user));
        }
        let (body, is_whole) = self.http.body(&self.host(), response, max_bytes).await?;
        if !is_whole {
            let detail = format!("the answer of {} exceeds {} MiB", self.host(), max_bytes >> 20);
            return Err(CallError::TooMuch(Failure::new(FailureKind::Protocol, detail)));
        }
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(not_prometheus(&describe(&self.host(), status, &headers)).into());
        }
        Ok(body)
    }

    async fn send(&self, url: Url) -> Result<Response, Failure> {
        let get = |http: &reqwest::Client| {
            let request = http.get(url.clone()).header(ACCEPT, "application/json");
            match &self.authorization {
                Some(authorization) => request.header(AUTHORIZATION, authorization.clone()),
                None => request,
            }
        };
        self.http.send(&self.host(), get).await.map_err(|failure| self.advised(failure))
    }

    fn advised(&self, failure: Failure) -> Failure {
        let is_plain_there = failure.kind == FailureKind::Tls && failure.detail.contains("does not speak TLS");
        if is_plain_there {
            let address = self.address.url().as_str().replacen("https://", "http://", 1);
            return failure.with_advice(format!(
                "Without TLS, as Prometheus is by default, the address begins with http: {address}. Passwords then travel in the clear."
            ));
        }
        failure
    }

    /// Asks the server for its time: the smallest query that every product of this kind answers, and only with rights.
    pub(super) async fn clock(&self) -> Result<Clock, CallError> {
        let asked = Clock::local_ms();
        let answer = self.query("vector(time())", SMALL).await?;
        let told = answer.series.first().and_then(super::answer::Series::value);
        let told = told
            .filter(|seconds| (0.0..1e11).contains(seconds))
            .ok_or_else(|| CallError::Failed(not_prometheus(&format!("{} does not tell its time", self.host()))))?;
        Ok(Clock::new((told * 1e3) as i64, asked, Clock::local_ms()))
    }
}
