//! Pages, cookies and headers, as a browser without script sees them.

use reqwest::{StatusCode, header};

use crate::support::{PASSWORD, Server, encoded};

#[tokio::test]
async fn a_stranger_is_led_to_set_up_and_then_to_signing_in() {
    let (server, root) = Server::set_up().await;
    let (status, page) = root.page("/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("root"), "the frame names who is signed in");

    let stranger = server.browser();
    let answer = stranger.get("/vms").await;
    assert!(answer.status().is_redirection(), "{}", answer.status());
    assert!(answer.headers()[header::LOCATION].to_str().unwrap().starts_with("/sign-in"));
    let (status, page) = stranger.page("/sign-in").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("action=\"/api/fn/sign_in\""), "the form works without script");
}

#[tokio::test]
async fn the_cookie_is_strict_and_new_at_each_sign_in() {
    let (_server, root) = Server::set_up().await;
    let mut cookies = Vec::new();
    for _ in 0..2 {
        let answer = root.submit("sign_in", &[("name", "root"), ("password", PASSWORD)]).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(
            cookie.starts_with("iroa=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert!(!cookie.contains("Secure"), "the test speaks http: {cookie}");
        cookies.push(cookie.split(';').next().unwrap().to_owned());
    }
    assert_ne!(cookies[0], cookies[1]);
    let url = format!("{}/export/vms.csv", root.base);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let status = async |cookie: &str| plain.get(&url).header(header::COOKIE, cookie).send().await.unwrap().status();
    assert_eq!(status(&cookies[0]).await, StatusCode::SEE_OTHER, "the id from before signing in is worth nothing");
    assert_eq!(status(&cookies[1]).await, StatusCode::OK);
    root.submit("sign_out", &[]).await;
    assert_eq!(status(&cookies[1]).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let flags = ["--public-url", "https://iroa.example.org"];
    let server = Server::start_in(tempfile::tempdir().unwrap(), &flags);
    let token = server.token.clone().unwrap();
    let body = [("token", token.as_str()), ("name", "root"), ("password", PASSWORD), ("repeated", PASSWORD)];
    let request = server.browser().post("create_first_admin").header(header::ORIGIN, "https://iroa.example.org");
    let answer = request.body(encoded(&body)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-iroa=") && cookie.contains("Secure") && cookie.contains("Path=/"), "{cookie}");
    assert!(answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn forms_from_elsewhere_are_refused() {
    let (_server, root) = Server::set_up().await;
    let body = encoded(&[("name", "root"), ("password", PASSWORD)]);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        let answer = root.post("sign_in").header(header::ORIGIN, origin).body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    let bare = root.client.post(format!("{}/api/fn/sign_out", root.base)).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN, "no origin, no referer");
}

#[tokio::test]
async fn pages_carry_a_policy_with_a_nonce_and_nothing_is_cached() {
    let (_server, root) = Server::set_up().await;
    let page = root.get("/").await;
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("'strict-dynamic'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(page.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(page.headers()[header::REFERRER_POLICY], "same-origin");
    assert!(page.headers().contains_key("x-request-id"));
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let html = page.text().await.unwrap();
    assert!(html.contains(&format!("nonce=\"{nonce}\"")), "scripts carry the nonce");
    assert!(!html.contains(" style=\""), "no inline style attributes");

    let plain = root.get("/healthz").await;
    assert!(plain.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
}

#[tokio::test]
async fn unknown_paths_get_a_page_that_says_so() {
    let (_server, root) = Server::set_up().await;
    let (status, page) = root.page("/no/such/page").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("<html"));
    assert_eq!(root.get("/pkg/nothing.js").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(root.get("/readyz").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (_server, root) = Server::set_up().await;
    let body = format!("name=root&password={}", "x".repeat(2 << 20));
    let request = root.post("sign_in").header(header::ORIGIN, &root.base).body(body);
    // The server may close the connection before everything was sent.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
