//! Datastores.

use model::inventory::{DatastoreConfig, DatastoreState};

use super::{Raw, read};
use crate::vcenter::{object::Object, value::health};

pub const DATASTORES: [(&str, &[&str]); 1] =
    [("Datastore", &["name", "parent", "overallStatus", "customValue", "summary"])];

#[derive(Clone, Debug, Default)]
pub struct Datastore {
    pub name: String,
    pub config: DatastoreConfig,
    pub state: DatastoreState,
}

pub fn read_datastore(object: Object<'_>) -> Option<Raw<Datastore>> {
    read(
        object,
        |datastore: &mut Datastore| &mut datastore.name,
        |datastore, path, value| match path {
            "overallStatus" => datastore.state.health = health(value.text()),
            "summary" => {
                let config = &mut datastore.config;
                config.file_system = value.string("type");
                config.url = value.string("url");
                config.capacity_bytes = value.number("capacity");
                config.accessible = value.flag("accessible");
                config.maintenance = value.string("maintenanceMode");
                config.shared = value.flag("multipleHostAccess");
                datastore.state.free_bytes = value.number("freeSpace");
                // vSphere leaves it out where it is zero, and cannot tell it of what it cannot reach.
                let none = (config.accessible != Some(false) && datastore.state.free_bytes.is_some()).then_some(0);
                datastore.state.uncommitted_bytes = value.number("uncommitted").or(none);
                // What an inaccessible datastore reports is not its size.
                if config.accessible == Some(false) {
                    (config.capacity_bytes, datastore.state.free_bytes) = (None, None);
                    datastore.state.uncommitted_bytes = None;
                }
            }
            _ => {}
        },
    )
}
