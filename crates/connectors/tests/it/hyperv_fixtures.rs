//! The parsers against recorded output of cmdlets of a real host (fog-hyperv's, MIT, Windows Server 2012 R2; beside the
//! checkout, skipped where absent). The script asks for the same facts by other names: the cmdlets' own are understood.

use std::fs;

use connectors::hyperv::{
    answer,
    assemble::{HostRead, assemble},
};
use model::inventory::{NetworkType, PowerState};
use serde_json::{Value, json};

use crate::vcsim::workspace;

fn recorded(cmdlet: &str) -> Option<Value> {
    let path = workspace().join(format!("../shared/fixtures/hyperv/{cmdlet}.json"));
    let Ok(text) = fs::read_to_string(&path) else {
        let is_required = std::env::var_os("IROA_REQUIRE_PEERS").is_some_and(|value| value == "1");
        let is_expected = is_required && workspace().join("../shared").is_dir();
        assert!(!is_expected, "the recordings of real systems are missing at {}", path.display());
        eprintln!("skipped: the recordings of real systems are not here");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// The recordings as one answer.
fn answer_of_recordings() -> Option<String> {
    let cluster = &recorded("get_cluster")?[0];
    let nodes = recorded("get_cluster_node")?;
    let host = recorded("get_vm_host")?;
    let cluster = json!({"member": true, "Id": cluster["Id"], "Name": cluster["Name"], "Domain": cluster["Domain"], "nodes": nodes});
    let sections = [
        ("access", json!({"administrator": true, "cluster_member": true})),
        ("host", host[0].clone()),
        ("hypervisor", host[0].clone()),
        ("machines", recorded("get_vm")?),
        ("disks", recorded("get_vm_hard_disk_drive")?),
        ("images", recorded("get_vhd")?),
        ("adapters", recorded("get_vm_network_adapter")?),
        ("switches", recorded("get_vm_switch")?),
        ("cluster", cluster),
        ("volumes", json!({"id": "c", "path": "C:\\", "size_bytes": 1})),
    ];
    let mut text = "<<<IROA-HYPERV 1>>>\n".to_owned();
    for (section, data) in &sections {
        let section = json!({"section": section, "ok": true, "data": data, "error": null});
        text.push_str(&section.to_string());
        text.push('\n');
    }
    Some(format!("{text}<<<IROA-HYPERV-END {}>>>\n", sections.len()))
}

#[test]
fn recorded_cmdlets_become_an_inventory() {
    let Some(text) = answer_of_recordings() else { return };
    let report = answer::read(text.as_bytes(), b"", 0).unwrap();
    assert!(report.is_whole);
    let collection = assemble(&[HostRead { asked: "mock-host".to_owned(), answered_ms: 0, report }], &[]).unwrap();
    let inventory = &collection.inventory;
    assert_eq!(inventory.clusters[0].name, "mock-cluster");
    assert_eq!(inventory.hosts[0].name, "mock-host.example.com");
    assert_eq!(inventory.networks[0].config.network_type, NetworkType::External);
    let [first, second] = &inventory.vms[..] else { panic!("{} machines", inventory.vms.len()) };
    // In the order of their identifiers: `20ff7fe3-…` is mockvm2.
    let (running, off) = (first, second);
    assert_eq!((running.name.as_str(), running.config.power), ("mockvm2", PowerState::On));
    assert_eq!((off.name.as_str(), off.config.power), ("mockvm1", PowerState::Off));
    assert_eq!(running.state.uptime_s, Some(((6 * 24 + 2) * 60 + 21) * 60 + 14));
    assert_eq!(running.config.created_at_ms, Some(1_488_869_316_886));
    assert_eq!((running.config.generation, running.config.firmware.as_deref()), (Some(2), Some("efi")));
    assert_eq!(running.config.memory_bytes, Some(4 << 30));
    let dynamic = running.config.dynamic_memory.as_ref().unwrap();
    assert_eq!((dynamic.minimum_bytes, dynamic.maximum_bytes), (Some(512 << 20), Some(1 << 40)));
    // The list of its two disks is a list within the list.
    assert_eq!(running.config.disks.len(), 2);
    assert_eq!(running.config.disks[1].controller.as_deref(), Some("SCSI 0:1"));
    assert_eq!(running.config.disks[1].capacity_bytes, Some(32_212_254_720));
    assert_eq!(off.config.disks.len(), 1);
    assert!(off.config.adapters.iter().all(|adapter| adapter.network.is_some() && adapter.ip_addresses.is_empty()));
    assert_eq!(off.config.adapters[0].mac.as_deref(), Some("00:15:5d:1f:d2:16"));
    assert_eq!((off.state.uptime_s, off.state.memory_consumed_bytes), (None, None));
}
