//! Where requests may come from. Everything that changes something, and every upgrade, must come from a page of ours:
//! that closes cross-site request forgery and cross-site websockets.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use url::Url;

/// The origins that are us, as browsers write them: `https://iroa.example.org`.
#[derive(Debug)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Without `public_url` only the machine itself: its loopback names, and the address that is listened on.
    pub fn new(public_url: Option<&Url>, bound: SocketAddr, tls: bool) -> Self {
        if let Some(url) = public_url {
            return Self(vec![url.origin().ascii_serialization()]);
        }
        let scheme = if tls { "https" } else { "http" };
        let mut hosts = Vec::new();
        if !bound.ip().is_unspecified() && !bound.ip().is_loopback() {
            tracing::warn!("public_url is not set: only browsers that use the address {bound} can sign in");
            hosts.push(if bound.is_ipv6() { format!("[{}]", bound.ip()) } else { bound.ip().to_string() });
        } else if bound.ip().is_unspecified() {
            tracing::warn!("public_url is not set: only browsers on this machine can sign in");
        }
        hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
        let origins = hosts.into_iter().filter_map(|host| {
            let url = Url::parse(&format!("{scheme}://{host}:{}", bound.port())).ok()?;
            // Drops the port where it is the scheme's own, as browsers do.
            Some(url.origin().ascii_serialization())
        });
        Self(origins.collect())
    }

    /// The one to show to people.
    pub fn canonical(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// `Origin` decides where it is sent; `Sec-Fetch-Site` and `Referer` stand in for clients that leave it out.
    fn sent(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("not text"));
        if let Some(origin) = text(header::ORIGIN) {
            return self.is_ours(origin);
        }
        if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
            return site == "same-origin";
        }
        let referer = text(header::REFERER).and_then(|referer| Url::parse(referer).ok());
        referer.is_some_and(|url| self.is_ours(&url.origin().ascii_serialization()))
    }

    fn is_ours(&self, origin: &str) -> bool {
        self.0.iter().any(|ours| ours == origin)
    }
}

/// Middleware: refuses what comes from elsewhere.
pub(crate) async fn check(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_upgrade = request.headers().contains_key(header::UPGRADE) || *request.method() == Method::CONNECT;
    if (changes_nothing && !is_upgrade) || origins.sent(request.headers()) {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or("none");
    tracing::warn!(
        origin,
        expected = origins.canonical(),
        path = request.uri().path(),
        "refused a request from another origin"
    );
    let message = format!(
        "This request did not come from a page of this server, which is known as {}.\n\
         If you reach it under another address, that address has to be configured as public_url.\n",
        origins.canonical()
    );
    (StatusCode::FORBIDDEN, message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn local() -> Origins {
        Origins::new(None, SocketAddr::from(([127, 0, 0, 1], 3000)), false)
    }

    #[test]
    fn the_origin_header_decides_alone() {
        assert!(local().sent(&headers(&[("origin", "http://127.0.0.1:3000")])));
        assert!(local().sent(&headers(&[("origin", "http://localhost:3000")])));
        for foreign in ["http://127.0.0.1:3001", "https://127.0.0.1:3000", "null", "http://127.0.0.1:3000.evil.test"] {
            assert!(!local().sent(&headers(&[("origin", foreign), ("sec-fetch-site", "same-origin")])), "{foreign}");
        }
    }

    #[test]
    fn without_origin_the_browser_or_the_referer_must_say_so() {
        assert!(local().sent(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!local().sent(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(local().sent(&headers(&[("referer", "http://127.0.0.1:3000/sign-in")])));
        assert!(!local().sent(&headers(&[("referer", "http://evil.test/127.0.0.1:3000")])));
        assert!(!local().sent(&HeaderMap::new()));
    }

    #[test]
    fn a_public_url_is_the_only_origin_and_loses_its_default_port() {
        let url = Url::parse("https://iroa.example.org:443").unwrap();
        let origins = Origins::new(Some(&url), SocketAddr::from(([0, 0, 0, 0], 3000)), false);
        assert!(origins.sent(&headers(&[("origin", "https://iroa.example.org")])));
        assert!(!origins.sent(&headers(&[("origin", "http://localhost:3000")])));
    }
}
