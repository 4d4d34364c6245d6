//! Datacenters, folders, datastore clusters, resource pools and vApps.

use model::inventory::ResourcePoolConfig;

use super::{Raw, read};
use crate::vcenter::{
    object::Object,
    value::{MIB, Moref, allocation},
};

pub const PLACES: [(&str, &[&str]); 2] = [
    ("Datacenter", &["name", "parent"]),
    // Datastore clusters (`StoragePod`) are folders as well.
    ("Folder", &["name", "parent"]),
];

pub const POOLS: [(&str, &[&str]); 2] = [
    ("ResourcePool", POOL_PROPERTIES),
    ("VirtualApp", &["name", "parent", "owner", "config.cpuAllocation", "config.memoryAllocation", "parentFolder"]),
];

const POOL_PROPERTIES: &[&str] = &["name", "parent", "owner", "config.cpuAllocation", "config.memoryAllocation"];

#[derive(Clone, Debug, Default)]
pub struct Place {
    pub name: String,
}

pub fn read_place(object: Object<'_>) -> Option<Raw<Place>> {
    read(object, |place: &mut Place| &mut place.name, |_, _, _| {})
}

#[derive(Clone, Debug, Default)]
pub struct Pool {
    pub name: String,
    /// The cluster or stand-alone host's compute resource.
    pub owner: Option<Moref>,
    /// A vApp's own folder: its machines have no parent of their own.
    pub parent_folder: Option<Moref>,
    pub config: ResourcePoolConfig,
}

pub fn read_pool(object: Object<'_>) -> Option<Raw<Pool>> {
    let mut raw = read(
        object,
        |pool: &mut Pool| &mut pool.name,
        |pool, path, value| match path {
            "owner" => pool.owner = value.moref(),
            "parentFolder" => pool.parent_folder = value.moref(),
            "config.cpuAllocation" => pool.config.cpu = allocation(value, 1),
            "config.memoryAllocation" => pool.config.memory = allocation(value, MIB),
            _ => {}
        },
    )?;
    raw.value.config.is_vapp = raw.id.kind == "VirtualApp";
    Some(raw)
}
