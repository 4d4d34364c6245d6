//! The channel binding `tls-server-end-point` (RFC 5929, section 4): what ties a sign-in to the certificate of its connection.

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use x509_parser::{
    prelude::{FromDer, X509Certificate},
    signature_algorithm::SignatureAlgorithm,
};

/// A hash of the certificate, by the hash of its own signature; SHA-256 where that is MD5, SHA-1 or none.
pub(super) fn tls_server_end_point(certificate: &[u8]) -> Vec<u8> {
    let mut data = b"tls-server-end-point:".to_vec();
    data.extend_from_slice(digest(algorithm(certificate), certificate).as_ref());
    data
}

fn algorithm(certificate: &[u8]) -> &'static Algorithm {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return &SHA256 };
    let identifier = &parsed.signature_algorithm;
    let name = match SignatureAlgorithm::try_from(identifier) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => parameters.hash_algorithm_oid().to_id_string(),
        _ => identifier.algorithm.to_id_string(),
    };
    match name.as_str() {
        // RSA and ECDSA with SHA-384; SHA-384 alone, as RSASSA-PSS names it.
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" | "2.16.840.1.101.3.4.2.2" => &SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" | "2.16.840.1.101.3.4.2.3" => &SHA512,
        _ => &SHA256,
    }
}

/// `SEC_CHANNEL_BINDINGS` of Windows' security interface: no addresses, and the data behind a head of 32 bytes.
pub(super) fn security_buffer(data: &[u8]) -> Vec<u8> {
    const HEAD: u32 = 32;
    let mut buffer = vec![0; 24];
    buffer.extend_from_slice(&(data.len() as u32).to_le_bytes());
    buffer.extend_from_slice(&HEAD.to_le_bytes());
    buffer.extend_from_slice(data);
    buffer
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};

    use super::*;

    #[test]
    fn the_hash_is_that_of_the_certificates_signature() {
        for (key, length) in [(&PKCS_ECDSA_P256_SHA256, 32), (&PKCS_ECDSA_P384_SHA384, 48)] {
            let key = KeyPair::generate_for(key).unwrap();
            let certificate = CertificateParams::new(vec!["hv1.lab".to_owned()]).unwrap().self_signed(&key).unwrap();
            let binding = tls_server_end_point(certificate.der());
            assert!(binding.starts_with(b"tls-server-end-point:"));
            assert_eq!(binding.len(), 21 + length);
        }
        assert_eq!(tls_server_end_point(b"no certificate").len(), 21 + 32);
    }

    #[test]
    fn the_buffer_is_what_windows_passes() {
        let read = sspi_reads(&security_buffer(b"tls-server-end-point:x"));
        assert_eq!(read, b"tls-server-end-point:x");
    }

    fn sspi_reads(buffer: &[u8]) -> Vec<u8> {
        sspi::channel_bindings::ChannelBindings::from_bytes(buffer).unwrap().application_data
    }
}
