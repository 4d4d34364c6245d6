//! Handshake signatures of RSA keys below 2048 bits, which the crypto provider refuses: old ESXi hosts and simulators have
//! them. Used only for a certificate that a person has compared, and only with TLS 1.2.

use ring::signature::{
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RsaParameters,
    UnparsedPublicKey,
};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme, client::danger::HandshakeSignatureValid,
    pki_types::CertificateDer,
};
use x509_parser::{
    prelude::{FromDer, X509Certificate},
    public_key::PublicKey,
};

pub(super) const SCHEMES: [SignatureScheme; 2] = [SignatureScheme::RSA_PKCS1_SHA256, SignatureScheme::RSA_PKCS1_SHA512];

/// The certificate's key is RSA of 1024 bits or more, but less than 2048.
pub(super) fn has_one(certificate: &[u8]) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return false };
    match parsed.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => (1024..2048).contains(&key.key_size()),
        _ => false,
    }
}

pub(super) fn verify(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let refused = Error::InvalidCertificate(CertificateError::BadSignature);
    let parameters: &'static RsaParameters = match signed.scheme {
        SignatureScheme::RSA_PKCS1_SHA256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        SignatureScheme::RSA_PKCS1_SHA512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        _ => return Err(refused),
    };
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Err(refused) };
    let key = UnparsedPublicKey::new(parameters, &parsed.public_key().subject_public_key.data);
    match key.verify(message, signed.signature()) {
        Ok(()) => Ok(HandshakeSignatureValid::assertion()),
        Err(_) => Err(refused),
    }
}
