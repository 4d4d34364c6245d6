//! The table of clusters. Sums over hosts and machines leave out what is archived.

use model::{
    inventory::ObjectKind,
    table::{ClusterRow, TableRow},
};
use sea_orm::QueryResult;

use crate::{
    StoreError,
    inventory::{
        condition::Fields,
        field::Field,
        list::{Listed, Listing},
        read::Columns,
    },
};

macro_rules! hosts {
    ($figure:literal) => {
        concat!(
            "(SELECT ",
            $figure,
            " FROM host h LEFT JOIN host_state hs ON hs.host_id = h.id \
             WHERE h.cluster_id = t.id AND h.archived_at_ms IS NULL)"
        )
    };
}

macro_rules! vms {
    ($figure:literal, $which:literal) => {
        concat!("(SELECT ", $figure, " FROM vm v WHERE v.cluster_id = t.id AND v.archived_at_ms IS NULL", $which, ")")
    };
}

// PostgreSQL sums 64-bit numbers into `numeric`; the casts keep them what they are.
const HOSTS: &str = hosts!("count(*)");
const VMS: &str = vms!("count(*)", "");
const CPU_USED: &str = hosts!("CAST(sum(hs.cpu_usage_mhz) AS bigint)");
const MEMORY_USED: &str = hosts!("CAST(sum(hs.memory_usage_bytes) AS bigint)");
const VCPU_ON: &str = vms!("CAST(sum(v.vcpu) AS bigint)", " AND v.power = 'on'");
const MEMORY_ON: &str = vms!("CAST(sum(v.memory_bytes) AS bigint)", " AND v.power = 'on'");

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "hosts" => Field::Value(HOSTS),
        "vms" => Field::Value(VMS),
        "cpu" => Field::Nullable(CPU_USED),
        "mem" => Field::Nullable(MEMORY_USED),
        "cores" => Field::Nullable("t.total_cores"),
        "vcpu" => Field::Nullable(VCPU_ON),
        "memory" => Field::Nullable("t.total_memory_bytes"),
        "allocated" => Field::Nullable(MEMORY_ON),
        "ha" => Field::Nullable("t.ha_enabled"),
        "drs" => Field::Nullable("t.drs_enabled"),
        "evc" => Field::Nullable("t.evc_mode"),
        "health" => Field::Nullable("(SELECT o.health FROM cluster_state o WHERE o.cluster_id = t.id)"),
        "cluster_id" => Field::Key("t.id = #"),
        _ => return Field::of_every_kind(name),
    })
}

impl Listed for ClusterRow {
    fn listing() -> Listing<Self> {
        Listing {
            table: "cluster",
            fields: Fields { columns: ClusterRow::COLUMNS, field, words_in: &[] },
            columns: COLUMNS.as_str(),
            joins: "LEFT JOIN datacenter ON datacenter.id = t.datacenter_id",
            hidden: "",
            read,
            hint: |_, _| "",
        }
    }
}

static COLUMNS: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "t.datacenter_id, datacenter.name AS datacenter_name, s.health, {HOSTS} AS host_count, {VMS} AS vm_count, \
         t.ha_enabled, t.drs_enabled, t.evc_mode, t.total_cores, t.total_cpu_mhz, {CPU_USED} AS cpu_usage_mhz, \
         t.total_memory_bytes, {MEMORY_USED} AS memory_usage_bytes, {VCPU_ON} AS vcpu_allocated, \
         {MEMORY_ON} AS memory_allocated_bytes"
    )
});

fn read(row: &QueryResult) -> Result<ClusterRow, StoreError> {
    let row = Columns(row);
    Ok(ClusterRow {
        id: row.id()?,
        name: row.get("name")?,
        source: row.source()?,
        datacenter: row.reference(ObjectKind::Datacenter)?,
        health: row.health()?,
        host_count: row.get("host_count")?,
        vm_count: row.get("vm_count")?,
        ha_enabled: row.get("ha_enabled")?,
        drs_enabled: row.get("drs_enabled")?,
        evc_mode: row.get("evc_mode")?,
        cores: row.get("total_cores")?,
        cpu_total_mhz: row.get("total_cpu_mhz")?,
        cpu_usage_mhz: row.get("cpu_usage_mhz")?,
        memory_bytes: row.get("total_memory_bytes")?,
        memory_usage_bytes: row.get("memory_usage_bytes")?,
        vcpu_allocated: row.get("vcpu_allocated")?,
        memory_allocated_bytes: row.get("memory_allocated_bytes")?,
        seen: row.seen()?,
    })
}
