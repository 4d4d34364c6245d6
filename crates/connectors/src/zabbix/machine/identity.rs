//! UUIDs, serial numbers, MAC and IP addresses and host names, as hosts and items write them.

use std::net::IpAddr;

use crate::zabbix::wire::Host;

const ADDRESSES_MAX: usize = 64;

/// A UUID in the usual form, lower case; `None` for anything else and for placeholders.
pub(super) fn uuid(text: &str) -> Option<String> {
    let text = text.trim();
    let groups: Vec<&str> = text.split('-').collect();
    let is_form = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let is_bare = groups.len() == 1 && text.len() == 32;
    if is_form || is_bare { from_digits(&text.replace('-', "")) } else { None }
}

/// VMware's serial numbers are the SMBIOS UUID: `VMware-42 03 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7`.
pub(super) fn serial_uuid(serial: &str) -> Option<String> {
    let (maker, bytes) = serial.trim().split_once('-')?;
    if !maker.eq_ignore_ascii_case("vmware") {
        return None;
    }
    from_digits(&bytes.replace([' ', '-'], ""))
}

fn from_digits(digits: &str) -> Option<String> {
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let low = digits.to_ascii_lowercase();
    let first = low.as_bytes()[0];
    // All zeros, all Fs: nobody has set it.
    if low.bytes().all(|b| b == first) {
        return None;
    }
    Some(format!("{}-{}-{}-{}-{}", &low[..8], &low[8..12], &low[12..16], &low[16..20], &low[20..]))
}

/// MAC addresses in a text, each with the interface that stands in brackets before it: `[eth0  ] 00:50:56:aa:bb:01`. Group
/// addresses, loopback's zeros and broadcast are none.
pub(super) fn macs(text: &str) -> Vec<(Option<String>, String)> {
    let mut interface = None;
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '[' || c.is_ascii_hexdigit()) {
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix('[') {
            let Some((name, after)) = inside.split_once(']') else { break };
            interface = Some(name.trim().chars().take(64).collect::<String>());
            rest = after;
            continue;
        }
        let end =
            rest.find(|c: char| !(c.is_ascii_hexdigit() || c == ':' || c == '-' || c == '.')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        found.extend(mac(word).map(|mac| (interface.take().filter(|name| !name.is_empty()), mac)));
        rest = after;
    }
    found
}

fn mac(word: &str) -> Option<String> {
    let digits: String = word.chars().filter(char::is_ascii_hexdigit).collect();
    let separators = word.len() - digits.len();
    if digits.len() != 12 || ![0, 2, 5].contains(&separators) {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..6).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()).collect();
    let bytes = bytes?;
    let is_group = bytes[0] & 1 == 1;
    if is_group || bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}

/// Addresses of the interfaces, the main agent's first. Loopback is Zabbix's own machine, and IPMI the hardware's.
pub(super) fn addresses(host: &Host) -> Vec<String> {
    let mut interfaces: Vec<_> = host.interfaces.0.iter().filter(|interface| interface.kind.0 != Some(3)).collect();
    interfaces.sort_by_key(|interface| (interface.main.0 != Some(1), interface.kind.0));
    let mut addresses = Vec::new();
    for interface in interfaces {
        let Some(address) = interface.ip.as_str().and_then(|ip| ip.trim().parse::<IpAddr>().ok()) else { continue };
        let text = address.to_string();
        if !address.is_loopback()
            && !address.is_unspecified()
            && !addresses.contains(&text)
            && addresses.len() < ADDRESSES_MAX
        {
            addresses.push(text);
        }
    }
    addresses
}

/// A name that a machine can have in the network: no address, no UUID, no sentence.
pub(super) fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    name.len() <= 253
        && name.parse::<IpAddr>().is_err()
        && uuid(name).is_none()
        && name.trim_end_matches('.').split('.').all(is_label)
        && !name.eq_ignore_ascii_case("localhost")
        && !name.to_ascii_lowercase().starts_with("localhost.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_and_uuids_are_exact_or_nothing() {
        let serial = "VMware-42 03 1A 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7";
        assert_eq!(serial_uuid(serial).as_deref(), Some("42031a2b-3c4d-5e6f-7081-92a3b4c5d6e7"));
        for nothing in ["", "VMware-", "VMware-42 03", "Dell-42 03 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7", "None"] {
            assert_eq!(serial_uuid(nothing), None, "{nothing}");
        }
        assert_eq!(uuid("{x}"), None);
        assert_eq!(uuid("00000000-0000-0000-0000-000000000000"), None);
        assert_eq!(uuid("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), None);
        assert_eq!(uuid("4203-1a2b3c4d-5e6f-7081-92a3b4c5d6e7"), None);
        assert_eq!(uuid("é203-1a2b3c4d-5e6f-7081-92a3b4c5d6e7"), None);
        assert!(uuid("564D4BA02F3E7C11AAAA0123456789AB").is_some());
    }

    #[test]
    fn macs_are_found_in_every_writing() {
        let found = macs(
            "[lo    ]  00:00:00:00:00:00, [eth0  ]  00:50:56:AA:bb:01, 00-15-5D-00-00-02 0015.5d00.0003 ff:ff:ff:ff:ff:ff 10.0.0.1",
        );
        let found: Vec<_> = found.iter().map(|(name, mac)| (name.as_deref(), mac.as_str())).collect();
        assert_eq!(
            found,
            [(Some("eth0"), "00:50:56:aa:bb:01"), (None, "00:15:5d:00:00:02"), (None, "00:15:5d:00:00:03")]
        );
        assert!(macs("[unclosed 00:50:56:aa:bb:01").is_empty());
        assert!(macs("ünï 00:50:56:aa:bb").is_empty());
    }

    #[test]
    fn names_that_are_none_are_left_out() {
        for name in ["web01", "web01.lab.example", "büro-1", "web01.lab.example."] {
            assert!(is_host_name(name), "{name}");
        }
        for name in ["", "Zabbix server", "10.0.0.1", "::1", "localhost.localdomain", "a..b", "x/y"] {
            assert!(!is_host_name(name), "{name}");
        }
    }
}
