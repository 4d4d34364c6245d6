//! What surrounds every request: an id, the client's address, one log line, and an answer even when code panics.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Instant,
};

use app::guard::ClientAddress;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};
use futures::FutureExt as _;
use ipnet::IpNet;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Middleware, outermost. Queries are not logged: what people search for is theirs, and a set-up link carries a token.
pub(crate) async fn observe(State(proxies): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = client_address(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), request.headers(), &proxies);
    request.extensions_mut().insert(ClientAddress(address));

    let id = format!("{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id, %method, path, client = %address);
    let started = Instant::now();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        // The panic's message was logged by the panic hook, inside the span.
        span.in_scope(|| tracing::error!("the request panicked"));
        sorry(&id)
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    let (status, duration_ms) = (response.status().as_u16(), started.elapsed().as_millis() as u64);
    let is_quiet = path.starts_with("/pkg/") || path == "/healthz" || path == "/readyz";
    span.in_scope(|| {
        if is_quiet && status < 500 {
            tracing::debug!(status, duration_ms, "answered");
        } else {
            tracing::info!(status, duration_ms, "answered");
        }
    });
    response
}

fn sorry(id: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><title>Something went wrong</title><h1>Something went wrong</h1>\
         <p>The server could not answer. Its log says more under the id <code>{id}</code>.</p>\
         <p><a href=\"/\">Back to the overview</a></p></html>"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
}

/// The nearest address that is not one of our proxies. Each proxy appends the address it was reached from, so the list is
/// read from its end; what stands before the first foreign address can be forged.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|net| net.contains(&address.to_canonical()));
    let mut nearest = peer.to_canonical();
    let lists: Vec<_> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    for entry in lists.iter().flat_map(|list| list.split(',')).rev() {
        if !trusted(nearest) {
            break;
        }
        let entry = entry.trim();
        let parsed = entry.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()));
        let Ok(address) = parsed else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_of(peer: &str, forwarded: &[&str]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append(FORWARDED_FOR, list.parse().unwrap());
        }
        client_address(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_stranger_cannot_claim_an_address() {
        assert_eq!(address_of("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(address_of("10.0.0.2", &["1.1.1.1, 203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn proxies_in_a_row_are_passed_over() {
        assert_eq!(address_of("10.0.0.2", &["203.0.113.9, 10.0.0.3"]), "203.0.113.9");
        assert_eq!(address_of("10.0.0.2", &["203.0.113.9", "10.0.0.3:4711"]), "203.0.113.9");
        assert_eq!(address_of("10.0.0.2", &["unknown"]), "10.0.0.2");
        assert_eq!(address_of("::ffff:10.0.0.2", &["2001:db8::1"]), "2001:db8::1");
    }
}
