//! The disks and network adapters of a machine.

use leptos::prelude::*;
use model::{
    inventory::{Adapter, Disk, ObjectKind},
    table::Reference,
};

use crate::{
    pages::object::{bytes, flag, text, unknown},
    table::{ObjectLink, words},
};

#[component]
pub(super) fn DiskTable(disks: Vec<Disk>, datastores: Vec<Reference>) -> AnyView {
    if disks.is_empty() {
        return view! { <p class="none">"No disk is attached, or none is visible to the account."</p> }.into_any();
    }
    let rows = disks.into_iter().map(|disk| disk_row(disk, &datastores)).collect_view();
    view! {
        <div class="table" tabindex="0" role="region" aria-label="Table: Disks">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Disk"</th>
                        <th scope="col" class="num">
                            "Capacity"
                        </th>
                        <th scope="col">"Provisioning"</th>
                        <th scope="col">"Mode"</th>
                        <th scope="col">"Datastore"</th>
                        <th scope="col">"File"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn disk_row(disk: Disk, datastores: &[Reference]) -> AnyView {
    let datastore = match (disk.path.as_deref().and_then(datastore_of), datastores) {
        // The path of a Hyper-V disk names no datastore; where there is only one, it is that.
        (None, [only]) => Some(only.name.as_str()),
        (named, _) => named,
    };
    let parent = disk.parent_path.map(|path| view! { <small>"builds on " {path}</small> });
    view! {
        <tr>
            <th scope="row">{disk.label} {disk.controller.map(|place| view! { <small>{place}</small> })}</th>
            <td class="num">{bytes(disk.capacity_bytes)}</td>
            <td>{flag(disk.thin, "Thin", "Thick")}</td>
            <td>{text(disk.mode.map(|mode| words(&mode)))}</td>
            <td>{by_name(ObjectKind::Datastore, datastore, datastores)}</td>
            <td class="mono">{text(disk.path.clone())} {parent}</td>
        </tr>
    }
    .into_any()
}

/// `[datastore1] web/web.vmdk` lies on `datastore1`.
fn datastore_of(path: &str) -> Option<&str> {
    path.strip_prefix('[')?.split_once(']').map(|(name, _)| name)
}

/// A link to the one object of this name; the name alone where there is none, or more than one.
fn by_name(kind: ObjectKind, name: Option<&str>, candidates: &[Reference]) -> AnyView {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return unknown();
    };
    let mut named = candidates.iter().filter(|candidate| candidate.name == name);
    match (named.next(), named.next()) {
        (Some(object), None) => view! { <ObjectLink kind id=object.id name=object.name.clone() /> }.into_any(),
        _ => name.to_owned().into_any(),
    }
}

#[component]
pub(super) fn AdapterTable(adapters: Vec<Adapter>, networks: Vec<Reference>) -> AnyView {
    if adapters.is_empty() {
        return view! { <p class="none">"No adapter is attached, or none is visible to the account."</p> }.into_any();
    }
    let rows = adapters.into_iter().map(|adapter| adapter_row(adapter, &networks)).collect_view();
    view! {
        <div class="table" tabindex="0" role="region" aria-label="Table: Network adapters">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Adapter"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"MAC address"</th>
                        <th scope="col">"Network"</th>
                        <th scope="col">"Connected"</th>
                        <th scope="col">"Addresses"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn adapter_row(adapter: Adapter, networks: &[Reference]) -> AnyView {
    let addresses = adapter.ip_addresses.join(", ");
    view! {
        <tr>
            <th scope="row">{adapter.label}</th>
            <td>{text(adapter.adapter_type)}</td>
            <td class="mono">{text(adapter.mac)}</td>
            <td>
                {by_name(ObjectKind::Network, adapter.network_name.as_deref(), networks)}
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
    use super::*;

    #[test]
    fn a_path_names_its_datastore() {
        assert_eq!(datastore_of("[nfs 01] web/web.vmdk"), Some("nfs 01"));
        assert_eq!(datastore_of("/vmfs/volumes/1"), None);
    }
}
