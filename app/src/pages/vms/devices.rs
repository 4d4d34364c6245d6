//! The disks and network adapters of a machine.

use leptos::prelude::*;
use model::{
    ids::ExternalId,
    inventory::{Adapter, Disk},
    table::{Cell, Reference, Related},
};

use crate::{
    components::{Head, PlainTable},
    pages::object::{bytes, flag, object, text},
    table::words,
};

const DISK_HEADS: [Head; 6] = [
    Head::Text("Disk"),
    Head::Number("Capacity"),
    Head::Text("Provisioning"),
    Head::Text("Mode"),
    Head::Text("Datastore"),
    Head::Text("File"),
];
const ADAPTER_HEADS: [Head; 6] = [
    Head::Text("Adapter"),
    Head::Text("Type"),
    Head::Text("MAC address"),
    Head::Text("Network"),
    Head::Text("Connected"),
    Head::Text("Addresses"),
];

#[component]
pub(super) fn DiskTable(disks: Vec<Disk>, datastores: Vec<Related>) -> AnyView {
    if disks.is_empty() {
        return view! { <p class="none">"No disk is attached, or none is visible to the account."</p> }.into_any();
    }
    let rows = disks.into_iter().map(|disk| disk_row(disk, &datastores)).collect_view();
    view! {
        <PlainTable caption="Disks" heads=DISK_HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn disk_row(disk: Disk, datastores: &[Related]) -> AnyView {
    let datastore = object(find(datastores, disk.datastore.as_ref()), Cell::NOT_REPORTED);
    let parent = disk.parent_path.map(|path| view! { <small>"builds on " {path}</small> });
    view! {
        <tr>
            <th scope="row">{disk.label} {disk.controller.map(|place| view! { <small>{place}</small> })}</th>
            <td class="num">{bytes(disk.capacity_bytes)}</td>
            <td>{flag(disk.thin, "Thin", "Thick")}</td>
            <td>{text(disk.mode.map(|mode| words(&mode)))}</td>
            <td>{datastore}</td>
            <td class="mono">{text(disk.path.clone())} {parent}</td>
        </tr>
    }
    .into_any()
}

/// The object that a device names, where it is in the inventory.
fn find(related: &[Related], id: Option<&ExternalId>) -> Option<Reference> {
    let named = related.iter().find(|related| Some(&related.external_id) == id)?;
    Some(named.object.clone())
}

#[component]
pub(super) fn AdapterTable(adapters: Vec<Adapter>, networks: Vec<Related>) -> AnyView {
    if adapters.is_empty() {
        return view! { <p class="none">"No adapter is attached, or none is visible to the account."</p> }.into_any();
    }
    let rows = adapters.into_iter().map(|adapter| adapter_row(adapter, &networks)).collect_view();
    view! {
        <PlainTable caption="Network adapters" heads=ADAPTER_HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn adapter_row(adapter: Adapter, networks: &[Related]) -> AnyView {
    let addresses = adapter.ip_addresses.join(", ");
    let network = match find(networks, adapter.network.as_ref()) {
        Some(network) => object(Some(network), Cell::NOT_REPORTED),
        None => text(adapter.network_name),
    };
    view! {
        <tr>
            <th scope="row">{adapter.label}</th>
            <td>{text(adapter.adapter_type)}</td>
            <td class="mono">{text(adapter.mac)}</td>
            <td>
                {network}
                {adapter.vlan.map(|vlan| view! { <small>" VLAN " {vlan}</small> })}
            </td>
            <td>{flag(adapter.connected, "Yes", "No")}</td>
            <td>{text(Some(addresses))}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::{ids::ObjectId, inventory::ObjectKind};

    use super::*;

    #[test]
    fn a_device_finds_what_it_names_and_nothing_else() {
        let related = |id: &str, number| Related {
            external_id: ExternalId::new(id),
            object: Reference { kind: ObjectKind::Datastore, id: ObjectId(number), name: "same name".to_owned() },
        };
        let two = [related("datastore-1", 1), related("datastore-2", 2)];
        let found = |id: Option<&ExternalId>| find(&two, id).map(|object| object.id);
        assert_eq!(found(Some(&ExternalId::new("datastore-2"))), Some(ObjectId(2)));
        assert_eq!(found(Some(&ExternalId::new("datastore-3"))), None);
        assert_eq!(found(None), None, "what is not told is not guessed");
    }
}
