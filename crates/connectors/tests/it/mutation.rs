//! Whatever bytes arrive, the parsers answer with values or an error: never with a panic, never without an end.

use connectors::vcenter::{
    answer::{read_parts, read_whole},
    object::Object,
    objects::{
        alarm::read_triggered, cluster::read_compute_resource, host::read_host, network::read_network,
        place::read_pool, snapshot::read_sizes, storage::read_datastore, vm::read_vm,
    },
};
use proptest::prelude::*;

const MACHINE: &str = r#"<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><token>0</token><objects><obj type="VirtualMachine">vm-1</obj><propSet><name>name</name><val xsi:type="xsd:string">w&#228;b%2f&amp;1</val></propSet><propSet><name>config.hardware</name><val xsi:type="VirtualHardware"><numCPU>2</numCPU><memoryMB>9223372036854775807</memoryMB><device xsi:type="VirtualDisk"><key>2000</key><deviceInfo><label>Hard disk 1</label></deviceInfo><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><datastore type="Datastore">datastore-1</datastore><thinProvisioned>true</thinProvisioned></backing><capacityInKB>-5</capacityInKB></device><device xsi:type="VirtualVmxnet3"><key>4000</key><macAddress>00:50:56:AA:00:01</macAddress><backing><port><portgroupKey>dvportgroup-1</portgroupKey></port></backing></device></val></propSet><propSet><name>snapshot</name><val><currentSnapshot type="VirtualMachineSnapshot">snapshot-2</currentSnapshot><rootSnapshotList><snapshot>snapshot-1</snapshot><name>a</name><createTime>2026-11-23T11:21:54Z</createTime><childSnapshotList><snapshot>snapshot-2</snapshot><name>b</name></childSnapshotList></rootSnapshotList></val></propSet><propSet><name>guest.net</name><val><GuestNicInfo><deviceConfigId>4000</deviceConfigId><ipAddress>10.0.0.1</ipAddress></GuestNicInfo></val></propSet><propSet><name>layoutEx</name><val><file><key>1</key><size>9223372036854775807</size></file><file><key>2</key><size>1</size></file><snapshot><key>snapshot-1</key><dataKey>1</dataKey><memoryKey>2</memoryKey></snapshot></val></propSet><missingSet><path>config.uuid</path><fault><fault xsi:type="NoPermission"><privilegeId>System.Read</privilegeId></fault></fault></missingSet></objects></returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>"#;

/// Gives the bytes to every reader.
fn read_everything(bytes: &[u8]) {
    let _ = read_whole(bytes, |_| ());
    let _ = read_parts(bytes, |part| {
        let Some(object) = Object::of(part) else { return };
        let _ = (read_vm(object), read_host(object), read_datastore(object), read_network(object));
        let _ = (read_pool(object), read_compute_resource(object), read_triggered(object), read_sizes(object));
    });
}

#[test]
fn the_sample_itself_is_read() {
    let mut names = Vec::new();
    read_parts(MACHINE.as_bytes(), |part| {
        if let Some(vm) = Object::of(part).and_then(read_vm) {
            assert_eq!(vm.value.config.memory_bytes, Some(i64::MAX));
            assert_eq!(vm.value.config.adapters[0].ip_addresses, ["10.0.0.1"]);
            assert_eq!(vm.missing.len(), 1);
            names.push(vm.value.name);
        }
    })
    .unwrap();
    assert_eq!(names, ["wäb/&1"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn mutated_answers_never_panic(edits in prop::collection::vec((0..MACHINE.len(), any::<u8>(), 0..3_u8), 1..12)) {
        let mut bytes = MACHINE.as_bytes().to_vec();
        for (at, byte, kind) in edits {
            let at = at.min(bytes.len() - 1);
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.drain(at..(at + usize::from(byte)).min(bytes.len() - 1)); }
            }
        }
        read_everything(&bytes);
    }

    #[test]
    fn shuffled_markup_never_panics(pieces in prop::collection::vec(0..400_usize, 0..200)) {
        let tags: Vec<&str> = MACHINE.split_inclusive('>').collect();
        let text: String = pieces.iter().map(|at| tags[at % tags.len()]).collect();
        read_everything(text.as_bytes());
        read_everything(format!("{}{text}", tags[..5].concat()).as_bytes());
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read_everything(&bytes);
    }
}
