//! Keeps in a configuration what was known before and was not read this time.

use model::inventory::{
    Aspect, Attribute, ClusterConfig, ConnectionState, DatastoreConfig, HostConfig, NetworkConfig, NetworkType,
    ObjectKind, ResourcePoolConfig, Tag, VmConfig, VmRole,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::unread::Unread;
use crate::{
    StoreError,
    error::{from_json, to_json},
};

/// A configuration that can be completed from an older one.
pub(super) trait Carry: Serialize + DeserializeOwned {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>);

    /// What was told of a field though part of it was withheld says something that is not known yet.
    fn is_news(_field: &str, _told: &Value, _known: &Value) -> bool {
        false
    }
}

/// Completes a configuration from its stored document; `withheld` are fields that the platform did not tell.
pub(super) fn over<C: Carry>(
    config: &mut C,
    document: &str,
    unread: &Unread<'_>,
    withheld: &[String],
) -> Result<(), StoreError> {
    const WHAT: &str = "configuration";
    if !withheld.is_empty() {
        let mut fields: Value = from_json(WHAT, &to_json(WHAT, config)?)?;
        let stored: Value = from_json(WHAT, document)?;
        for field in withheld {
            let (Some(told), Some(known)) = (fields.get_mut(field), stored.get(field)) else { continue };
            if !known.is_null() && !C::is_news(field, told, known) {
                *told = known.clone();
            }
        }
        *config = from_json(WHAT, &fields.to_string())?;
    }
    config.carry(&from_json(WHAT, document)?, unread);
    Ok(())
}

fn labels(
    (tags, attributes): (&mut Vec<Tag>, &mut Vec<Attribute>),
    (known_tags, known_attributes): (&Vec<Tag>, &Vec<Attribute>),
    unread: &Unread<'_>,
) {
    if unread.aspect(Aspect::Tags) {
        tags.clone_from(known_tags);
    }
    if unread.aspect(Aspect::Attributes) {
        attributes.clone_from(known_attributes);
    }
}

macro_rules! carry_labels {
    ($config:expr, $previous:expr, $unread:expr) => {
        labels((&mut $config.tags, &mut $config.attributes), (&$previous.tags, &$previous.attributes), $unread)
    };
}

/// What was not told this time does not replace what was told before.
fn keep<T: Clone>(value: &mut Option<T>, known: Option<&T>) {
    if value.is_none() {
        *value = known.cloned();
    }
}

impl Carry for ClusterConfig {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>) {
        carry_labels!(self, previous, unread);
    }
}

impl Carry for HostConfig {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>) {
        carry_labels!(self, previous, unread);
        if self.connection == ConnectionState::Connected {
            return;
        }
        macro_rules! keep_all {
            ($($field:ident),*) => { $(keep(&mut self.$field, previous.$field.as_ref());)* };
        }
        keep_all!(in_maintenance, uuid, vendor, model, serial, cpu_model, sockets, cores, threads, core_mhz);
        keep_all!(memory_bytes, product, version, build, numa_nodes, live_migration, machine_path, disk_path);
        if self.adapters.is_empty() {
            self.adapters.clone_from(&previous.adapters);
        }
    }
}

impl Carry for ResourcePoolConfig {
    fn carry(&mut self, _: &Self, _: &Unread<'_>) {}
}

impl Carry for DatastoreConfig {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>) {
        carry_labels!(self, previous, unread);
        if unread.places() {
            keep(&mut self.datastore_cluster, previous.datastore_cluster.as_ref());
        }
        if unread.kind(ObjectKind::Host) {
            keep(&mut self.shared, previous.shared.as_ref());
        }
        if self.accessible == Some(false) {
            keep(&mut self.capacity_bytes, previous.capacity_bytes.as_ref());
        }
    }
}

impl Carry for NetworkConfig {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>) {
        carry_labels!(self, previous, unread);
        // Switches are read with the networks and tell names and uplinks.
        if unread.kind(ObjectKind::Network) {
            keep(&mut self.switch_name, previous.switch_name.as_ref());
            self.is_uplink |= previous.is_uplink;
        }
        // Of a standard network all hosts tell together: some of them tell less, not something else.
        if unread.kind(ObjectKind::Host) && self.network_type == NetworkType::Standard {
            if previous.vlan.is_some() {
                self.vlan.clone_from(&previous.vlan);
            }
            if previous.switch_name.is_some() {
                self.switch_name.clone_from(&previous.switch_name);
            }
        }
    }

    /// Of a standard network each host tells its VLAN and switch, and they are listed: one that is silent makes the list
    /// shorter, but what the others tell anew has changed.
    fn is_news(field: &str, told: &Value, known: &Value) -> bool {
        let (Some(told), Some(known)) = (told.as_str(), known.as_str()) else { return false };
        let is_known = |part: &str| known.split(',').any(|known| known.trim() == part.trim());
        matches!(field, "vlan" | "switch_name") && !told.split(',').all(is_known)
    }
}

impl Carry for VmConfig {
    fn carry(&mut self, previous: &Self, unread: &Unread<'_>) {
        self.carry_over(previous);
        carry_labels!(self, previous, unread);
        // The evidence is read of machines that can be reached.
        let no_evidence = unread.aspect(Aspect::Roles) || self.connection != ConnectionState::Connected;
        if self.role == VmRole::Ordinary && previous.role == VmRole::Vcls && no_evidence {
            self.role = VmRole::Vcls;
        }
        if unread.aspect(Aspect::SnapshotSizes) {
            for snapshot in &mut self.snapshots {
                let known = previous.snapshots.iter().find(|known| known.key == snapshot.key);
                keep(&mut snapshot.size_bytes, known.and_then(|known| known.size_bytes.as_ref()));
            }
        }
        if unread.kind(ObjectKind::Network) {
            for adapter in &mut self.adapters {
                let Some(known) = previous.adapters.iter().find(|known| known.key == adapter.key) else { continue };
                keep(&mut adapter.network, known.network.as_ref());
                keep(&mut adapter.network_name, known.network_name.as_ref());
            }
        }
    }
}
