//! A machine's network adapters and integration services.

use std::net::IpAddr;

use model::inventory::{Adapter, GuestService};

use super::{super::networks, Joined};
use crate::hyperv::report::MachineAdapter;

/// Identifiers of the components behind integration services: names are translated.
const SERVICES: [(&str, &str); 6] = [
    ("84eaae65-2f2e-45f5-9bb5-0e857dc8eb47", "heartbeat"),
    ("2a34b1c2-fd73-4043-8a5b-dd2159bc743f", "key_value_exchange"),
    ("9f8233ac-be49-4c79-8ee3-e7e1985b2077", "shutdown"),
    ("2497f4de-e9fa-4204-80e4-4b75c46419c0", "time_synchronization"),
    ("5ced1297-4598-4915-a5fc-ad21bb4d02a4", "vss"),
    ("6c09bb55-d683-4da0-8931-c9bf705f6480", "guest_service_interface"),
];

impl Joined<'_> {
    pub(super) fn adapters(&self, key: &str) -> Vec<Adapter> {
        let rows = self.adapters.get(key).map_or(&[][..], Vec::as_slice);
        let mut adapters: Vec<Adapter> = rows.iter().enumerate().map(|(at, row)| self.adapter(at, row)).collect();
        adapters.sort_by(|a, b| a.key.cmp(&b.key));
        adapters.dedup_by(|a, b| a.key == b.key);
        adapters
    }

    fn adapter(&self, at: usize, row: &MachineAdapter) -> Adapter {
        let own = row.id.as_deref().and_then(|id| id.rsplit('\\').next()).filter(|id| !id.is_empty());
        let addresses = row.addresses.iter().filter(|address| address.parse::<IpAddr>().is_ok());
        Adapter {
            key: own.map_or_else(|| at.to_string(), str::to_lowercase),
            label: row.name.clone().unwrap_or_else(|| format!("Network adapter {}", at + 1)),
            adapter_type: row.legacy.map(|legacy| if legacy { "legacy" } else { "synthetic" }.to_owned()),
            mac: row.mac.as_deref().and_then(mac),
            network: networks::of_adapter(self.site, row.switch_id.as_deref(), row.switch_name.as_deref()),
            network_name: row.switch_name.clone(),
            connected: row.connected,
            vlan: match &row.vlan_mode {
                mode if mode.is(1, "Access") => row.vlan.map(|vlan| vlan.to_string()),
                mode if mode.is(2, "Trunk") => {
                    Some(format!("trunk {}", row.vlan_trunk.as_deref().unwrap_or_default()).trim_end().to_owned())
                }
                mode if mode.is(3, "Private") => Some("private".to_owned()),
                _ => None,
            },
            ip_addresses: addresses.cloned().collect(),
        }
    }

    pub(super) fn services(&self, key: &str) -> Vec<GuestService> {
        let rows = self.services.get(key).map_or(&[][..], Vec::as_slice);
        let services = rows.iter().filter_map(|row| {
            let component = row.id.as_deref()?.rsplit('\\').next()?.to_lowercase();
            let known = SERVICES.iter().find(|(id, _)| *id == component).map(|(_, key)| (*key).to_owned());
            let key = known.unwrap_or(component);
            Some(GuestService { name: row.name.clone().unwrap_or_else(|| key.clone()), key, enabled: row.enabled })
        });
        let mut services: Vec<GuestService> = services.collect();
        services.sort_by(|a, b| a.key.cmp(&b.key));
        services.dedup_by(|a, b| a.key == b.key);
        services
    }
}

/// All addresses, those of IPv4 first.
pub(super) fn addresses(adapters: &[Adapter]) -> Vec<String> {
    let mut all: Vec<String> = adapters.iter().flat_map(|adapter| adapter.ip_addresses.iter().cloned()).collect();
    all.sort_by_key(|address| address.contains(':'));
    let mut seen = std::collections::HashSet::new();
    all.retain(|address| seen.insert(address.clone()));
    all
}

/// `00:15:5d:1f:d2:16` for `00155D1FD216`; none where the address comes only with the first start.
pub(in crate::hyperv::assemble) fn mac(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect::<String>().to_lowercase()).collect();
    (digits.len() == 12 && pairs.iter().any(|pair| pair != "00")).then(|| pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_adapters_are_written_like_everywhere_else() {
        assert_eq!(mac("00155D1FD216").as_deref(), Some("00:15:5d:1f:d2:16"));
        assert_eq!(mac("00-15-5D-1F-D2-16").as_deref(), Some("00:15:5d:1f:d2:16"));
        // A dynamic address before the first start.
        assert_eq!(mac("000000000000"), None);
        assert_eq!(mac("é"), None);
    }
}
