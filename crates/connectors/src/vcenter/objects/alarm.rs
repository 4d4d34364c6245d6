//! Alarms that are up: `triggeredAlarmState` of the root folder holds those of all objects below.

use model::inventory::{Alarm, Health, ObjectKind};

use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{Moref, health, time_ms},
};

/// A raised alarm, its definition still to be named.
#[derive(Clone, Debug)]
pub struct Triggered {
    pub definition: Moref,
    pub alarm: Alarm,
}

/// `None` where the server withholds them. An unset list is how it says that there are none.
pub fn read_triggered(object: Object<'_>) -> Option<Vec<Triggered>> {
    match object.properties().find(|(path, _)| *path == "triggeredAlarmState") {
        Some((_, states)) => Some(states.items().filter_map(triggered).collect()),
        None if object.missing().next().is_some() => None,
        None => Some(Vec::new()),
    }
}

/// `AlarmState`; those of classes that are not in the inventory (a distributed switch) are left out.
fn triggered(state: Element<'_>) -> Option<Triggered> {
    let entity = state.child("entity")?.moref()?;
    let kind = kind_of(&entity.kind)?;
    let health = health(state.get("overallStatus")?);
    if !matches!(health, Health::Yellow | Health::Red) {
        return None;
    }
    let definition = state.child("alarm")?.moref()?;
    let alarm = Alarm {
        key: state.string("key")?,
        kind,
        object: entity.external(),
        name: definition.id.clone(),
        health,
        since_ms: state.get("time").and_then(time_ms),
        acknowledged: state.flag("acknowledged").unwrap_or(false),
    };
    Some(Triggered { definition, alarm })
}

/// The inventory's kind of a managed object's class.
pub fn kind_of(class: &str) -> Option<ObjectKind> {
    Some(match class {
        "Datacenter" => ObjectKind::Datacenter,
        "Folder" => ObjectKind::Folder,
        "ClusterComputeResource" => ObjectKind::Cluster,
        "HostSystem" => ObjectKind::Host,
        "ResourcePool" | "VirtualApp" => ObjectKind::ResourcePool,
        "VirtualMachine" => ObjectKind::Vm,
        "Datastore" => ObjectKind::Datastore,
        "Network" | "DistributedVirtualPortgroup" | "OpaqueNetwork" => ObjectKind::Network,
        _ => return None,
    })
}

/// An alarm definition's moref and name (`info.name`).
pub fn read_definition(object: Object<'_>) -> Option<(Moref, String)> {
    let (_, name) = object.properties().find(|(path, _)| *path == "info.name")?;
    Some((object.moref()?, name.text().to_owned()))
}
