//! Decides whether a server's certificate is trusted, and remembers what was shown in any case.

use std::sync::{Arc, atomic::Ordering};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use sha2::{Digest, Sha256};

use super::{Keys, Shown, certificate, short_key};

#[derive(Debug)]
pub(super) enum Policy {
    /// A chain to one of the roots, or one of these very certificates: a self-signed one is its own authority, but
    /// webpki refuses a certificate with the CA flag as a server's (`CaUsedAsEndEntity`).
    Authorities {
        roots: Arc<WebPkiServerVerifier>,
        exact: Vec<CertificateDer<'static>>,
    },
    /// SHA-256 of the DER form. Name, dates and chain are waived: the person compared this very certificate.
    Pinned([u8; 32]),
    Anything,
}

/// Why a certificate was refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    OtherThanPinned,
    Refused(CertificateError),
    Unreadable,
}

#[derive(Debug)]
pub(super) struct Judge {
    pub(super) policy: Policy,
    pub(super) keys: Keys,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    pub(super) shown: Arc<Shown>,
}

impl Judge {
    /// Only a person's own comparison makes up for a short key.
    fn note_short_key(&self, certificate: &CertificateDer<'_>) {
        let is_compared = match &self.policy {
            Policy::Pinned(_) => true,
            Policy::Authorities { exact, .. } => exact.contains(certificate),
            Policy::Anything => false,
        };
        if is_compared && short_key::has_one(certificate) {
            self.shown.short_key.store(true, Ordering::Relaxed);
        }
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), Problem> {
        match &self.policy {
            Policy::Anything => Ok(()),
            Policy::Pinned(fingerprint) => {
                let shown: [u8; 32] = Sha256::digest(end_entity).into();
                if shown == *fingerprint { Ok(()) } else { Err(Problem::OtherThanPinned) }
            }
            Policy::Authorities { exact, .. } if exact.contains(end_entity) => {
                certificate::judge_dates(end_entity, now).map_err(Problem::Refused)?;
                let parsed = ParsedCertificate::try_from(end_entity).map_err(|_| Problem::Unreadable)?;
                verify_server_name(&parsed, name).map_err(problem)
            }
            // A short key is made up for by a comparison, never by a chain.
            Policy::Authorities { .. } if self.keys == Keys::Short => Err(Problem::Unreadable),
            Policy::Authorities { roots, .. } => {
                roots.verify_server_cert(end_entity, intermediates, name, ocsp, now).map(|_| ()).map_err(problem)
            }
        }
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.judge(end_entity, intermediates, server_name, ocsp_response, now);
        self.shown.remember(end_entity, verdict.clone().err());
        match verdict {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(Problem::Refused(error)) => Err(Error::InvalidCertificate(error)),
            Err(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
        }
    }

    // The handshake's signature proves that the server holds the certificate's key. It is verified in every mode but
    // the one that trusts anything: a pin would be worth nothing without it.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.policy {
            Policy::Anything => Ok(HandshakeSignatureValid::assertion()),
            _ if self.keys == Keys::Short => short_key::verify(message, cert, dss),
            _ => {
                verify_tls12_signature(message, cert, dss, &self.algorithms).inspect_err(|_| self.note_short_key(cert))
            }
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.policy {
            Policy::Anything => Ok(HandshakeSignatureValid::assertion()),
            _ if self.keys == Keys::Short => short_key::verify(message, cert, dss),
            _ => {
                verify_tls13_signature(message, cert, dss, &self.algorithms).inspect_err(|_| self.note_short_key(cert))
            }
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match self.keys {
            Keys::Current => self.algorithms.supported_schemes(),
            Keys::Short => short_key::SCHEMES.to_vec(),
        }
    }
}

fn problem(error: Error) -> Problem {
    match error {
        Error::InvalidCertificate(error) => Problem::Refused(error),
        _ => Problem::Unreadable,
    }
}
