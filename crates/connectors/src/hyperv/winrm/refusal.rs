//! Why a host does not let us in, told by status and headers: sign-in refused, nothing that it offers will do, not WinRM at all.

use http::{HeaderMap, StatusCode};
use model::failure::{Failure, FailureKind};

use super::connection::{Connection, Reply};
use crate::quote::describe;

const ENABLE_NEGOTIATE: &str = "winrm set winrm/config/service/auth @{Negotiate=\"true\"}";

/// The host looked at the credentials and refused them.
pub(super) fn wrong_credentials(connection: &Connection) -> Failure {
    let detail = format!("{} refuses the user or the password", connection.host());
    let mut advice = String::from(
        "Write domain accounts as DOMAIN\\user or user@domain, local ones as user. If both are right, the account may be locked, expired, or not allowed to log on from the network, or a policy forbids NTLM.",
    );
    if connection.binding().is_some() {
        advice.push_str(" If something between IROA and the host ends TLS, the host's channel binding (CbtHardeningLevel) refuses the sign-in as well.");
    }
    Failure::new(FailureKind::Unauthorized, detail).with_advice(advice)
}

/// The host asks to sign in, but in no way that will do.
pub(super) fn nothing_usable(connection: &Connection, offered: &[String]) -> Failure {
    let host = connection.host();
    let offers = if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") };
    if connection.address().is_plain() && offers_basic(offered) {
        return basic_in_the_clear(connection);
    }
    Failure::new(FailureKind::Forbidden, format!("{host} offers no way to sign in that IROA has, but {offers}"))
        .with_advice(format!("Allow Negotiate on the host: {ENABLE_NEGOTIATE}."))
}

pub(super) fn offers_basic(offered: &[String]) -> bool {
    offered.iter().any(|scheme| scheme.eq_ignore_ascii_case("Basic"))
}

/// Basic would send the password, and `AllowUnencrypted` all data, readable for everybody on the way.
pub(super) fn basic_in_the_clear(connection: &Connection) -> Failure {
    let host = connection.host();
    Failure::new(
        FailureKind::Tls,
        format!("{host} wants the password unencrypted (Basic over http), which IROA never sends"),
    )
    .with_advice(format!(
        "Use https (port 5986), or allow Negotiate, which encrypts messages over http as well: {ENABLE_NEGOTIATE}."
    ))
}

/// The password would go to whoever shows any certificate.
pub(super) fn basic_to_anybody(connection: &Connection) -> Failure {
    let host = connection.host();
    Failure::new(
        FailureKind::Tls,
        format!("{host} wants the password itself (Basic), and its certificate is not verified"),
    )
    .with_advice(format!(
        "Compare the certificate's fingerprint and pin it, or allow Negotiate on the host: {ENABLE_NEGOTIATE}."
    ))
}

/// The host's tokens make no sense, or its last one does not prove that it knows the password.
pub(super) fn bad_token(connection: &Connection) -> Failure {
    Failure::new(
        FailureKind::Protocol,
        format!("the sign-in with {} went wrong: its token cannot be right", connection.host()),
    )
    .with_advice("Something between IROA and the host may change what they say. Try https.")
}

/// An answer over http that is not sealed, or not by the host: it is not believed.
pub(super) fn unsealed(connection: &Connection, reply: &Reply) -> Failure {
    let host = connection.host();
    if reply.status == StatusCode::OK {
        return Failure::new(
            FailureKind::Protocol,
            format!("{host} answered without encryption, which is not believed"),
        )
        .with_advice("Something between IROA and the host may change what they say. Use https (port 5986).");
    }
    let said = describe(&host, reply.status, &reply.headers);
    Failure::new(FailureKind::Protocol, format!("the host does not accept encrypted messages: {said}")).with_advice(
        "Use https (port 5986). Over http, a proxy in between or an NTLM policy without 128-bit encryption makes this happen; AllowUnencrypted does not help, because IROA sends nothing unencrypted.",
    )
}

pub(super) fn tampered(connection: &Connection) -> Failure {
    let detail = format!("an answer of {} was changed on the way: its seal does not hold", connection.host());
    Failure::new(FailureKind::Protocol, detail)
        .with_advice("Something between IROA and the host may change what they say. Use https (port 5986).")
}

/// Neither SOAP nor a sign-in: somebody else's page, or a service that is not up.
pub(super) fn not_winrm(connection: &Connection, reply: &Reply) -> Failure {
    let said = describe(&connection.host(), reply.status, &reply.headers);
    match reply.status {
        StatusCode::TOO_MANY_REQUESTS => Failure::new(FailureKind::Throttled, said),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            Failure::new(FailureKind::Unreachable, said)
                .with_advice("The host's WinRM service is starting or down: Get-Service WinRM on the host.")
        }
        StatusCode::FORBIDDEN => Failure::new(FailureKind::Forbidden, said)
            .with_advice("The host's WinRM filters addresses (IPv4Filter, IPv6Filter) or wants a client certificate."),
        _ => Failure::new(FailureKind::NotThisProduct, format!("that is not a WinRM endpoint: {said}")).with_advice(
            "WinRM listens at 5986 for https and at 5985 for http, at the path /wsman: check address and port, and winrm enumerate winrm/config/listener on the host.",
        ),
    }
}

/// What `WWW-Authenticate` offers: schemes, each with its token if it has one. Hosts send one header for each; proxies join them.
pub(super) fn offers(headers: &HeaderMap) -> Vec<(String, Option<String>)> {
    let values = headers.get_all(http::header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let each = values.flat_map(|value| value.split(',')).filter_map(|offer| {
        let (scheme, token) = match offer.trim().split_once(' ') {
            Some((scheme, token)) => (scheme, Some(token.trim().to_owned())),
            None => (offer.trim(), None),
        };
        let is_word = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_word.then(|| (scheme.chars().take(20).collect(), token))
    });
    each.take(10).collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::WWW_AUTHENTICATE};

    use super::*;

    #[test]
    fn offers_are_read_from_one_header_or_many() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Negotiate TlRMTVNTUAAC=="));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Kerberos, Basic realm=\"WSMAN\""));
        let token = |text: &str| Some(text.to_owned());
        assert_eq!(
            offers(&headers),
            [
                ("Negotiate".to_owned(), token("TlRMTVNTUAAC==")),
                ("Kerberos".to_owned(), None),
                ("Basic".to_owned(), token("realm=\"WSMAN\""))
            ]
        );
    }
}
