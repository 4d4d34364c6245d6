//! The header that says who asks. It is marked as sensitive, so that no log shows it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::failure::{Failure, FailureKind};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;

use crate::Endpoint;

/// A header of a longer secret is none that a server takes.
const MAX_BYTES: usize = 16 << 10;

/// Basic with a user; without one the password is a bearer token; without both there is none.
pub(super) fn of(endpoint: &Endpoint) -> Result<Option<HeaderValue>, Failure> {
    let (user, secret) = (endpoint.username.as_str(), endpoint.password.expose_secret());
    let text = match (user.is_empty(), secret.trim().is_empty()) {
        (true, true) => return Ok(None),
        // A token is often pasted with the line's end.
        (true, false) => format!("Bearer {}", secret.trim()),
        (false, _) => {
            format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))
        }
    };
    let value = HeaderValue::from_str(&text).ok().filter(|_| text.len() <= MAX_BYTES);
    let mut value = value.ok_or_else(|| {
        Failure::new(
            FailureKind::Unauthorized,
            "the token contains what no header may: spaces, line breaks or non-ASCII",
        )
        .with_advice("Paste the token again, as one line.")
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use model::source::{SourceKind, TlsMode};

    use super::*;

    fn header(user: &str, password: &str) -> Result<Option<String>, FailureKind> {
        let endpoint = Endpoint {
            kind: SourceKind::Prometheus,
            address: String::new(),
            username: user.to_owned(),
            password: password.into(),
            tls: TlsMode::System,
        };
        let value = of(&endpoint).map_err(|failure| failure.kind)?;
        assert!(value.as_ref().is_none_or(HeaderValue::is_sensitive));
        Ok(value.map(|value| value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn a_user_is_basic_a_password_alone_a_token_and_nothing_nothing() {
        assert_eq!(header("prom", "sécret "), Ok(Some("Basic cHJvbTpzw6ljcmV0IA==".to_owned())));
        assert_eq!(header("", "abc.def\n"), Ok(Some("Bearer abc.def".to_owned())));
        assert_eq!(header("", " "), Ok(None));
        assert_eq!(header("", "two\nlines"), Err(FailureKind::Unauthorized));
        assert_eq!(header("", &"x".repeat(20_000)), Err(FailureKind::Unauthorized));
    }
}
