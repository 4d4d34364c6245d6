use serde_json::{Value, json};

use super::*;
use crate::zabbix::value::List;

fn read(host: Value, items: Value) -> Vm {
    let List(items) = serde_json::from_value::<List<Item>>(items).unwrap();
    let mut facts = Facts::default();
    for item in &items {
        facts.add(item);
    }
    machine(&serde_json::from_value(host).unwrap(), &facts, Some(10_000)).unwrap()
}

fn item(key: &str, value: &str, clock: i64) -> Value {
    json!({"key_": key, "lastvalue": value, "lastclock": clock.to_string()})
}

#[test]
fn a_host_tells_who_it_is() {
    let vm = read(
        json!({
            "hostid": "10500", "host": "web01.lab.example", "name": "Web 1", "active_available": "0",
            "interfaces": [
                {"main": "1", "type": "1", "ip": "192.0.2.7", "dns": "WEB01.lab.example", "available": "1"},
                {"main": "0", "type": "1", "ip": "127.0.0.1", "dns": "", "available": "0"},
                {"main": "1", "type": "3", "ip": "192.0.2.200", "dns": "", "available": "1"},
            ],
            "inventory": {"serialno_a": "VMware-42 03 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7", "macaddress_a": "00-50-56-AA-BB-01",
                "os_full": "", "location": "Room 2"},
            "macros": [{"macro": "{$VMWARE.VM.UUID}", "value": "502a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"}],
            "tags": [{"tag": "stage", "value": "prod"}], "hostgroups": [{"name": "Linux servers"}],
        }),
        json!([
            item("system.hostname", "web01", 9_900),
            item("system.sw.os", "Linux version 6.1", 100),
            item("system.cpu.num", "4", 9_000),
            item("vm.memory.size[total]", "8589934592", 9_000),
            item("system.hw.macaddr", "[eth0] 00:50:56:aa:bb:01, [eth1] 00:50:56:aa:bb:02", 9_000),
            item("system.uptime", "86400", 9_990),
        ]),
    );
    let config = &vm.config;
    assert_eq!((vm.external_id.as_str(), vm.name.as_str()), ("10500", "Web 1"));
    assert_eq!(config.bios_uuid.as_deref(), Some("42031a2b-3c4d-5e6f-7081-92a3b4c5d6e7"));
    assert_eq!(config.instance_uuid.as_deref(), Some("502a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"));
    assert_eq!(config.guest_host_name.as_deref(), Some("WEB01.lab.example"));
    assert_eq!(config.ip_addresses, ["192.0.2.7"]);
    let macs: Vec<_> = config.adapters.iter().map(|adapter| (adapter.label.as_str(), adapter.mac.as_deref())).collect();
    assert_eq!(macs, [("eth0", Some("00:50:56:aa:bb:01")), ("eth1", Some("00:50:56:aa:bb:02"))]);
    assert_eq!((config.vcpu, config.memory_bytes), (Some(4), Some(8 << 30)));
    assert_eq!((config.power, config.connection), (PowerState::On, ConnectionState::Connected));
    assert_eq!(config.guest_os_running.as_deref(), Some("Linux version 6.1"));
    assert_eq!(vm.state.uptime_s, Some(86_400));
    let tags: Vec<_> = config.tags.iter().map(|tag| (tag.category.as_str(), tag.name.as_str())).collect();
    assert_eq!(tags, [("Host group", "Linux servers"), ("stage", "prod")]);
}

#[test]
fn a_host_named_by_uuid_is_that_machine() {
    let id = "564d4ba0-2f3e-7c11-aaaa-0123456789ab";
    let vm = read(json!({"hostid": "1", "host": id, "inventory": []}), json!([item("vmware.vm.powerstate", "0", 1)]));
    assert_eq!((vm.config.bios_uuid.as_deref(), vm.config.power), (Some(id), PowerState::Off));
    assert_eq!(vm.config.guest_host_name, None);
    let hypervisor = json!({"hostid": "1", "host": id, "macros": [{"macro": "{$VMWARE.HV.UUID}", "value": id}]});
    assert_eq!(read(hypervisor, json!([])).config.bios_uuid, None);
}

#[test]
fn power_is_on_only_by_evidence() {
    let host = json!({"hostid": "1", "host": "a"});
    assert_eq!(read(host.clone(), json!([item("agent.ping", "1", 9_500)])).config.power, PowerState::On);
    assert_eq!(read(host, json!([item("agent.ping", "1", 5_000)])).config.power, PowerState::Unknown);
    let ipmi = json!({"hostid": "1", "interfaces": [{"type": "3", "available": "1"}]});
    assert_eq!(read(ipmi, json!([])).config.power, PowerState::Unknown);
}
