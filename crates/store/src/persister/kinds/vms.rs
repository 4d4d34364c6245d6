//! Virtual machines as rows. What a machine that does not run can no longer tell is carried over from before.

use model::{
    ids::ExternalId,
    inventory::{ConnectionState, Health, ObjectKind, PowerState, Vm},
};

use super::{carried_over, document, last_of_each, tag_lines};
use crate::{
    StoreError,
    persister::{
        object::{Link, Record, Relation, Shape},
        records::Save,
        relations, search_text,
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
        "generation",
        "memory_minimum_bytes",
        "memory_maximum_bytes",
        "replication",
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
            "memory_demand_bytes",
            "heartbeat",
            "replication_state",
            "replication_health",
            "last_replication_at_ms",
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
    let mut moved = Vec::new();
    for some in last_of_each(vms).chunks(ROWS) {
        let vms = carried_over(save, &VM, some, is_silent).await?;
        let clusters: Vec<_> = vms.iter().map(|vm| save.index.cluster_of_host(vm.host.as_ref()?).cloned()).collect();
        let records = vms
            .iter()
            .zip(&clusters)
            .map(|(vm, cluster)| record(vm, cluster.as_ref(), snapshot_count(save, vm)))
            .collect::<Result<Vec<_>, _>>()?;
        moved.extend(save.save_records(&VM, &records, &stored).await?);
    }
    relations::save(save, &VM, &stored, moved).await
}

/// A machine that does not run or cannot be reached no longer tells what it told before.
fn is_silent(vm: &Vm) -> bool {
    vm.config.power != PowerState::On
        || !matches!(vm.config.connection, ConnectionState::Connected | ConnectionState::Unknown)
}

/// `None` where the platform did not tell, now or before: no list is not an empty list.
fn snapshot_count(save: &Save<'_>, vm: &Vm) -> Option<i64> {
    let snapshots = &vm.config.snapshots;
    let is_unknown = snapshots.is_empty() && save.unread.has_withheld(ObjectKind::Vm, &vm.external_id, "snapshots");
    (!is_unknown).then_some(snapshots.len() as i64)
}

fn record<'a>(
    vm: &'a Vm,
    cluster: Option<&'a ExternalId>,
    snapshot_count: Option<i64>,
) -> Result<Record<'a>, StoreError> {
    let (config, state) = (&vm.config, &vm.state);
    let disk_bytes = config.disks.iter().filter_map(|disk| disk.capacity_bytes).reduce(i64::saturating_add);
    let dynamic = config.dynamic_memory.as_ref().filter(|memory| memory.enabled);
    let ip_lines = (!config.ip_addresses.is_empty()).then(|| config.ip_addresses.join("\n"));
    Ok(Record {
        external_id: &vm.external_id,
        name: &vm.name,
        links: vec![vm.host.as_ref(), cluster, vm.datacenter.as_ref(), vm.folder.as_ref(), vm.resource_pool.as_ref()],
        columns: vec![
            config.power.key().into(),
            config.connection.key().into(),
            config.role.key().into(),
            snapshot_count.into(),
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
            config.generation.into(),
            dynamic.and_then(|memory| memory.minimum_bytes).into(),
            dynamic.and_then(|memory| memory.maximum_bytes).into(),
            config.replication.as_ref().map(|replication| replication.mode.key()).into(),
        ],
        search: search_text::of_vm(vm),
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
            state.memory_demand_bytes.into(),
            state.heartbeat.clone().into(),
            state.replication_state.clone().into(),
            state.replication_health.map(Health::key).into(),
            state.last_replication_at_ms.into(),
        ],
        relations: vec![&vm.datastores, &vm.networks],
    })
}
