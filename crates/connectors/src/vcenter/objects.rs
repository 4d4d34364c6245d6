//! Objects of vSphere as typed values: one module a class, pure functions from a parsed object to the model.
//!
//! Relations that need other objects (a machine's datacenter, a pool's host) are `assemble`'s; here stand their references.

pub mod alarm;
pub mod cluster;
pub mod device;
pub mod host;
pub mod network;
pub mod place;
pub mod snapshot;
pub mod storage;
pub mod vm;

use super::{
    fault::Fault,
    object::Object,
    tree::Element,
    value::{Moref, custom_values, decode_name},
};

/// What the server withheld of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub path: String,
    pub fault: Fault,
}

/// An object as it was read, before relations and custom attributes are resolved.
#[derive(Clone, Debug, Default)]
pub struct Raw<T> {
    pub id: Moref,
    pub parent: Option<Moref>,
    /// Field keys and values.
    pub custom: Vec<(i64, String)>,
    pub missing: Vec<Missing>,
    pub value: T,
}

/// Reads an object: name, parent and custom values here, everything else by `property`. A name that was withheld is the
/// object's id.
fn read<T: Default>(
    object: Object<'_>,
    name: impl Fn(&mut T) -> &mut String,
    mut property: impl FnMut(&mut T, &str, Element<'_>),
) -> Option<Raw<T>> {
    let mut raw = Raw { id: object.moref()?, ..Raw::default() };
    name(&mut raw.value).clone_from(&raw.id.id);
    for (path, value) in object.properties() {
        match path {
            "name" if value.text().is_empty() => {}
            "name" => *name(&mut raw.value) = decode_name(value.text()),
            "parent" => raw.parent = value.moref(),
            "customValue" => raw.custom = custom_values(value),
            _ => property(&mut raw.value, path, value),
        }
    }
    // A property that this server does not have is no loss of this object.
    let missing = object.missing().filter(|(_, fault)| fault.class != "InvalidProperty");
    raw.missing = missing.map(|(path, fault)| Missing { path: path.to_owned(), fault }).collect();
    Some(raw)
}
