//! Identity as exporters write it down: UUIDs, serial numbers, MACs, addresses, names. Pure, and strict: what is not exactly
//! one of these is no evidence.

use std::net::IpAddr;

/// A UUID in canonical lower case, in the byte order that was told; `None` for what is none and for placeholders of firmware
/// that never got one.
pub(super) fn uuid(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let groups: Vec<&str> = text.split('-').collect();
    let is_uuid = groups.len() == 5
        && groups
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(group, length)| group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    (is_uuid && !is_placeholder(&text)).then_some(text)
}

fn is_placeholder(uuid: &str) -> bool {
    let mut digits = uuid.bytes().filter(|byte| *byte != b'-');
    let first = digits.next();
    digits.all(|digit| Some(digit) == first) || uuid == "03000200-0400-0500-0006-000700080009"
}

/// The UUID in a serial number of a `VMware` machine: `VMware-42 03 5b 1c 7e 0a 11 22-33 44 55 66 77 88 99 aa`.
pub(super) fn uuid_of_serial(serial: &str) -> Option<String> {
    let bytes = serial.trim().strip_prefix("VMware-")?;
    let digits: String = bytes.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    uuid(&[&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

/// A MAC as `00:50:56:aa:bb:cc`; none where it is all zeros or addresses a group.
pub(super) fn mac(text: &str) -> Option<String> {
    let text = text.trim().replace('-', ":").to_ascii_lowercase();
    let bytes: Option<Vec<u8>> = text
        .split(':')
        .map(|part| {
            // `from_str_radix` alone would take a sign.
            let is_byte = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_byte { u8::from_str_radix(part, 16).ok() } else { None }
        })
        .collect();
    let bytes = bytes.filter(|bytes| bytes.len() == 6)?;
    let is_group = bytes[0] & 1 == 1;
    (!is_group && bytes.iter().any(|byte| *byte != 0)).then_some(text)
}

/// An address by which others may know the machine: not its own loop, none of one link alone, none of all.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address: IpAddr = text.split(['/', '%']).next()?.parse().ok()?;
    let is_of_one_link = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    (!address.is_loopback() && !address.is_unspecified() && !address.is_multicast() && !is_of_one_link)
        .then_some(address)
}

/// The host of an `instance`: `web1.lab` of `web1.lab:9100`, `fe80::1` of `[fe80::1]:9100`, of `https://web1/metrics` `web1`.
pub(super) fn host_of(instance: &str) -> &str {
    let rest = instance.split_once("://").map_or(instance, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    if let Some((inside, _)) = authority.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        return inside;
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The full name of a machine that calls itself `web1`, where it is scraped as `web1.lab.example`.
pub(super) fn full_name(told: &str, instance: &str) -> String {
    let host = host_of(instance);
    let is_longer = host.split_once('.').is_some_and(|(short, _)| short.eq_ignore_ascii_case(told));
    if is_longer { host.to_ascii_lowercase() } else { told.to_owned() }
}

/// A name that says which machine it is.
pub(super) fn host_name(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches('.');
    let is_none = text.is_empty() || text == "(none)" || text.eq_ignore_ascii_case("localhost");
    (!is_none && !text.to_ascii_lowercase().starts_with("localhost.")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_canonical_and_placeholders_none() {
        assert_eq!(
            uuid("42035B1C-7E0A-1122-3344-5566778899AA").as_deref(),
            Some("42035b1c-7e0a-1122-3344-5566778899aa")
        );
        for none in [
            "",
            "Not Settable",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "03000200-0400-0500-0006-000700080009",
            "42035b1c7e0a112233445566778899aa",
            "42035b1c-7e0a-1122-3344-5566778899ag",
        ] {
            assert_eq!(uuid(none), None, "{none}");
        }
    }

    #[test]
    fn a_vmware_serial_holds_the_uuid() {
        let serial = "VMware-42 03 5b 1c 7e 0a 11 22-33 44 55 66 77 88 99 aa";
        assert_eq!(uuid_of_serial(serial).as_deref(), Some("42035b1c-7e0a-1122-3344-5566778899aa"));
        for none in ["", "VMware-", "VMware-42 03", "ABC123", "VMware-é2 03 5b 1c 7e 0a 11 22-33 44 55 66 77 88 99 aa"]
        {
            assert_eq!(uuid_of_serial(none), None, "{none}");
        }
    }

    #[test]
    fn macs_and_addresses_are_evidence_only_where_they_are_a_machines_own() {
        assert_eq!(mac("00-50-56-AA-BB-CC").as_deref(), Some("00:50:56:aa:bb:cc"));
        for none in ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:50:56", "+0:50:56:aa:bb:cc", ""]
        {
            assert_eq!(mac(none), None, "{none}");
        }
        assert_eq!(address("10.0.0.5/24"), Some([10, 0, 0, 5].into()));
        for none in ["127.0.0.1", "::1", "169.254.1.1", "fe80::1%eth0", "0.0.0.0", "224.0.0.1", "web1"] {
            assert_eq!(address(none), None, "{none}");
        }
    }

    #[test]
    fn instances_name_hosts() {
        for (instance, host) in [
            ("web1:9100", "web1"),
            ("web1.lab", "web1.lab"),
            ("[2001:db8::1]:9100", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("http://web1:9100/metrics", "web1"),
            ("the web server", "the web server"),
        ] {
            assert_eq!(host_of(instance), host, "{instance}");
        }
        assert_eq!(full_name("web1", "WEB1.lab.example:9100"), "web1.lab.example");
        assert_eq!(full_name("web1", "web2.lab.example:9100"), "web1");
        assert_eq!(full_name("web1", "10.0.0.5:9100"), "web1");
        assert_eq!(
            (host_name("localhost.localdomain"), host_name("(none)"), host_name(" web1. ")),
            (None, None, Some("web1"))
        );
    }
}
