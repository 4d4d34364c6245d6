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
            if let (Some(field), Some(known)) = (fields.get_mut(field), stored.get(field)) {
                *field = known.clone();
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
