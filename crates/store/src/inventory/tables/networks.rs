//! The table of networks.

use model::{
    inventory::{NetworkType, ObjectKind},
    table::{NetworkRow, TableRow},
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

const HOSTS: &str = "(SELECT count(*) FROM host_network o JOIN host h ON h.id = o.host_id \
                     WHERE o.network_id = t.id AND h.archived_at_ms IS NULL)";
const VMS: &str = "(SELECT count(*) FROM vm_network o JOIN vm v ON v.id = o.vm_id \
                   WHERE o.network_id = t.id AND v.archived_at_ms IS NULL)";

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "type" => Field::Value("t.network_type"),
        "switch" => Field::Nullable("t.switch_name"),
        "vlan" => Field::Nullable("t.vlan"),
        "vms" => Field::Value(VMS),
        "hosts" => Field::Value(HOSTS),
        "uplink" => Field::Value("t.is_uplink"),
        "accessible" => Field::Nullable("t.accessible"),
        "network_id" => Field::Key("t.id = #"),
        "host_id" => Field::Key("t.id IN (SELECT o.network_id FROM host_network o WHERE o.host_id = #)"),
        _ => return Field::of_every_kind(name),
    })
}

impl Listed for NetworkRow {
    fn listing() -> Listing<Self> {
        Listing {
            table: "network",
            fields: Fields { columns: NetworkRow::COLUMNS, field, words_in: &[] },
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
        "t.datacenter_id, datacenter.name AS datacenter_name, t.network_type, t.is_uplink, t.switch_name, t.vlan, \
         t.accessible, {HOSTS} AS host_count, {VMS} AS vm_count"
    )
});

fn read(row: &QueryResult) -> Result<NetworkRow, StoreError> {
    let row = Columns(row);
    Ok(NetworkRow {
        id: row.id()?,
        name: row.get("name")?,
        source: row.source()?,
        datacenter: row.reference(ObjectKind::Datacenter)?,
        network_type: row.word("network_type", NetworkType::from_key)?,
        is_uplink: row.get("is_uplink")?,
        switch_name: row.get("switch_name")?,
        vlan: row.get("vlan")?,
        accessible: row.get("accessible")?,
        host_count: row.get("host_count")?,
        vm_count: row.get("vm_count")?,
        seen: row.seen()?,
    })
}
