//! What it means when a query is not answered: whose fault it is, and whether a smaller question may be.

use http::{HeaderMap, StatusCode};
use model::failure::{Failure, FailureKind};

use super::answer::Envelope;
use crate::quote::{describe, shortened};

/// Why a query has no answer.
#[derive(Clone, Debug)]
pub(super) enum CallError {
    /// The way to the server, or the server as a whole: the next query would fail as well.
    Failed(Failure),
    /// This query: it asks for too much, or takes too long. A smaller one may do.
    TooMuch(Failure),
    /// This query: the server cannot evaluate it at all.
    Refused(Failure),
}

impl CallError {
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Failed(failure) | Self::TooMuch(failure) | Self::Refused(failure) => failure,
        }
    }

    /// Everything else would fail, too.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

const TOO_MUCH: &str = "The server refuses or breaks off queries over so many machines. IROA asked for less at a time without success: \
    look at its limits (query.max-samples, query.timeout, max-query-series) and at its memory.";

/// Maps an answer that is not 200 with success. `body` is its beginning; what it says is quoted only where it has the API's
/// shape.
pub(super) fn refusal(host: &str, status: StatusCode, headers: &HeaderMap, body: &[u8], has_user: bool) -> CallError {
    let said: Option<Envelope<serde::de::IgnoredAny>> = serde_json::from_slice(body).ok();
    let said = said.filter(Envelope::is_error);
    let answered = describe(host, status, headers);
    match status {
        StatusCode::UNAUTHORIZED => return CallError::Failed(unauthorized(host, has_user)),
        StatusCode::FORBIDDEN => {
            let failure = Failure::new(FailureKind::Forbidden, format!("{host} does not let the account query"));
            return failure.with_advice("Let the account or token call api/v1/query and api/v1/query_range; a proxy in front may have rules of its own.").into();
        }
        StatusCode::TOO_MANY_REQUESTS => return Failure::new(FailureKind::Throttled, answered).into(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => {
            return CallError::TooMuch(Failure::new(FailureKind::TimedOut, answered));
        }
        StatusCode::PAYLOAD_TOO_LARGE => return CallError::TooMuch(Failure::new(FailureKind::Protocol, answered)),
        _ => {}
    }
    if let Some(said) = said {
        return of_the_api(host, status, &said);
    }
    match status {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Failure::new(FailureKind::Unreachable, answered)
            .with_advice(
                "Prometheus is starting (it replays its log first), or the proxy in front of it does not reach it.",
            )
            .into(),
        StatusCode::INTERNAL_SERVER_ERROR => CallError::TooMuch(Failure::new(FailureKind::Protocol, answered)),
        _ => not_prometheus(&answered).into(),
    }
}

/// `errorType` is one of `timeout`, `canceled`, `execution`, `bad_data`, `internal`, `unavailable`, `not_found`, and others'.
fn of_the_api(host: &str, status: StatusCode, said: &Envelope<serde::de::IgnoredAny>) -> CallError {
    let text = shortened(said.error.as_deref().unwrap_or_default());
    let kind = said.error_type.as_deref().unwrap_or_default();
    let detail = format!("{host} answered {}: “{text}”", status.as_u16());
    let is_limit =
        ["too many samples", "exceeded", "limit", "too large", "too long"].iter().any(|word| text.contains(word));
    match kind {
        "timeout" | "canceled" => CallError::TooMuch(Failure::new(FailureKind::TimedOut, detail).with_advice(TOO_MUCH)),
        "unavailable" => Failure::new(FailureKind::Unreachable, detail).into(),
        _ if is_limit || status.is_server_error() => {
            CallError::TooMuch(Failure::new(FailureKind::Protocol, detail).with_advice(TOO_MUCH))
        }
        _ => CallError::Refused(
            Failure::new(FailureKind::Protocol, detail)
                .with_advice("The server cannot evaluate this query: tell us which product and version answers."),
        ),
    }
}

fn unauthorized(host: &str, has_user: bool) -> Failure {
    let (detail, advice) = if has_user {
        (
            format!("{host} refuses the user or the password"),
            "Check user and password (Basic). If it wants a bearer token, leave the user empty and put the token into the password. Automatic syncs pause until they change.",
        )
    } else {
        (
            format!("{host} refuses the token, or wants a user"),
            "Without a user, the password is sent as bearer token: check the token, or fill in the user. Automatic syncs pause until they change.",
        )
    };
    Failure::new(FailureKind::Unauthorized, detail).with_advice(advice)
}

pub(super) fn not_prometheus(answered: &str) -> Failure {
    Failure::new(FailureKind::NotThisProduct, format!("that is not a Prometheus: {answered}")).with_advice(
        "Check address, port (9090 by default) and prefix: api/v1/query must stand below the address, for example https://gate.lab/prometheus.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> CallError {
        refusal("prom:9090", StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes(), true)
    }

    fn error(kind: &str, text: &str) -> String {
        format!(r#"{{"status":"error","errorType":"{kind}","error":"{text}"}}"#)
    }

    #[test]
    fn a_smaller_question_is_asked_only_where_it_may_help() {
        for (status, body) in [
            (503, error("timeout", "query timed out in expression evaluation")),
            (503, error("canceled", "query was canceled")),
            (422, error("execution", "query processing would load too many samples into memory in query execution")),
            (400, error("bad_data", "exceeded maximum resolution of 11,000 points per timeseries")),
            (500, error("internal", "expanding series: out of memory")),
            (500, String::new()),
            (413, String::new()),
            (504, "<html>".to_owned()),
        ] {
            assert!(matches!(of(status, &body), CallError::TooMuch(_)), "{status} {body}");
        }
        let many = error("execution", "multiple matches for labels: many-to-one matching must be explicit");
        assert!(matches!(of(422, &many), CallError::Refused(_)));
        assert!(matches!(of(400, &error("bad_data", "parse error")), CallError::Refused(_)));
    }

    #[test]
    fn what_ends_everything_is_told_apart() {
        for (status, kind) in [
            (401, FailureKind::Unauthorized),
            (403, FailureKind::Forbidden),
            (404, FailureKind::NotThisProduct),
            (302, FailureKind::NotThisProduct),
            (429, FailureKind::Throttled),
            (502, FailureKind::Unreachable),
            (503, FailureKind::Unreachable),
        ] {
            let refused = of(status, "<html>a page with a secret</html>");
            assert!(refused.is_final(), "{status}");
            let failure = refused.failure();
            assert_eq!(failure.kind, kind, "{status}");
            assert!(!failure.detail.contains("secret"), "{}", failure.detail);
        }
    }
}
