//! JSON-RPC 2.0 as Zabbix speaks it: an answer's envelope, and what its errors mean.

use model::failure::{Failure, FailureKind};
use serde::{Deserialize, de::DeserializeOwned};

use super::value::Text;
use crate::quote::shortened;

/// Why a call has no result.
#[derive(Clone, Debug)]
pub(super) enum CallError {
    Failed(Failure),
    /// The server could not build an answer of this size, or it exceeds our bound: less may work.
    TooLarge(Failure),
    /// The session is over, or the credentials never were good.
    SignedOut(Failure),
}

impl CallError {
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Failed(failure) | Self::TooLarge(failure) | Self::SignedOut(failure) => failure,
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.kind == FailureKind::Cancelled)
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    #[serde(default = "none")]
    result: Option<T>,
    #[serde(default)]
    error: Option<RpcError>,
}

fn none<T>() -> Option<T> {
    None
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RpcError {
    message: Text,
    data: Text,
}

/// Reads the body of an answer that came with status 200.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], method: &str, host: &str) -> Result<T, CallError> {
    let begins = body.trim_ascii_start();
    if !begins.starts_with(b"{") {
        return Err(not_json(begins, host));
    }
    match serde_json::from_slice::<Envelope<T>>(body) {
        Ok(Envelope { error: Some(error), .. }) => Err(error.meaning(method, host)),
        Ok(Envelope { result: Some(result), .. }) => Ok(result),
        Ok(_) => Err(unreadable(method, host, "it has neither a result nor an error")),
        Err(error) if error.is_eof() => Err(unreadable(method, host, "it ends too early")),
        Err(error) if error.is_syntax() => Err(unreadable(method, host, "it is no JSON")),
        Err(_) => Err(unreadable(method, host, "its shape is not the one of Zabbix")),
    }
}

fn unreadable(method: &str, host: &str, why: &str) -> CallError {
    Failure::new(FailureKind::Protocol, format!("the answer of {host} to {method} cannot be read: {why}")).into()
}

/// A page in place of JSON: PHP's last words where it ran out of something, a proxy's sign-in, or somebody else's site.
fn not_json(body: &[u8], host: &str) -> CallError {
    let page = String::from_utf8_lossy(&body[..body.len().min(16 << 10)]).to_ascii_lowercase();
    if page.contains("allowed memory size") || page.contains("maximum execution time") {
        return CallError::TooLarge(ran_out(host, "PHP ran out of memory or time"));
    }
    if page.contains("maintenance") {
        let detail = format!("{host} answers with a maintenance page");
        return Failure::new(FailureKind::Unreachable, detail)
            .with_advice("Wait until the maintenance is over.")
            .into();
    }
    let what = if page.contains("password") || page.contains("sign in") { "a sign-in page" } else { "a page" };
    let what = if body.is_empty() { "nothing" } else { what };
    let detail = format!("that is not Zabbix's API: {host} answered with {what} in place of JSON");
    Failure::new(FailureKind::NotThisProduct, detail)
        .with_advice("Give the address of Zabbix's web interface, or of its api_jsonrpc.php; a proxy in front of it must let the API through without a sign-in of its own.")
        .into()
}

pub(super) fn ran_out(host: &str, why: &str) -> Failure {
    Failure::new(FailureKind::Protocol, format!("{host} could not answer: {why}")).with_advice(
        "Look at the log of the web server and of PHP on Zabbix's web interface; its memory_limit should be 256M or more.",
    )
}

impl RpcError {
    fn meaning(&self, method: &str, host: &str) -> CallError {
        let said = self.data.as_str().or(self.message.as_str()).unwrap_or("no reason");
        let said = shortened(said);
        let low = said.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
        let failure = |kind, detail: String| Failure::new(kind, detail);
        if has(&["session terminated", "re-login", "not authorized", "not authorised"]) {
            let detail = format!("{host} does not accept the session or token: “{said}”");
            return CallError::SignedOut(failure(FailureKind::Unauthorized, detail).with_advice(
                "Check the API token, or user and password. If these are right and Zabbix is 6.4 or newer, the web server may drop the header Authorization: Apache needs “CGIPassAuth On” or a SetEnvIf for it.",
            ));
        }
        if has(&["token expired", "token is disabled", "token disabled"]) {
            return failure(FailureKind::Unauthorized, format!("{host} refuses the API token: “{said}”"))
                .with_advice(
                    "Make a new API token in Zabbix (Users → API tokens), with an expiry that suits a service.",
                )
                .into();
        }
        if has(&["incorrect user name", "login name or password", "password is incorrect"]) {
            return failure(FailureKind::Unauthorized, format!("{host} refuses the user or the password: “{said}”"))
                .with_advice("Check user and password. Zabbix blocks an account for a while after five wrong passwords, and says the same of it: then wait half a minute, or unblock it under Users. Automatic syncs pause until the credentials change.")
                .into();
        }
        if has(&["blocked"]) {
            return failure(FailureKind::AccountLocked, format!("{host} has blocked the account: “{said}”"))
                .with_advice("Zabbix blocks an account for a while after five wrong passwords: wait half a minute, or unblock it under Users.")
                .into();
        }
        if has(&["no permissions to system access", "user is disabled", "account is disabled"]) {
            return failure(FailureKind::AccountLocked, format!("{host} does not let the account in: “{said}”"))
                .with_advice("One of its user groups is disabled, or its role has no access: look at the account's groups and role in Zabbix.")
                .into();
        }
        if has(&["no permissions to call", "you do not have permission", "access denied", "method not found"]) {
            return failure(FailureKind::Forbidden, format!("{host} does not let the account call {method}: “{said}”"))
                .with_advice("Give the account's role access to the API, with this method among the allowed ones (Users → User roles → Access to API).")
                .into();
        }
        let retry = has(&["sql", "database", "dbexecute", "deadlock", "connection"]);
        let kind = if retry { FailureKind::Unreachable } else { FailureKind::Protocol };
        failure(kind, format!("{host} refuses {method}: “{said}”")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(body: &str) -> FailureKind {
        read::<bool>(body.as_bytes(), "host.get", "z:80").unwrap_err().failure().kind
    }

    fn error(data: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0","error":{{"code":-32602,"message":"Invalid params.","data":"{data}"}},"id":1}}"#)
    }

    #[test]
    fn errors_are_told_apart_by_what_a_person_can_do() {
        for (data, kind) in [
            ("Incorrect user name or password or account is temporarily blocked.", FailureKind::Unauthorized),
            ("Login name or password is incorrect.", FailureKind::Unauthorized),
            ("Account is blocked for 23 seconds.", FailureKind::AccountLocked),
            ("Account is temporarily blocked.", FailureKind::AccountLocked),
            ("No permissions to system access.", FailureKind::AccountLocked),
            ("No permissions to call 'host.get'.", FailureKind::Forbidden),
            ("API token expired.", FailureKind::Unauthorized),
            ("Session terminated, re-login, please.", FailureKind::Unauthorized),
            ("Error connecting to database.", FailureKind::Unreachable),
            ("something new", FailureKind::Protocol),
        ] {
            assert_eq!(kind_of(&error(data)), kind, "{data}");
        }
        let ended = read::<bool>(error("Session terminated, re-login, please.").as_bytes(), "m", "z");
        assert!(matches!(ended, Err(CallError::SignedOut(_))));
    }

    #[test]
    fn what_is_no_answer_is_named() {
        for (body, kind) in [
            ("<html><form>Password</form>", FailureKind::NotThisProduct),
            ("", FailureKind::NotThisProduct),
            ("<p>Zabbix is under maintenance.</p>", FailureKind::Unreachable),
            ("<b>Fatal error</b>: Allowed memory size of 134217728 bytes exhausted", FailureKind::Protocol),
            ("{", FailureKind::Protocol),
            ("{}", FailureKind::Protocol),
            (r#"{"result":"text"}"#, FailureKind::Protocol),
            (r#"{"error":"text"}"#, FailureKind::Protocol),
        ] {
            assert_eq!(kind_of(body), kind, "{body}");
        }
        let deep = format!(r#"{{"result":{}"#, "[".repeat(100_000));
        assert_eq!(kind_of(&deep), FailureKind::Protocol);
        assert!(read::<bool>(br#" {"jsonrpc":"2.0","result":true,"id":1}"#, "m", "z").unwrap());
    }
}
