//! A self-signed certificate in each TLS mode, and certificates that do not hold for other reasons.

use std::net::SocketAddr;

use axum_server::tls_rustls::RustlsConfig;
use connectors::check;
use model::{check::CheckOutcome, failure::FailureKind, source::TlsMode};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::{
    endpoint::{endpoint, read},
    vcsim::Vcsim,
};

/// What a person sees before pinning.
async fn shown_certificate(address: &str) -> model::check::Certificate {
    match check(&endpoint(address, TlsMode::System)).await {
        CheckOutcome::Failed { failure, certificate: Some(certificate) } => {
            assert_eq!(failure.kind, FailureKind::Certificate, "{failure:?}");
            assert_eq!(failure.fingerprint.as_ref(), Some(&certificate.fingerprint));
            certificate
        }
        other => panic!("the certificate must be refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_shown_and_pinned() {
    let Some(vcsim) = Vcsim::start(&["-dc", "1", "-vm", "1"]) else { return };
    let certificate = shown_certificate(&vcsim.address()).await;
    assert!(certificate.self_signed && certificate.names.contains(&"127.0.0.1".to_owned()), "{certificate:?}");
    let refused = read(&endpoint(vcsim.address(), TlsMode::System)).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Certificate);
    assert!(
        refused.detail.contains("self-signed") && refused.advice().contains("Compare this fingerprint"),
        "{refused:?}"
    );

    let pinned = TlsMode::Pinned { fingerprint: certificate.fingerprint.to_lowercase() };
    let outcome = check(&endpoint(vcsim.address(), pinned.clone())).await;
    let CheckOutcome::Passed(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.certificate.map(|shown| shown.fingerprint), Some(certificate.fingerprint.clone()));
    assert_eq!(read(&endpoint(vcsim.address(), pinned)).await.unwrap().inventory.vms.len(), 2);
    assert_eq!(read(&endpoint(vcsim.address(), TlsMode::Unverified)).await.unwrap().inventory.vms.len(), 2);

    let other = TlsMode::Pinned { fingerprint: format!("00{}", &certificate.fingerprint[2..]) };
    let refused = read(&endpoint(vcsim.address(), other)).await.unwrap_err();
    assert!(refused.kind == FailureKind::Certificate && refused.detail.contains("pinned"), "{refused:?}");
    let nonsense = TlsMode::Pinned { fingerprint: "AB:CD".to_owned() };
    assert_eq!(read(&endpoint(vcsim.address(), nonsense)).await.unwrap_err().kind, FailureKind::Tls);
}

/// A TLS server with this certificate that answers everything with a page.
async fn web_server(certificate: String, key: String) -> SocketAddr {
    let app = axum::Router::new().fallback(|| async { axum::response::Html("<h1>It works!</h1>") });
    serve_with(app, certificate, key).await
}

/// A TLS server with a certificate of its own.
pub(crate) async fn serve_tls(app: axum::Router) -> SocketAddr {
    let (certificate, key) = self_signed(|_| ());
    serve_with(app, certificate, key).await
}

async fn serve_with(app: axum::Router, certificate: String, key: String) -> SocketAddr {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem(certificate.into_bytes(), key.into_bytes()).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let server = axum_server::from_tcp_rustls(listener, config).unwrap();
    tokio::spawn(server.serve(app.into_make_service()));
    address
}

/// The TLS handshake worked if the page behind it was read.
async fn kind_with(address: impl Into<String>, tls: TlsMode) -> (FailureKind, String) {
    let failure = read(&endpoint(address, tls)).await.unwrap_err();
    (failure.kind, failure.detail)
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn a_pasted_certificate_is_its_own_authority() {
    for is_ca in [IsCa::Ca(BasicConstraints::Unconstrained), IsCa::NoCa] {
        let (pem, key) = self_signed(|params| params.is_ca = is_ca);
        let address = web_server(pem.clone(), key).await;
        let (kind, detail) = kind_with(address.to_string(), TlsMode::Authority { pem }).await;
        assert_eq!(kind, FailureKind::NotThisProduct, "{detail}");
        let other = self_signed(|_| ()).0;
        let (kind, detail) = kind_with(address.to_string(), TlsMode::Authority { pem: other }).await;
        assert_eq!(kind, FailureKind::Certificate, "{detail}");
    }
    let nonsense = TlsMode::Authority { pem: "hello".to_owned() };
    assert_eq!(kind_with("127.0.0.1:1", nonsense).await.0, FailureKind::Tls);
}

#[tokio::test]
async fn an_authority_signs_a_server() {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "The lab's authority");
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::from_params(&params, &authority_key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let address = web_server(server.pem(), key.serialize_pem()).await;
    let trusted = TlsMode::Authority { pem: format!("vCenter's root:\n{}", authority.pem()) };
    assert_eq!(kind_with(address.to_string(), trusted.clone()).await.0, FailureKind::NotThisProduct);
    let (kind, detail) = kind_with(address.to_string(), TlsMode::System).await;
    assert_eq!(kind, FailureKind::Certificate);
    assert!(detail.contains("authority that is not trusted"), "{detail}");
    let (kind, detail) = kind_with(format!("localhost:{}", address.port()), trusted).await;
    assert_eq!(kind, FailureKind::Certificate);
    assert!(detail.contains("is for 127.0.0.1"), "{detail}");
}

#[tokio::test]
async fn an_expired_certificate_is_named_as_such() {
    let (pem, key) = self_signed(|params| params.not_after = rcgen::date_time_ymd(2020, 2, 3));
    let address = web_server(pem.clone(), key).await;
    let (kind, detail) = kind_with(address.to_string(), TlsMode::Authority { pem }).await;
    assert_eq!(kind, FailureKind::Certificate);
    assert!(detail.contains("expired on 2020-02-0"), "{detail}");
    let certificate = shown_certificate(&address.to_string()).await;
    let pinned = TlsMode::Pinned { fingerprint: certificate.fingerprint };
    assert_eq!(kind_with(address.to_string(), pinned).await.0, FailureKind::NotThisProduct);
}
