//! Serving https from certificate files, read again on SIGHUP so that renewed certificates need no restart.

use std::sync::Arc;

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::configuration::TlsFiles;

pub(crate) fn load(files: &TlsFiles) -> anyhow::Result<RustlsConfig> {
    Ok(RustlsConfig::from_config(Arc::new(read(files)?)))
}

fn read(files: &TlsFiles) -> anyhow::Result<ServerConfig> {
    let name = files.certificate.display();
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("tls_certificate: cannot read {name}"))?;
    anyhow::ensure!(!chain.is_empty(), "tls_certificate: {name} holds no certificate");
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("tls_key: cannot read {}", files.key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("certificate and key do not go together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Keeps the certificate in use when the new files cannot be read.
#[cfg(unix)]
pub(crate) fn reload_on_hangup(config: RustlsConfig, files: Option<TlsFiles>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Some(files), Ok(mut hangup)) = (files, signal(SignalKind::hangup())) else { return };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match read(&files) {
                Ok(renewed) => {
                    config.reload_from_config(Arc::new(renewed));
                    tracing::info!("the certificate was read again");
                }
                Err(error) => tracing::error!(error = format!("{error:#}"), "the certificate was not replaced"),
            }
        }
    });
}

#[cfg(not(unix))]
pub(crate) fn reload_on_hangup(_config: RustlsConfig, _files: Option<TlsFiles>) {}
