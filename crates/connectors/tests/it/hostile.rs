//! Endpoints that are something else, answer nothing, or answer with malice.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, http::StatusCode, http::header, response::IntoResponse};
use connectors::check;
use futures::stream;
use model::{check::CheckOutcome, failure::FailureKind};
use tokio::net::TcpListener;

use crate::endpoint::{plain, read};

pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn answering(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> String {
    let body = body.into();
    let app = Router::new().fallback(move || async move { (status, [(header::CONTENT_TYPE, content_type)], body) });
    format!("http://{}", serve(app).await)
}

async fn failure_of(address: impl Into<String>) -> (FailureKind, String) {
    let failure = read(&plain(address)).await.unwrap_err();
    (failure.kind, failure.detail)
}

#[tokio::test]
async fn an_ordinary_web_server_is_named_by_what_it_answered() {
    let address = answering(StatusCode::NOT_FOUND, "text/html", "<html>no</html>").await;
    let (kind, detail) = failure_of(&address).await;
    assert_eq!(kind, FailureKind::NotThisProduct);
    let host = address.strip_prefix("http://").unwrap();
    assert_eq!(detail, format!("that is not a vSphere endpoint: {host} answered 404 Not Found (text/html)"));

    let address = answering(StatusCode::FOUND, "text/html", "").await;
    assert_eq!(failure_of(address).await.0, FailureKind::NotThisProduct);
    let address = answering(StatusCode::OK, "text/xml", "<rss><channel/></rss>").await;
    assert_eq!(failure_of(address).await.0, FailureKind::NotThisProduct);
    let address = answering(StatusCode::OK, "text/xml", "").await;
    assert_eq!(failure_of(address).await.0, FailureKind::NotThisProduct);
    let address = answering(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "no healthy upstream").await;
    assert_eq!(failure_of(address).await.0, FailureKind::Unreachable);
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (kind, detail) = failure_of(closed.to_string()).await;
    assert_eq!((kind, detail), (FailureKind::Unreachable, format!("{closed} refuses the connection")));
    let (kind, detail) = failure_of("no-such-name.invalid").await;
    assert_eq!(kind, FailureKind::UnknownHost, "{detail}");
    assert!(detail.contains("no-such-name.invalid"), "{detail}");
    let plain_http = answering(StatusCode::OK, "text/html", "hello").await;
    let (kind, detail) = failure_of(plain_http.replace("http://", "https://")).await;
    assert_eq!(kind, FailureKind::Tls, "{detail}");
}

#[tokio::test]
async fn a_connection_that_is_dropped_is_an_unreachable_endpoint() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });
    assert_eq!(failure_of(format!("http://{address}")).await.0, FailureKind::Unreachable);
}

/// The clock stands still and jumps to the next time-out when nothing else can happen.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = plain(format!("http://{}", listener.local_addr().unwrap()));
    let begun = tokio::time::Instant::now();
    let CheckOutcome::Failed { failure, .. } = check(&endpoint).await else { panic!("it never answers") };
    assert_eq!(failure.kind, FailureKind::TimedOut);
    assert!(begun.elapsed() <= Duration::from_secs(21), "{:?}", begun.elapsed());
    assert_eq!(read(&endpoint).await.unwrap_err().kind, FailureKind::TimedOut);
}

#[tokio::test]
async fn two_hundred_megabytes_of_garbage_are_not_swallowed() {
    for byte in [b'x', b'<', 0, 0xff] {
        let app = Router::new().fallback(move || async move {
            let pieces = stream::iter((0..200).map(move |_| Ok::<_, std::io::Error>(vec![byte; 1 << 20])));
            ([(header::CONTENT_TYPE, "text/xml")], Body::from_stream(pieces)).into_response()
        });
        let address = serve(app).await;
        let begun = std::time::Instant::now();
        assert_eq!(failure_of(format!("http://{address}")).await.0, FailureKind::NotThisProduct);
        assert!(begun.elapsed() < Duration::from_secs(10), "{byte}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn xml_bombs_do_not_go_off() {
    let envelope = r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><R>"#;
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    for bomb in [
        format!("{laughs}{envelope}&b;&b;</R></e:Body></e:Envelope>"),
        format!("{envelope}&undefined;</R></e:Body></e:Envelope>"),
        format!(r#"<!DOCTYPE x SYSTEM "file:///etc/passwd">{envelope}"#),
        format!("{envelope}{}", "<a>".repeat(1_000_000)),
        format!("{envelope}{}", "<a/>".repeat(3_000_000)),
        format!(r#"{envelope}<a b="{}"/>"#, "x".repeat(8 << 20)),
        format!("{envelope}<{}/>", "x".repeat(8 << 20)),
        format!("{envelope}<a>{}", "x".repeat(8 << 20)),
    ] {
        let address = answering(StatusCode::OK, "text/xml", bomb).await;
        let begun = std::time::Instant::now();
        let (kind, detail) = failure_of(address).await;
        assert_eq!(kind, FailureKind::NotThisProduct, "{detail}");
        eprintln!("{detail} after {:?}", begun.elapsed());
        assert!(begun.elapsed() < Duration::from_secs(30), "{detail}");
    }
}
