//! Values as vSphere writes them: numbers, times, references, escaped names, allocations.

use std::str::FromStr;

use jiff::Timestamp;
use model::{
    ids::ExternalId,
    inventory::{Allocation, ConnectionState, Health, PowerState},
};

use super::tree::Element;

pub(super) const MIB: i64 = 1 << 20;

/// A managed object: its class and the server's id of it (`vm-42`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moref {
    pub kind: String,
    pub id: String,
}

impl Moref {
    pub fn new(kind: &str, id: &str) -> Self {
        Self { kind: kind.to_owned(), id: id.to_owned() }
    }

    pub fn external(&self) -> ExternalId {
        ExternalId::new(self.id.clone())
    }
}

impl<'t> Element<'t> {
    pub(super) fn number(self, name: &str) -> Option<i64> {
        number(self.get(name)?)
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        flag(self.get(name)?)
    }

    pub(super) fn string(self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// This element as a reference. Its class stands in `type`; servers that leave it out are tolerated.
    pub(super) fn moref(self) -> Option<Moref> {
        if self.text().is_empty() { None } else { Some(Moref::new(self.reference_type(), self.text())) }
    }

    pub(super) fn external(self) -> Option<ExternalId> {
        if self.text().is_empty() { None } else { Some(ExternalId::new(self.text())) }
    }

    /// An `ArrayOf…` value's items, or the value itself where a server sends a single one bare.
    pub(super) fn items(self) -> impl Iterator<Item = Element<'t>> {
        self.children()
    }

    /// References of an `ArrayOfManagedObjectReference`.
    pub(super) fn externals(self) -> Vec<ExternalId> {
        self.items().filter_map(Element::external).collect()
    }
}

pub(super) fn number(text: &str) -> Option<i64> {
    i64::from_str(text.trim()).ok()
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `2023-12-14T07:29:52.123Z` or with an offset, as UTC milliseconds. The epoch itself means unknown: vCenter sends it
/// for machines that are older than the property.
pub(super) fn time_ms(text: &str) -> Option<i64> {
    Timestamp::from_str(text.trim()).ok().map(Timestamp::as_millisecond).filter(|ms| *ms > 0)
}

/// Undoes vSphere's escapes of the three characters that it uses itself: `%2f`, `%5c` and `%25`. Everything else,
/// `+` included, is literal.
pub(super) fn decode_name(name: &str) -> String {
    if !name.contains('%') {
        return name.to_owned();
    }
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).unwrap_or_default();
        let character = match code.to_ascii_lowercase().as_str() {
            "2f" => Some('/'),
            "5c" => Some('\\'),
            "25" => Some('%'),
            _ => None,
        };
        decoded.push(character.unwrap_or('%'));
        rest = &rest[at + 1 + if character.is_some() { 2 } else { 0 }..];
    }
    decoded.push_str(rest);
    decoded
}

/// `ResourceAllocationInfo`: −1 is "no limit"; memory comes in MB and is kept in bytes.
pub(super) fn allocation(value: Element<'_>, unit: i64) -> Allocation {
    Allocation {
        reservation: value.number("reservation").map(|amount| amount.saturating_mul(unit)),
        limit: value.number("limit").filter(|limit| *limit >= 0).map(|limit| limit.saturating_mul(unit)),
        shares: value.child("shares").and_then(|shares| shares.number("shares")),
    }
}

pub(super) fn power(text: &str) -> PowerState {
    match text {
        "poweredOn" => PowerState::On,
        "poweredOff" => PowerState::Off,
        "suspended" | "standBy" => PowerState::Suspended,
        _ => PowerState::Unknown,
    }
}

pub(super) fn connection(text: &str) -> ConnectionState {
    match text {
        "connected" => ConnectionState::Connected,
        "disconnected" => ConnectionState::Disconnected,
        "notResponding" => ConnectionState::NotResponding,
        "orphaned" => ConnectionState::Orphaned,
        "inaccessible" => ConnectionState::Inaccessible,
        "invalid" => ConnectionState::Invalid,
        _ => ConnectionState::Unknown,
    }
}

pub(super) fn health(text: &str) -> Health {
    match text {
        "green" => Health::Green,
        "yellow" => Health::Yellow,
        "red" => Health::Red,
        _ => Health::Gray,
    }
}

/// Values of custom fields: the field's key and the text, of an `ArrayOfCustomFieldValue`.
pub(super) fn custom_values(value: Element<'_>) -> Vec<(i64, String)> {
    value.items().filter_map(|field| Some((field.number("key")?, field.string("value")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_escapes_are_decoded() {
        assert_eq!(decode_name("a%2fb%5Cc%25d+e%20"), "a/b\\c%d+e%20");
        assert_eq!(decode_name("100%"), "100%");
        assert_eq!(decode_name("%é%2"), "%é%2");
        assert_eq!(decode_name("%252f"), "%2f");
    }

    #[test]
    fn times_are_utc_and_the_epoch_is_unknown() {
        assert_eq!(time_ms("2026-11-23T11:21:54Z"), Some(1_795_432_914_000));
        assert_eq!(time_ms("2026-11-23T12:21:54.000+01:00"), Some(1_795_432_914_000));
        assert_eq!(time_ms("1970-01-01T00:00:00Z"), None);
        assert_eq!(time_ms("yesterday"), None);
    }
}
