//! TLS as a source's settings want it, and a memory of the certificate that was shown.
//!
//! What to tell a person about a certificate is `tls::certificate`'s; what to trust is `tls::verifier`'s.

mod certificate;
mod short_key;
mod verifier;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    client::WebPkiServerVerifier,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};

pub(crate) use certificate::{parse_fingerprint, print_fingerprint};
use verifier::{Judge, Policy, Problem};

/// The last certificate that an endpoint showed, and what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    last: Mutex<Option<(Vec<u8>, Option<Problem>)>>,
    short_key: AtomicBool,
}

/// How keys are judged in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// As the crypto provider does: RSA from 2048 bits on.
    Current,
    /// RSA from 1024 bits on, for a certificate that a person compared or pasted: such keys are weak, but still prove
    /// more than no verification. TLS 1.2 only, because TLS 1.3 demands PSS, which ring verifies from 2048 bits on.
    Short,
}

impl Shown {
    fn remember(&self, der: &[u8], problem: Option<Problem>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((der.to_vec(), problem));
    }

    /// The handshake failed for nothing but a short key: `Keys::Short` may help.
    pub(crate) fn has_short_key(&self) -> bool {
        self.short_key.load(Ordering::Relaxed)
    }

    /// Facts about the certificate, for a person to compare.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        let shown = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().map(|(der, _)| certificate::facts(der))
    }

    /// The failure to report if the certificate was refused.
    pub(crate) fn refusal(&self, host: &str) -> Option<Failure> {
        let shown = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (der, problem) = shown.as_ref()?;
        Some(certificate::refusal(host, &certificate::facts(der), problem.as_ref()?))
    }
}

/// Builds the client's TLS configuration. Reads the system's authorities from disk in `TlsMode::System`.
pub(crate) fn client_config(mode: &TlsMode, keys: Keys, shown: Arc<Shown>) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let policy = match mode {
        TlsMode::System => {
            Policy::Authorities { roots: chain_verifier(system_roots()?, &provider)?, exact: Vec::new() }
        }
        TlsMode::Authority { pem } => {
            let pasted = pasted_certificates(pem)?;
            Policy::Authorities { roots: chain_verifier(roots_of(&pasted), &provider)?, exact: pasted }
        }
        TlsMode::Pinned { fingerprint } => Policy::Pinned(
            parse_fingerprint(fingerprint)
                .ok_or_else(|| settings_failure("the pinned fingerprint is not a SHA-256: 64 hexadecimal digits"))?,
        ),
        TlsMode::Unverified => Policy::Anything,
    };
    let judge = Judge { policy, keys, algorithms: provider.signature_verification_algorithms, shown };
    let versions: &[&SupportedProtocolVersion] = match keys {
        Keys::Current => rustls::DEFAULT_VERSIONS,
        Keys::Short => &[&rustls::version::TLS12],
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| settings_failure(format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(judge))
        .with_no_client_auth();
    Ok(config)
}

fn chain_verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Failure> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|_| settings_failure("there is no authority that could be trusted"))
}

fn system_roots() -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(settings_failure("the IROA server's operating system trusts no authority at all").with_advice(
            "Install its certificates (Debian: apt install ca-certificates), or choose another TLS mode.",
        ));
    }
    Ok(roots)
}

/// Pasted certificates; a private key or text between them is ignored.
fn pasted_certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| settings_failure("the pasted authority is not a readable PEM certificate"))?;
    if certificates.is_empty() {
        return Err(settings_failure("the pasted text contains no certificate (-----BEGIN CERTIFICATE-----)"));
    }
    Ok(certificates)
}

/// Certificates that cannot be authorities (version 1, no CA flag) are left out here: they may still match exactly.
fn roots_of(certificates: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    roots
}

fn settings_failure(detail: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Tls, detail).with_advice("Correct the source's TLS settings.")
}
