//! WinRM against endpoints that are something else, or answer with malice.

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
    response::IntoResponse,
};
use connectors::{
    Endpoint,
    address::Address,
    check,
    hyperv::winrm::{Account, Auth, Target},
};
use model::{
    check::CheckOutcome,
    failure::{Failure, FailureKind},
    source::{SourceKind, TlsMode},
};
use tokio::net::TcpListener;

use crate::{hostile::serve, tls::serve_tls, winrm::run};

fn endpoint(address: String, tls: TlsMode) -> Endpoint {
    Endpoint { kind: SourceKind::Hyperv, address, username: "reader".to_owned(), password: "secret".into(), tls }
}

async fn failure_of(address: String) -> Failure {
    let CheckOutcome::Failed { failure, .. } = check(&endpoint(address, TlsMode::Unverified)).await else {
        panic!("it is no host")
    };
    failure
}

fn page(status: StatusCode, content_type: &'static str, body: &'static str) -> Router {
    Router::new().fallback(move || async move { (status, [(header::CONTENT_TYPE, content_type)], body) })
}

#[tokio::test]
async fn an_ordinary_web_server_is_named_by_what_it_answered() {
    for (status, kind) in [
        (StatusCode::OK, FailureKind::NotThisProduct),
        (StatusCode::NOT_FOUND, FailureKind::NotThisProduct),
        (StatusCode::METHOD_NOT_ALLOWED, FailureKind::NotThisProduct),
        (StatusCode::FOUND, FailureKind::NotThisProduct),
        (StatusCode::SERVICE_UNAVAILABLE, FailureKind::Unreachable),
        (StatusCode::TOO_MANY_REQUESTS, FailureKind::Throttled),
    ] {
        let address = serve(page(status, "text/html", "<h1>It works!</h1>")).await;
        let failure = failure_of(format!("http://{address}")).await;
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(failure.detail.contains(&address.to_string()), "{failure:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failure = failure_of(format!("http://{closed}")).await;
    assert_eq!((failure.kind, failure.detail), (FailureKind::Unreachable, format!("{closed} refuses the connection")));
    assert_eq!(failure_of("no-such-name.invalid".to_owned()).await.kind, FailureKind::UnknownHost);
    assert_eq!(failure_of("ftp://hv1".to_owned()).await.kind, FailureKind::UnknownHost);
    let plain = serve(page(StatusCode::OK, "text/html", "")).await;
    assert_eq!(failure_of(format!("https://{plain}")).await.kind, FailureKind::Tls);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, b"220 mail.lab ESMTP\r\n").await;
        }
    });
    let failure = failure_of(format!("http://{address}")).await;
    assert!([FailureKind::NotThisProduct, FailureKind::Unreachable].contains(&failure.kind), "{failure:?}");
}

/// The clock stands still and jumps to the next time-out when nothing else can happen.
#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for scheme in ["http", "https"] {
        let begun = tokio::time::Instant::now();
        assert_eq!(failure_of(format!("{scheme}://{address}")).await.kind, FailureKind::TimedOut);
        assert!(begun.elapsed() <= Duration::from_secs(21), "{:?}", begun.elapsed());
    }
}

/// Tokens that make no sense, and tokens for ever.
#[tokio::test]
async fn a_host_with_odd_tokens_is_not_signed_in_to() {
    let challenge = "TlRMTVNTUAACAAAAAAAAADgAAAAFgomiESIzRFVmd4gAAAAAAAAAAP//AAA4AAAABgGxHQAAAA8=";
    for token in
        ["", " ", " AAAA", " !!!!", " TlRMTVNTUAACAAAA", &format!(" {challenge}"), &format!(" {}", "A".repeat(40_000))]
    {
        for scheme in ["Negotiate", "NTLM"] {
            let offer = format!("{scheme}{token}");
            let app = Router::new().fallback(move || {
                let offer = offer.clone();
                async move { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, offer)]) }
            });
            let failure = failure_of(format!("http://{}", serve(app).await)).await;
            let kinds = [FailureKind::Protocol, FailureKind::Unauthorized, FailureKind::Forbidden];
            assert!(kinds.contains(&failure.kind), "{scheme}{token}: {failure:?}");
        }
    }
}

/// Over https and Basic an answer is read as it comes, so that all of these reach the parser.
async fn failure_of_answer(status: StatusCode, body: Vec<u8>) -> Failure {
    let app = Router::new().fallback(move |request: axum::extract::Request| {
        let body = body.clone();
        async move {
            let is_signing_in = request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length == "0");
            if is_signing_in {
                return StatusCode::OK.into_response();
            }
            (status, [(header::CONTENT_TYPE, "application/soap+xml;charset=UTF-8")], Body::from(body)).into_response()
        }
    });
    let target = Target {
        address: Address::winrm(&format!("https://{}", serve_tls(app).await)).unwrap(),
        account: Account::parse("reader"),
        password: "secret".into(),
        tls: TlsMode::Unverified,
        auth: Auth::Basic,
    };
    run(&target, "ver", b"").await.unwrap_err()
}

#[tokio::test]
async fn xml_bombs_do_not_go_off() {
    let envelope = r#"<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>"#;
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    for bomb in [
        format!("{laughs}{envelope}&b;&b;</e:Body></e:Envelope>"),
        format!("{envelope}&undefined;</e:Body></e:Envelope>"),
        format!(r#"<!DOCTYPE x SYSTEM "file:///etc/passwd">{envelope}</e:Body></e:Envelope>"#),
        format!("{envelope}{}", "<a>".repeat(300_000)),
        format!("{envelope}{}", "<a/>".repeat(300_000)),
        format!("{envelope}<a {}/></e:Body></e:Envelope>", "b=\"\" ".repeat(200_000)),
        format!(r#"{envelope}<a b="{}"/>"#, "x".repeat(3 << 20)),
        String::new(),
        "<rss/>".to_owned(),
        "\u{feff}".to_owned(),
    ] {
        let begun = Instant::now();
        let failure = failure_of_answer(StatusCode::OK, bomb.into_bytes()).await;
        assert!([FailureKind::Protocol, FailureKind::NotThisProduct].contains(&failure.kind), "{failure:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{failure:?} after {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_fault_says_nothing_at_length() {
    let text = format!("{}\u{1b}[31m\r\n", "very ".repeat(10_000));
    let fault = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Reason><s:Text>{}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"#,
        text.replace('\u{1b}', "")
    );
    let failure = failure_of_answer(StatusCode::INTERNAL_SERVER_ERROR, fault.into_bytes()).await;
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(failure.detail.len() < 400 && !failure.detail.contains(char::is_control), "{failure:?}");
}
