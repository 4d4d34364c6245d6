//! What speaks for two records being one machine, brought to forms that can be compared.

use std::collections::BTreeSet;

use model::identity::{Identity, Rung};

/// Both have a UUID, and these are of two machines: whatever else they share.
pub(super) fn contradict(one: &Identity, other: &Identity) -> bool {
    let (one, other) = (uuids(one), uuids(other));
    !one.is_empty() && !other.is_empty() && one.is_disjoint(&other)
}

/// What a machine is looked up by on a rung of the ladder.
pub(super) fn keys(rung: Rung, machine: &Identity) -> BTreeSet<String> {
    match rung {
        Rung::Manual => BTreeSet::new(),
        Rung::Uuid => {
            let mut all = uuids(machine);
            all.extend(machine.instance_uuid.as_deref().and_then(digits_of));
            all
        }
        Rung::Mac => machine.macs.iter().filter_map(|mac| mac_of(mac)).collect(),
        Rung::Fqdn => fqdn(machine).into_iter().collect(),
        Rung::NameAndAddress => {
            let names = short_names(machine);
            let addresses: Vec<&str> = addresses(machine).collect();
            names.iter().flat_map(|name| addresses.iter().map(move |address| format!("{name} at {address}"))).collect()
        }
        Rung::Address => addresses(machine).map(str::to_owned).collect(),
        Rung::Name => short_names(machine),
    }
}

/// Placeholders that boards and templates carry instead of a UUID of their own.
fn is_placeholder(digits: &str) -> bool {
    let first = digits.chars().next().unwrap_or_default();
    digits.chars().all(|digit| digit == first)
        || matches!(
            digits,
            "03000200040005000006000700080009"
                | "12345678123412341234123456789abc"
                | "00020003000400050006000700080009"
        )
}

/// The 32 digits of a UUID that is somebody's own.
fn digits_of(uuid: &str) -> Option<String> {
    let digits: String = uuid.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    (digits.len() == 32 && !is_placeholder(&digits)).then_some(digits)
}

/// In both byte orders: SMBIOS before 2.6 and Windows turn the first three groups round.
fn uuids(machine: &Identity) -> BTreeSet<String> {
    let Some(digits) = machine.bios_uuid.as_deref().and_then(digits_of) else { return BTreeSet::new() };
    let turned =
        |from: usize, to: usize| -> String { (from..to).step_by(2).rev().map(|at| &digits[at..at + 2]).collect() };
    let other = format!("{}{}{}{}", turned(0, 8), turned(8, 12), turned(12, 16), &digits[16..]);
    BTreeSet::from([digits.clone(), other])
}

/// `00:50:56:ab:cd:ef`; `None` for what is no device's own: all zeros, broadcast, multicast.
fn mac_of(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let is_separated = text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.'));
    if digits.len() != 12 || !is_separated || digits.chars().all(|digit| digit == '0') {
        return None;
    }
    let is_multicast = u8::from_str_radix(&digits[..2], 16).is_ok_and(|first| first & 1 == 1);
    if is_multicast { None } else { Some(digits) }
}

fn fqdn(machine: &Identity) -> Option<String> {
    let name = machine.host_name.as_deref()?.trim().trim_end_matches('.').to_ascii_lowercase();
    let (host, domain) = name.split_once('.')?;
    let is_said = !host.is_empty() && !domain.is_empty() && !matches!(domain, "localdomain" | "local" | "lan");
    let is_address = name.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_said && !is_address && host != "localhost").then_some(name)
}

/// Without their domains: of the guest itself, and as the system calls it.
fn short_names(machine: &Identity) -> BTreeSet<String> {
    let names = machine.host_name.iter().chain(std::iter::once(&machine.name));
    names
        .map(|name| name.trim().to_lowercase())
        .filter(|name| name.parse::<std::net::IpAddr>().is_err())
        .map(|name| name.split('.').next().unwrap_or_default().to_owned())
        .filter(|name| !name.is_empty() && name != "localhost")
        .collect()
}

/// Those that say where a machine is: no loopback, no address that every machine gives itself.
fn addresses(machine: &Identity) -> impl Iterator<Item = &str> {
    machine.addresses.iter().map(String::as_str).filter(|text| match text.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => {
            !(address.is_loopback() || address.is_link_local() || address.is_unspecified())
        }
        Ok(std::net::IpAddr::V6(address)) => {
            !(address.is_loopback() || address.is_unspecified() || (address.segments()[0] & 0xffc0) == 0xfe80)
        }
        Err(_) => false,
    })
}
