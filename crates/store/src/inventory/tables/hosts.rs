//! The table of hosts.

use model::{
    inventory::ObjectKind,
    table::{HostRow, TableRow},
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

macro_rules! state {
    ($column:literal) => {
        Field::Nullable(concat!("(SELECT o.", $column, " FROM host_state o WHERE o.host_id = t.id)"))
    };
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "connection" => Field::Value("t.connection"),
        "maintenance" => Field::Nullable("t.in_maintenance"),
        "cluster" => Field::Named { pointer: "t.cluster_id", table: "cluster" },
        "vms" => Field::Value("(SELECT count(*) FROM vm o WHERE o.host_id = t.id AND o.archived_at_ms IS NULL)"),
        "cpu" => state!("cpu_usage_mhz"),
        "mem" => state!("memory_usage_bytes"),
        "cores" => Field::Nullable("t.cores"),
        "threads" => Field::Nullable("t.threads"),
        "sockets" => Field::Nullable("t.sockets"),
        "memory" => Field::Nullable("t.memory_bytes"),
        "model" => Field::Nullable("t.model"),
        "vendor" => Field::Nullable("t.vendor"),
        "cpu_model" => Field::Nullable("t.cpu_model"),
        "version" => Field::Nullable("t.version"),
        "build" => Field::Nullable("t.build"),
        "health" => state!("health"),
        "power" => Field::Value("t.power"),
        "uptime" => state!("uptime_s"),
        "host_id" => Field::Key("t.id = #"),
        "cluster_id" => Field::Key("t.cluster_id = #"),
        "datastore_id" => Field::Key("t.id IN (SELECT o.host_id FROM host_datastore o WHERE o.datastore_id = #)"),
        "network_id" => Field::Key("t.id IN (SELECT o.host_id FROM host_network o WHERE o.network_id = #)"),
        _ => return Field::of_every_kind(name),
    })
}

impl Listed for HostRow {
    fn listing() -> Listing<Self> {
        Listing {
            table: "host",
            fields: Fields { columns: HostRow::COLUMNS, field, words_in: &[("t.cluster_id", "cluster")] },
            columns: "t.cluster_id, cluster.name AS cluster_name, t.datacenter_id, datacenter.name AS datacenter_name, \
                      t.power, t.connection, t.in_maintenance, s.health, t.vendor, t.model, t.cpu_model, t.sockets, t.cores, \
                      t.threads, t.cpu_total_mhz, s.cpu_usage_mhz, t.memory_bytes, s.memory_usage_bytes, t.version, t.build, \
                      (SELECT count(*) FROM vm o WHERE o.host_id = t.id AND o.archived_at_ms IS NULL) AS vm_count, s.uptime_s",
            joins: "LEFT JOIN cluster ON cluster.id = t.cluster_id \
                    LEFT JOIN datacenter ON datacenter.id = t.datacenter_id",
            hidden: "",
            read,
            hint: |_, _| "",
        }
    }
}

fn read(row: &QueryResult) -> Result<HostRow, StoreError> {
    let row = Columns(row);
    Ok(HostRow {
        id: row.id()?,
        name: row.get("name")?,
        source: row.source()?,
        cluster: row.reference(ObjectKind::Cluster)?,
        datacenter: row.reference(ObjectKind::Datacenter)?,
        power: row.power()?,
        connection: row.connection()?,
        in_maintenance: row.get("in_maintenance")?,
        health: row.health()?,
        vendor: row.get("vendor")?,
        model: row.get("model")?,
        cpu_model: row.get("cpu_model")?,
        sockets: row.get("sockets")?,
        cores: row.get("cores")?,
        threads: row.get("threads")?,
        cpu_total_mhz: row.get("cpu_total_mhz")?,
        cpu_usage_mhz: row.get("cpu_usage_mhz")?,
        memory_bytes: row.get("memory_bytes")?,
        memory_usage_bytes: row.get("memory_usage_bytes")?,
        version: row.get("version")?,
        build: row.get("build")?,
        vm_count: row.get("vm_count")?,
        uptime_s: row.get("uptime_s")?,
        seen: row.seen()?,
    })
}
