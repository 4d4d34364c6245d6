//! A certificate's facts for a person, its fingerprint, and the words for why it was refused.

use std::fmt::Write as _;

use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
    format::iso_utc,
};
use rustls::{CertificateError, pki_types::UnixTime};
use sha2::{Digest, Sha256};
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer, X509Certificate},
};

use super::verifier::Problem;

/// Names that are shown; a certificate may list hundreds.
const SHOWN_NAMES: usize = 20;

/// Reads what a person can compare. A certificate that cannot be parsed still has a fingerprint.
pub(super) fn facts(der: &[u8]) -> Certificate {
    let fingerprint = fingerprint(der);
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return Certificate {
            subject: String::new(),
            issuer: String::new(),
            not_before_ms: 0,
            not_after_ms: 0,
            self_signed: false,
            names: Vec::new(),
            fingerprint,
        };
    };
    Certificate {
        subject: shortened(&parsed.subject().to_string()),
        issuer: shortened(&parsed.issuer().to_string()),
        not_before_ms: parsed.validity().not_before.timestamp().saturating_mul(1_000),
        not_after_ms: parsed.validity().not_after.timestamp().saturating_mul(1_000),
        self_signed: parsed.subject() == parsed.issuer(),
        names: names(&parsed),
        fingerprint,
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = alternative.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(shortened(name)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|octets| std::net::Ipv4Addr::from(octets).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|octets| std::net::Ipv6Addr::from(octets).to_string()),
            _ => None,
        },
        _ => None,
    });
    names.take(SHOWN_NAMES).collect()
}

/// SHA-256 of the DER form as people compare it: `AB:CD:…`.
fn fingerprint(der: &[u8]) -> String {
    print_fingerprint(&Sha256::digest(der).into())
}

/// `AB:CD:…`, as browsers show it.
pub(crate) fn print_fingerprint(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(95);
    for byte in bytes {
        if !text.is_empty() {
            text.push(':');
        }
        let _ = write!(text, "{byte:02X}");
    }
    text
}

/// Reads a fingerprint in any usual writing: colons, dashes, spaces, `SHA256:` or `SHA256=` in front, either case.
pub(crate) fn parse_fingerprint(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let is_named = text.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("sha256"));
    let text = if is_named { text[6..].trim_start_matches([':', '=', ' ']) } else { text };
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !matches!(c, ':' | '-') && !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

pub(super) fn judge_dates(der: &[u8], now: UnixTime) -> Result<(), CertificateError> {
    let (_, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < parsed.validity().not_before.timestamp() {
        return Err(CertificateError::NotValidYet);
    }
    if now > parsed.validity().not_after.timestamp() {
        return Err(CertificateError::Expired);
    }
    Ok(())
}

/// Says what is wrong with the certificate, and what a person can do in this very case.
pub(super) fn refusal(host: &str, shown: &Certificate, problem: &Problem) -> Failure {
    let (detail, advice) = match problem {
        Problem::OtherThanPinned => (
            format!("{host} shows another certificate than the pinned one"),
            "If it was renewed, compare the new fingerprint with the one on the server's console and pin that. If it was not, somebody may stand between IROA and the server.",
        ),
        Problem::Unreadable => (
            format!("{host} shows a certificate that cannot be read"),
            "Renew the server's certificate in a current form (X.509 version 3), or compare its fingerprint and pin it.",
        ),
        Problem::Refused(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => (
            format!("the certificate of {host} expired on {}", day(shown.not_after_ms)),
            "Renew the server's certificate. Until then it can be pinned, after comparing the fingerprint.",
        ),
        Problem::Refused(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => (
            format!("the certificate of {host} is valid only from {}", day(shown.not_before_ms)),
            "Check the clocks of both servers.",
        ),
        Problem::Refused(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => (
            format!("the certificate of {host} is for {}, not for this address", all_names(shown)),
            "Use a name that the certificate lists as the address, or compare the fingerprint and pin it.",
        ),
        Problem::Refused(_) if shown.self_signed => (
            format!("the certificate of {host} is self-signed"),
            "Compare this fingerprint with the one on the server's console; if they are the same, pin it.",
        ),
        Problem::Refused(CertificateError::UnknownIssuer) => (
            format!("the certificate of {host} was signed by an authority that is not trusted: {}", shown.issuer),
            "Paste that authority's certificate (vCenter offers it at /certs/download.zip), or compare the fingerprint with the one on the server's console and pin it.",
        ),
        Problem::Refused(CertificateError::Revoked) => {
            (format!("the certificate of {host} was revoked"), "Renew the server's certificate.")
        }
        Problem::Refused(_) => (
            format!("the certificate of {host} does not hold"),
            "Renew the server's certificate, or compare the fingerprint with the one on the server's console and pin it.",
        ),
    };
    let mut failure = Failure::new(FailureKind::Certificate, detail).with_advice(advice);
    failure.fingerprint = Some(shown.fingerprint.clone());
    failure
}

fn day(ms: i64) -> String {
    iso_utc(ms).split('T').next().unwrap_or_default().to_owned()
}

fn all_names(shown: &Certificate) -> String {
    if shown.names.is_empty() { shown.subject.clone() } else { shown.names.join(", ") }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_in_any_usual_writing() {
        let expected = Some(<[u8; 32]>::from(Sha256::digest(b"x")));
        let shown = fingerprint(b"x");
        assert_eq!(shown.len(), 95);
        assert_eq!(parse_fingerprint(&shown), expected);
        assert_eq!(parse_fingerprint(&shown.replace(':', "").to_lowercase()), expected);
        assert_eq!(parse_fingerprint(&format!(" SHA256:{} ", shown.replace(':', " "))), expected);
        assert_eq!(parse_fingerprint(&format!("sha256={}", shown.replace(':', "-"))), expected);
        assert_eq!(parse_fingerprint("AB:CD"), None);
        assert_eq!(parse_fingerprint(&shown.replace('A', "x")), None);
    }
}
