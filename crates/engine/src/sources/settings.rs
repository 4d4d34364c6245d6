//! What may be saved as a source's settings. Field names are those of the form.

use connectors::address::Address;
use model::{
    measuring::MEASURE_INTERVAL_S,
    source::{SYNC_INTERVAL_S, SourceKind, SourceSettings, TlsMode},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};

const NAME_MAX_CHARS: usize = 100;
const TEXT_MAX: usize = 500;
const PEM_MAX: usize = 256 * 1024;
const PASSWORD_MAX: usize = 4_096;

/// The settings as they are kept, or the first thing that is wrong with them.
pub(super) fn checked(mut settings: SourceSettings) -> Result<SourceSettings> {
    settings.name = text("name", &settings.name, NAME_MAX_CHARS)?;
    settings.endpoint = text("endpoint", &settings.endpoint, TEXT_MAX)?;
    let endpoint = match settings.kind {
        SourceKind::Vcenter => Address::vsphere(&settings.endpoint).map(drop),
        SourceKind::Hyperv => connectors::hyperv::addresses(&settings.endpoint).map(drop),
        SourceKind::Prometheus => Address::prometheus(&settings.endpoint).map(drop),
        SourceKind::Zabbix => Address::zabbix(&settings.endpoint).map(drop),
    };
    endpoint.map_err(|error| Error::invalid("endpoint", error.to_string()))?;
    settings.username = match settings.username.trim() {
        // The password is a token then.
        "" if settings.kind.is_monitoring() => String::new(),
        _ => text("username", &settings.username, TEXT_MAX)?,
    };
    settings.tls = tls(settings.tls)?;
    if let Some(interval) = settings.sync_interval_s
        && !SYNC_INTERVAL_S.contains(&interval)
    {
        return Err(Error::invalid("interval", "the interval is not between 5 minutes and 24 hours"));
    }
    if let Some(interval) = settings.measure_interval_s
        && !MEASURE_INTERVAL_S.contains(&interval)
    {
        return Err(Error::invalid("measure_interval", "the interval is not between 5 and 30 minutes"));
    }
    Ok(settings)
}

/// Passwords keep every character; what no protocol can carry is refused.
pub(super) fn check_password(kind: SourceKind, password: &SecretString) -> Result<()> {
    let text = password.expose_secret();
    if text.is_empty() && kind.needs_password() {
        return Err(Error::invalid("password", "a password is needed"));
    }
    if text.len() > PASSWORD_MAX {
        return Err(Error::invalid("password", format!("the password is longer than {PASSWORD_MAX} bytes")));
    }
    Ok(())
}

/// Another server, another account or another judgement of the certificate: earlier failures say nothing about it.
pub(super) fn is_reached_differently(before: &SourceSettings, now: &SourceSettings) -> bool {
    before.endpoint != now.endpoint
        || before.username != now.username
        || before.tls != now.tls
        || before.enabled != now.enabled
}

fn text(field: &str, typed: &str, max_chars: usize) -> Result<String> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(Error::invalid(field, "this is needed"));
    }
    if text.chars().count() > max_chars || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("this is longer than {max_chars} characters or cannot be printed")));
    }
    Ok(text.to_owned())
}

fn tls(mode: TlsMode) -> Result<TlsMode> {
    match mode {
        TlsMode::Authority { pem } => {
            if !pem.contains("-----BEGIN CERTIFICATE-----") {
                return Err(Error::invalid("pem", "paste the certificate with its BEGIN and END lines"));
            }
            if pem.len() > PEM_MAX {
                return Err(Error::invalid("pem", "these are too many certificates"));
            }
            Ok(TlsMode::Authority { pem: format!("{}\n", pem.trim()) })
        }
        TlsMode::Pinned { fingerprint } => {
            let kept = connectors::fingerprint(&fingerprint)
                .ok_or_else(|| Error::invalid("fingerprint", "a SHA-256 fingerprint has 64 hexadecimal digits"))?;
            Ok(TlsMode::Pinned { fingerprint: kept })
        }
        mode => Ok(mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SourceSettings {
        SourceSettings {
            kind: SourceKind::Vcenter,
            name: " lab ".into(),
            endpoint: " vc1.lab:443 ".into(),
            username: "reader@vsphere.local".into(),
            tls: TlsMode::System,
            sync_interval_s: Some(3_600),
            measure_interval_s: Some(300),
            enabled: true,
        }
    }

    fn field_of(settings: SourceSettings) -> Option<String> {
        match checked(settings) {
            Err(Error::Invalid { field, .. }) => field,
            _ => None,
        }
    }

    #[test]
    fn spaces_around_names_are_dropped() {
        let kept = checked(settings()).unwrap();
        assert_eq!((kept.name.as_str(), kept.endpoint.as_str()), ("lab", "vc1.lab:443"));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        assert_eq!(field_of(SourceSettings { name: "  ".into(), ..settings() }).as_deref(), Some("name"));
        assert_eq!(
            field_of(SourceSettings { endpoint: "ftp://vc1".into(), ..settings() }).as_deref(),
            Some("endpoint")
        );
        let hosts = SourceSettings { kind: SourceKind::Hyperv, endpoint: "hv1.lab, ftp://hv2".into(), ..settings() };
        assert_eq!(field_of(hosts).as_deref(), Some("endpoint"));
        let token = SourceSettings { kind: SourceKind::Zabbix, username: " ".into(), ..settings() };
        assert_eq!(field_of(token.clone()), None, "a monitoring system takes a token without a user");
        assert_eq!(field_of(SourceSettings { kind: SourceKind::Vcenter, ..token }).as_deref(), Some("username"));
        let often = SourceSettings { measure_interval_s: Some(60), ..settings() };
        assert_eq!(field_of(often).as_deref(), Some("measure_interval"));
        assert_eq!(field_of(SourceSettings { sync_interval_s: Some(60), ..settings() }).as_deref(), Some("interval"));
        let tls = TlsMode::Authority { pem: "hello".into() };
        assert_eq!(field_of(SourceSettings { tls, ..settings() }).as_deref(), Some("pem"));
    }

    #[test]
    fn fingerprints_are_kept_in_one_form() {
        let pinned = |fingerprint: &str| {
            checked(SourceSettings { tls: TlsMode::Pinned { fingerprint: fingerprint.into() }, ..settings() })
        };
        let kept = TlsMode::Pinned { fingerprint: ["AB"; 32].join(":") };
        assert_eq!(pinned(&"ab".repeat(32)).unwrap().tls, kept);
        assert!(pinned("ab:cd").is_err());
    }
}
