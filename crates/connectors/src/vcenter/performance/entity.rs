//! What is asked for measurements: machines that run and hosts that answer, and the little that their counters need.

use model::{
    inventory::{ConnectionState, ObjectKind, PowerState},
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};

use crate::vcenter::{
    object::Object,
    objects::storage::{Datastore, read_datastore},
    scope::Scope,
    value::{Moref, connection, number, power},
};

pub(super) const MACHINES: Scope = Scope {
    what: "virtual machines",
    kinds: &[ObjectKind::Vm],
    properties: &[(
        "VirtualMachine",
        &["runtime.powerState", "runtime.connectionState", "config.hardware.numCPU", "config.template"],
    )],
};
pub(super) const HOSTS: Scope = Scope {
    what: "hosts",
    kinds: &[ObjectKind::Host],
    properties: &[("HostSystem", &["runtime.powerState", "runtime.connectionState"])],
};
pub(super) const DATASTORES: Scope =
    Scope { what: "datastores", kinds: &[ObjectKind::Datastore], properties: &[("Datastore", &["summary"])] };

/// A machine or host whose counters are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entity {
    pub(super) id: Moref,
    /// vCPUs of a machine, for shares of ready time.
    pub(super) cpus: Option<i64>,
}

/// `None` where nothing is measured: templates, what is off, what cannot be reached.
pub(super) fn read_entity(object: Object<'_>) -> Option<Entity> {
    let mut entity = Entity { id: object.moref()?, cpus: None };
    for (path, value) in object.properties() {
        let is_measured = match path {
            "runtime.powerState" => matches!(power(value.text()), PowerState::On | PowerState::Unknown),
            "runtime.connectionState" => connection(value.text()) == ConnectionState::Connected,
            "config.template" => value.text() != "true",
            "config.hardware.numCPU" => {
                entity.cpus = number(value.text());
                true
            }
            _ => true,
        };
        if !is_measured {
            return None;
        }
    }
    Some(entity)
}

/// How full a datastore is; the size and what is used of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fill {
    id: Moref,
    capacity_bytes: i64,
    used_bytes: i64,
}

pub(super) fn read_fill(object: Object<'_>) -> Option<Fill> {
    let raw = read_datastore(object)?;
    let Datastore { config, state, .. } = raw.value;
    let (capacity_bytes, free_bytes) = (config.capacity_bytes?, state.free_bytes?);
    Some(Fill { id: raw.id, capacity_bytes, used_bytes: capacity_bytes.checked_sub(free_bytes)? })
}

impl Fill {
    pub(super) fn entity(&self) -> Entity {
        Entity { id: self.id.clone(), cpus: None }
    }

    /// One sample of each, of now.
    pub(super) fn series(self, now_ms: i64) -> [SeriesSamples; 2] {
        let end_ms = Grain::BASE.last_end(now_ms);
        let of = |metric, bytes: i64| SeriesSamples {
            subject: Subject { kind: ObjectKind::Datastore, external_id: self.id.external() },
            metric,
            grain: Grain::BASE,
            samples: vec![Sample { end_ms, average: bytes as f64, maximum: None }],
        };
        [of(Metric::StorageCapacity, self.capacity_bytes), of(Metric::StorageUsed, self.used_bytes)]
    }
}
