//! Answers of Hyper-V hosts, printed as the script prints them on Windows PowerShell: sections in one line each, enums as
//! number and name, times as numbers, keys in any order.

use std::fmt::Write as _;

use connectors::hyperv::{
    answer,
    assemble::{HostRead, Unread},
};
use model::{
    failure::{Failure, FailureKind},
    ids::ExternalId,
};
use serde_json::{Map, Value, json};

pub(crate) const CLUSTER: &str = "becc0c8a-6444-4df5-bcd8-585ebab46518";
pub(crate) const GIB: i64 = 1 << 30;
/// When hosts were asked.
pub(crate) const NOW_MS: i64 = 1_700_000_600_000;

/// One host's answer, section by section.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) host: String,
    sections: Map<String, Value>,
}

pub(crate) fn guid(number: u32) -> String {
    format!("416e49fd-28dd-413c-9743-{number:012x}")
}

pub(crate) fn choice(number: i64, name: &str) -> Value {
    json!({"n": number, "t": name})
}

impl Answer {
    /// A host without machines, read by an administrator.
    pub(crate) fn alone(name: &str) -> Self {
        let mut answer = Self { host: name.to_owned(), sections: Map::new() };
        answer.set(
            "access",
            json!({"user": "LAB\\reader", "powershell": "5.1.20348.1", "administrator": false, "hyperv_administrator": true,
                   "hyperv_module": true, "hyperv_service": choice(4, "Running"), "cluster_member": false}),
        );
        answer.set(
            "host",
            json!({"name": name.to_uppercase(), "domain": "lab.example", "os": "Microsoft Windows Server 2022 Datacenter",
                   "version": "10.0.20348", "build": "20348", "revision": 2700, "booted_ms": 1_700_000_000_000_i64,
                   "now_ms": NOW_MS, "memory_bytes": 255 * GIB, "memory_available_bytes": 100 * GIB}),
        );
        answer.set(
            "hardware",
            json!({"vendor": "Contoso", "model": "R1", "memory_bytes": 256 * GIB, "uuid": guid(name.len() as u32), "serial": "X1",
                   "cpu": "Xeon", "cpu_mhz": 2_000, "sockets": 2, "cores": 16, "threads": 32}),
        );
        answer.set(
            "hypervisor",
            json!({"logical_processors": 32, "memory_bytes": 256 * GIB, "numa_nodes": 2, "migration_enabled": true,
                   "migrations_most": 2, "storage_migrations_most": 2, "migration_authentication": choice(0, "CredSSP"),
                   "migration_performance": choice(1, "Compression"), "machine_path": "C:\\Hyper-V", "disk_path": "C:\\Hyper-V"}),
        );
        answer.set(
            "nics",
            json!([{"name": "Ethernet", "mac": "0CC47A000001", "up": true, "bits_per_s": 10_000_000_000_i64}]),
        );
        answer.set(
            "switches",
            json!([{"id": format!("{}-switch", name), "name": "Production", "kind": choice(2, "External"), "management_os": true,
                    "uplinks": ["Intel(R) X710"]}]),
        );
        answer.set(
            "volumes",
            json!([{"id": "\\\\?\\volume{11111111-0000-0000-0000-000000000001}\\", "path": "C:\\", "label": "System",
                    "file_system": "NTFS", "size_bytes": 500 * GIB, "free_bytes": 300 * GIB}]),
        );
        answer.set("cluster", json!({"member": false}));
        for list in LISTS {
            answer.set(list, json!([]));
        }
        answer.set("counters", json!({"cpu_percent": 25, "machines": []}));
        answer
    }

    /// A node of the cluster `hvc1` with a shared volume.
    pub(crate) fn node(name: &str, nodes: &[(&str, i64)]) -> Self {
        let mut answer = Self::alone(name);
        answer.part_mut("access")["cluster_member"] = json!(true);
        let states = ["Up", "Down", "Paused", "Joining"];
        let nodes: Vec<Value> = nodes
            .iter()
            .map(|(node, state)| {
                json!({"name": node.to_uppercase(), "state": choice(*state, states[*state as usize]), "addresses": ["10.0.0.1"]})
            })
            .collect();
        answer.set(
            "cluster",
            json!({"member": true, "id": CLUSTER, "name": "hvc1", "domain": "lab.example", "quorum": "NodeAndDiskMajority",
                   "witness": "Cluster Disk 9", "nodes": nodes,
                   "groups": [{"id": "g0", "name": "Cluster Group", "kind": choice(1, "Cluster"), "state": choice(0, "Online"), "owner": "HV1"}]}),
        );
        answer.set(
            "shared_volumes",
            json!([{"id": "csv-1", "name": "Cluster Disk 1", "state": choice(2, "Online"), "owner": "HV1",
                    "path": "C:\\ClusterStorage\\Volume1", "file_system": "CSVFS_NTFS", "fault": choice(0, "NoFaults"), "maintenance": false,
                    "redirected": false, "size_bytes": 2_000 * GIB, "free_bytes": 1_500 * GIB}]),
        );
        answer
    }

    pub(crate) fn set(&mut self, section: &str, data: Value) -> &mut Self {
        self.sections.insert(section.to_owned(), json!({"section": section, "ok": true, "data": data, "error": null}));
        self
    }

    pub(crate) fn fail(&mut self, section: &str, error: &str) -> &mut Self {
        let failed = json!({"section": section, "ok": false, "data": null, "error": error});
        self.sections.insert(section.to_owned(), failed);
        self
    }

    /// A part of the section is missing.
    pub(crate) fn lack(&mut self, section: &str, error: &str) -> &mut Self {
        self.sections[section]["error"] = json!(error);
        self
    }

    pub(crate) fn part_mut(&mut self, section: &str) -> &mut Value {
        &mut self.sections[section]["data"]
    }

    fn push(&mut self, section: &str, row: Value) {
        self.part_mut(section).as_array_mut().unwrap().push(row);
    }

    /// A running machine with a disk, an adapter and a checkpoint; `changes` are laid over its own facts.
    pub(crate) fn machine(&mut self, id: &str, name: &str, folder: &str, changes: Value) -> &mut Self {
        let mut machine = json!({
            "id": id, "name": name, "state": choice(2, "Running"), "status": "Operating normally", "operational": [choice(2, "Ok")],
            "generation": 2, "version": "10.0", "processors": 4, "cpu_percent": 3, "memory_assigned_bytes": 3 * GIB,
            "memory_demand_bytes": 2 * GIB, "memory_startup_bytes": 4 * GIB, "memory_minimum_bytes": GIB,
            "memory_maximum_bytes": 1_024 * GIB, "dynamic_memory": true, "uptime_ms": 60_000, "created_ms": 1_600_000_000_000_i64,
            "notes": "", "heartbeat": choice(2, "OkApplicationsHealthy"), "parent_checkpoint": format!("{id}-c2"),
            "replication_mode": choice(0, "None"), "replication_state": choice(0, "Disabled"),
            "replication_health": choice(0, "NotApplicable"), "clustered": false, "path": folder,
            "start_action": choice(3, "StartIfRunning"), "error": null});
        for (key, value) in changes.as_object().unwrap() {
            machine[key] = value.clone();
        }
        self.push("machines", machine);
        let disk = format!("{folder}\\{name}.vhdx");
        self.push(
            "settings",
            json!({"machine": id, "bios_uuid": format!("{{{}}}", id.to_uppercase()), "secure_boot": true}),
        );
        self.push("security", json!({"id": format!("Microsoft:{}\\x", id.to_uppercase()), "tpm": true}));
        self.push(
            "disks",
            json!({"machine": id, "controller": choice(1, "SCSI"), "controller_number": 0, "controller_location": 0, "path": disk}),
        );
        self.push(
            "images",
            json!({"path": disk, "format": choice(3, "VHDX"), "kind": choice(3, "Dynamic"), "size_bytes": 100 * GIB,
                   "file_bytes": 40 * GIB, "parent": null}),
        );
        let switch = format!("{}-switch", self.host);
        self.push(
            "adapters",
            json!({"machine": id, "id": format!("Microsoft:{id}\\ADAPTER-1"), "name": "Network Adapter", "legacy": false,
                   "mac": "00155D1FD216", "connected": true, "switch_id": switch, "switch_name": "Production",
                   "vlan_mode": choice(1, "Access"), "vlan": 120, "addresses": ["fe80::1", "10.0.0.7"]}),
        );
        for (at, parent) in [("c2", Some("c1")), ("c1", None)] {
            self.push(
                "checkpoints",
                json!({"machine": id, "id": format!("{id}-{at}"), "name": at, "kind": choice(0, "Standard"),
                       "parent": parent.map(|parent| format!("{id}-{parent}")), "created_ms": 1_650_000_000_000_i64}),
            );
        }
        self.push(
            "services",
            json!({"machine": id, "id": format!("Microsoft:{id}\\84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"), "name": "Takt", "enabled": true}),
        );
        self.push(
            "guests",
            json!({"machine": id, "OSName": "Windows Server 2019 Standard", "FullyQualifiedDomainName": format!("{name}.lab.example")}),
        );
        self.part_mut("counters")["machines"].as_array_mut().unwrap().push(json!({"name": name, "percent": 100}));
        self
    }

    pub(crate) fn text(&self) -> String {
        let mut text = "<<<IROA-HYPERV 1>>>\r\n".to_owned();
        for section in self.sections.values() {
            let _ = write!(text, "{section}\r\n");
        }
        let _ = write!(text, "<<<IROA-HYPERV-END {}>>>\r\n", self.sections.len());
        text
    }

    pub(crate) fn read(&self) -> HostRead {
        self.read_at(NOW_MS)
    }

    /// As it had come at this moment.
    pub(crate) fn read_at(&self, answered_ms: i64) -> HostRead {
        let report = answer::read(self.text().as_bytes(), b"", 0).unwrap();
        HostRead { asked: self.host.clone(), answered_ms, report }
    }
}

const LISTS: [&str; 11] = [
    "machines",
    "settings",
    "security",
    "disks",
    "images",
    "adapters",
    "checkpoints",
    "replication",
    "services",
    "guests",
    "shared_volumes",
];

/// A node that does not answer.
pub(crate) fn silent(host: &str) -> Unread {
    Unread {
        asked: format!("{host}.lab.example"),
        host: Some(ExternalId::new(format!("{host}.lab.example"))),
        failure: Failure::new(FailureKind::Unreachable, "nothing answers on port 5986"),
    }
}
