//! Virtual machines as rows. What a machine that does not run can no longer tell is carried over from before.

use std::{borrow::Cow, collections::HashMap};

use model::inventory::{ConnectionState, ObjectKind, PowerState, Vm, VmConfig};

use super::{document, last_of_each, tag_lines};
use crate::{
    StoreError,
    error::from_json,
    persister::{
        object::{Link, Record, Relation, Shape},
        records::{Save, documents},
        relations::{self, Wanted},
        search_text,
        statements::ROWS,
    },
};

const VM: Shape = Shape {
    kind: ObjectKind::Vm,
    links: &[
        Link::new("host_id", ObjectKind::Host, "host"),
        Link::new("cluster_id", ObjectKind::Cluster, "cluster"),
        Link::new("datacenter_id", ObjectKind::Datacenter, "datacenter"),
        Link::new("folder_id", ObjectKind::Folder, "folder"),
        Link::new("resource_pool_id", ObjectKind::ResourcePool, "resource_pool"),
    ],
    columns: &[
        "power",
        "connection",
        "role",
        "snapshot_count",
        "vcpu",
        "memory_bytes",
        "disk_bytes",
        "created_at_ms",
        "guest_os",
        "guest_host_name",
        "ip_addresses",
        "tools_state",
        "hardware_version",
        "firmware",
        "bios_uuid",
        "annotation",
        "tags",
    ],
    id_column: "vm_id",
    config_table: Some("vm_config"),
    state: Some((
        "vm_state",
        &[
            "health",
            "cpu_usage_mhz",
            "memory_active_bytes",
            "memory_consumed_bytes",
            "memory_ballooned_bytes",
            "memory_swapped_bytes",
            "uptime_s",
            "boot_at_ms",
            "storage_committed_bytes",
            "storage_uncommitted_bytes",
            "storage_unshared_bytes",
        ],
    )),
    relations: &[
        Relation {
            table: "vm_datastore",
            other_column: "datastore_id",
            other_kind: ObjectKind::Datastore,
            field: "datastores",
        },
        Relation {
            table: "vm_network",
            other_column: "network_id",
            other_kind: ObjectKind::Network,
            field: "networks",
        },
    ],
};

pub(super) async fn save(save: &mut Save<'_>, vms: &[Vm]) -> Result<(), StoreError> {
    let stored = relations::load(save.db, save.transaction, save.source, &VM).await?;
    let vms = last_of_each(vms, |vm| &vm.external_id);
    for some in vms.chunks(ROWS) {
        let configs = carried_over(save, some).await?;
        let clusters: Vec<_> = some.iter().map(|vm| save.index.cluster_of_host(vm.host.as_ref()?).cloned()).collect();
        let records = some
            .iter()
            .zip(&configs)
            .zip(&clusters)
            .map(|((vm, config), cluster)| record(vm, config, cluster.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        save.save_records(&VM, &records, &stored).await?;
    }
    let wanted: Wanted<'_> = vec![
        vms.iter().map(|vm| (&vm.external_id, vm.datastores.as_slice())).collect(),
        vms.iter().map(|vm| (&vm.external_id, vm.networks.as_slice())).collect(),
    ];
    relations::save(save, &VM, &stored, wanted).await
}

/// The configurations with what was known before where the platform can no longer tell.
async fn carried_over<'v>(save: &Save<'_>, vms: &[&'v Vm]) -> Result<Vec<Cow<'v, VmConfig>>, StoreError> {
    let entries = save.index.of(ObjectKind::Vm);
    let silent = |vm: &Vm| {
        vm.config.power != PowerState::On
            || !matches!(vm.config.connection, ConnectionState::Connected | ConnectionState::Unknown)
    };
    let known = |vm: &Vm| entries.get(vm.external_id.as_str()).filter(|entry| entry.hash.is_some());
    let ids: Vec<i64> = vms.iter().filter(|vm| silent(vm)).filter_map(|vm| known(vm)).map(|entry| entry.id).collect();
    let previous: HashMap<i64, String> = documents(save.transaction, &VM, &ids).await?;
    vms.iter()
        .map(|vm| {
            let Some(text) = known(vm).and_then(|entry| previous.get(&entry.id)) else {
                return Ok(Cow::Borrowed(&vm.config));
            };
            let mut config = vm.config.clone();
            config.carry_over(&from_json("configuration", text)?);
            Ok(Cow::Owned(config))
        })
        .collect()
}

fn record<'a>(
    vm: &'a Vm,
    config: &VmConfig,
    cluster: Option<&'a model::ids::ExternalId>,
) -> Result<Record<'a>, StoreError> {
    let state = &vm.state;
    let disk_bytes = config.disks.iter().filter_map(|disk| disk.capacity_bytes).reduce(i64::saturating_add);
    let ip_lines = (!config.ip_addresses.is_empty()).then(|| config.ip_addresses.join("\n"));
    Ok(Record {
        external_id: &vm.external_id,
        name: &vm.name,
        links: vec![vm.host.as_ref(), cluster, vm.datacenter.as_ref(), vm.folder.as_ref(), vm.resource_pool.as_ref()],
        columns: vec![
            config.power.key().into(),
            config.connection.key().into(),
            config.role.key().into(),
            (config.snapshots.len() as i64).into(),
            config.vcpu.into(),
            config.memory_bytes.into(),
            disk_bytes.into(),
            config.created_at_ms.into(),
            config.guest_os_running.clone().or_else(|| config.guest_os.clone()).into(),
            config.guest_host_name.clone().into(),
            ip_lines.into(),
            config.tools_state.clone().into(),
            config.hardware_version.clone().into(),
            config.firmware.clone().into(),
            config.bios_uuid.clone().into(),
            config.annotation.clone().into(),
            tag_lines(&config.tags).into(),
        ],
        search: search_text::of_vm(vm, config),
        document: document(config)?,
        state: vec![
            state.health.key().into(),
            state.cpu_usage_mhz.into(),
            state.memory_active_bytes.into(),
            state.memory_consumed_bytes.into(),
            state.memory_ballooned_bytes.into(),
            state.memory_swapped_bytes.into(),
            state.uptime_s.into(),
            state.boot_at_ms.into(),
            state.storage_committed_bytes.into(),
            state.storage_uncommitted_bytes.into(),
            state.storage_unshared_bytes.into(),
        ],
        relations: vec![&vm.datastores, &vm.networks],
    })
}
