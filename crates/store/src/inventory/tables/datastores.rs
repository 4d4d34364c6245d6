//! The table of datastores.

use model::{
    inventory::ObjectKind,
    table::{DatastoreRow, TableRow},
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
    ($expression:literal) => {
        concat!("(SELECT ", $expression, " FROM datastore_state o WHERE o.datastore_id = t.id)")
    };
}

const HOSTS: &str = "(SELECT count(*) FROM host_datastore o JOIN host h ON h.id = o.host_id \
                     WHERE o.datastore_id = t.id AND h.archived_at_ms IS NULL)";
const VMS: &str = "(SELECT count(*) FROM vm_datastore o JOIN vm v ON v.id = o.vm_id \
                   WHERE o.datastore_id = t.id AND v.archived_at_ms IS NULL)";

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "used" => Field::Nullable(state!("t.capacity_bytes - o.free_bytes")),
        "free" => Field::Nullable(state!("o.free_bytes")),
        "capacity" => Field::Nullable("t.capacity_bytes"),
        "provisioned" => Field::Nullable(state!("t.capacity_bytes - o.free_bytes + o.uncommitted_bytes")),
        "type" => Field::Nullable("t.file_system"),
        "accessible" => Field::Nullable("t.accessible"),
        "maintenance" => Field::Nullable("t.maintenance"),
        "shared" => Field::Nullable("t.shared"),
        "hosts" => Field::Value(HOSTS),
        "vms" => Field::Value(VMS),
        "pod" => Field::Nullable("t.datastore_cluster"),
        "health" => Field::Nullable(state!("o.health")),
        "url" => Field::Nullable("t.url"),
        "datastore_id" => Field::Key("t.id = #"),
        "host_id" => Field::Key("t.id IN (SELECT o.datastore_id FROM host_datastore o WHERE o.host_id = #)"),
        "cluster_id" => Field::Key(
            "t.id IN (SELECT o.datastore_id FROM host_datastore o JOIN host h ON h.id = o.host_id WHERE h.cluster_id = #)",
        ),
        _ => return Field::of_every_kind(name),
    })
}

impl Listed for DatastoreRow {
    fn listing() -> Listing<Self> {
        Listing {
            table: "datastore",
            fields: Fields { columns: DatastoreRow::COLUMNS, field, words_in: &[] },
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
        "t.datacenter_id, datacenter.name AS datacenter_name, s.health, t.file_system, t.capacity_bytes, s.free_bytes, \
         t.capacity_bytes - s.free_bytes + s.uncommitted_bytes AS provisioned_bytes, t.accessible, \
         t.maintenance, t.shared, t.datastore_cluster, {HOSTS} AS host_count, {VMS} AS vm_count, t.url"
    )
});

fn read(row: &QueryResult) -> Result<DatastoreRow, StoreError> {
    let row = Columns(row);
    Ok(DatastoreRow {
        id: row.id()?,
        name: row.get("name")?,
        source: row.source()?,
        datacenter: row.reference(ObjectKind::Datacenter)?,
        health: row.health()?,
        file_system: row.get("file_system")?,
        capacity_bytes: row.get("capacity_bytes")?,
        free_bytes: row.get("free_bytes")?,
        provisioned_bytes: row.get("provisioned_bytes")?,
        accessible: row.get("accessible")?,
        maintenance: row.get("maintenance")?,
        shared: row.get("shared")?,
        datastore_cluster: row.get("datastore_cluster")?,
        host_count: row.get("host_count")?,
        vm_count: row.get("vm_count")?,
        url: row.get("url")?,
        seen: row.seen()?,
    })
}
