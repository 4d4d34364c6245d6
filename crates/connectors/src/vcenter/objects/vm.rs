//! Virtual machines: configuration, guest facts and quick stats.

use model::{
    ids::ExternalId,
    inventory::{VmConfig, VmRole, VmState},
};

use super::{Raw, device, device::AdapterBacking, read, snapshot};
use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{MIB, Moref, allocation, connection, flag, health, number, power, time_ms},
};

/// Leaf properties, or structures of which nearly everything is used. `config.extraConfig` and `layoutEx` are large and
/// are asked for only where they tell something.
pub const VMS: [(&str, &[&str]); 1] = [(
    "VirtualMachine",
    &[
        "name",
        "parent",
        "parentVApp",
        "resourcePool",
        "overallStatus",
        "customValue",
        "runtime.host",
        "runtime.powerState",
        "runtime.connectionState",
        "runtime.bootTime",
        "summary.quickStats",
        "summary.storage",
        "summary.config.vmPathName",
        "config.uuid",
        "config.instanceUuid",
        "config.template",
        "config.annotation",
        "config.guestFullName",
        "config.version",
        "config.firmware",
        "config.createDate",
        "config.managedBy",
        "config.ftInfo",
        "config.latencySensitivity",
        "config.cpuAllocation",
        "config.memoryAllocation",
        "config.cpuHotAddEnabled",
        "config.memoryHotAddEnabled",
        "config.hardware",
        "guest.guestFullName",
        "guest.hostName",
        "guest.ipAddress",
        "guest.net",
        "guest.toolsStatus",
        "guest.toolsVersion",
        "snapshot",
        "datastore",
        "network",
    ],
)];

/// The extension that deploys vCLS machines, among others: only these may carry `HDCS.agent`.
const AGENT_MANAGER: &str = "com.vmware.vim.eam";

#[derive(Clone, Debug, Default)]
pub struct Vm {
    pub name: String,
    pub host: Option<ExternalId>,
    pub resource_pool: Option<ExternalId>,
    /// The vApp that holds it; `parent` is unset then.
    pub vapp: Option<Moref>,
    pub datastores: Vec<ExternalId>,
    pub networks: Vec<ExternalId>,
    pub config: VmConfig,
    pub state: VmState,
    /// By adapter, in the order of `config.adapters`.
    pub backings: Vec<AdapterBacking>,
    guest_adapters: Vec<GuestAdapter>,
    primary_address: Option<String>,
}

impl Vm {
    /// The machine may be a vCLS agent: its extra configuration is worth asking for.
    pub fn may_be_vcls(&self) -> bool {
        self.config.managed_by.as_deref() == Some(AGENT_MANAGER) || self.name.to_ascii_lowercase().starts_with("vcls")
    }
}

/// `GuestNicInfo`: what the guest says of one of its adapters.
#[derive(Clone, Debug, Default)]
struct GuestAdapter {
    device: Option<String>,
    mac: Option<String>,
    addresses: Vec<String>,
}

pub fn read_vm(object: Object<'_>) -> Option<Raw<Vm>> {
    let mut raw = read(object, |vm: &mut Vm| &mut vm.name, read_property)?;
    raw.value.join_guest();
    Some(raw)
}

fn read_property(vm: &mut Vm, path: &str, value: Element<'_>) {
    match path {
        "parentVApp" => vm.vapp = value.moref(),
        "resourcePool" => vm.resource_pool = value.external(),
        "overallStatus" => vm.state.health = health(value.text()),
        "runtime.host" => vm.host = value.external(),
        "runtime.powerState" => vm.config.power = power(value.text()),
        "runtime.connectionState" => vm.config.connection = connection(value.text()),
        "runtime.bootTime" => vm.state.boot_at_ms = time_ms(value.text()),
        "summary.quickStats" => read_quick_stats(&mut vm.state, value),
        "summary.storage" => {
            vm.state.storage_committed_bytes = value.number("committed");
            vm.state.storage_uncommitted_bytes = value.number("uncommitted");
            vm.state.storage_unshared_bytes = value.number("unshared");
        }
        "snapshot" => vm.config.snapshots = snapshot::read_tree(value),
        "datastore" => vm.datastores = value.externals(),
        "network" => vm.networks = value.externals(),
        "guest.net" => vm.guest_adapters = value.items().map(guest_adapter).collect(),
        "guest.ipAddress" => vm.primary_address = text(value),
        "config.hardware" => {
            vm.config.vcpu = value.number("numCPU");
            vm.config.cores_per_socket = value.number("numCoresPerSocket").filter(|cores| *cores > 0);
            vm.config.memory_bytes = value.number("memoryMB").map(|amount| amount.saturating_mul(MIB));
            vm.backings = device::read_devices(&mut vm.config, value);
        }
        _ => read_config(&mut vm.config, path, value),
    }
}

fn read_config(config: &mut VmConfig, path: &str, value: Element<'_>) {
    match path {
        "summary.config.vmPathName" => config.config_path = text(value),
        "config.uuid" => config.bios_uuid = text(value),
        "config.instanceUuid" => config.instance_uuid = text(value),
        "config.template" if flag(value.text()) == Some(true) => config.role = VmRole::Template,
        "config.annotation" => config.annotation = text(value),
        "config.guestFullName" => config.guest_os = text(value),
        "config.version" => config.hardware_version = text(value),
        "config.firmware" => config.firmware = text(value),
        "config.createDate" => config.created_at_ms = time_ms(value.text()),
        "config.managedBy" => config.managed_by = value.string("extensionKey"),
        // Role 1 is the machine itself, 2 its shadow.
        "config.ftInfo" if value.number("role").is_some_and(|role| role > 1) => {
            config.role = VmRole::FaultToleranceSecondary;
        }
        "config.latencySensitivity" => config.latency_sensitivity = value.string("level"),
        "config.cpuAllocation" => config.cpu = allocation(value, 1),
        "config.memoryAllocation" => config.memory = allocation(value, MIB),
        "config.cpuHotAddEnabled" => config.cpu_hot_add = flag(value.text()),
        "config.memoryHotAddEnabled" => config.memory_hot_add = flag(value.text()),
        "guest.guestFullName" => config.guest_os_running = text(value),
        "guest.hostName" => config.guest_host_name = text(value),
        "guest.toolsStatus" => config.tools_state = text(value),
        // 0 means that no tools are installed.
        "guest.toolsVersion" => config.tools_version = text(value).filter(|_| number(value.text()) != Some(0)),
        _ => {}
    }
}

/// `VirtualMachineQuickStats`: memory in MB. `guestMemoryUsage` is recently touched memory, not what the guest uses.
fn read_quick_stats(state: &mut VmState, quick: Element<'_>) {
    let bytes = |name| quick.number(name).map(|amount| amount.saturating_mul(MIB));
    state.cpu_usage_mhz = quick.number("overallCpuUsage");
    state.memory_active_bytes = bytes("guestMemoryUsage");
    state.memory_consumed_bytes = bytes("hostMemoryUsage");
    state.memory_ballooned_bytes = bytes("balloonedMemory");
    state.memory_swapped_bytes = bytes("swappedMemory");
    state.uptime_s = quick.number("uptimeSeconds");
}

fn guest_adapter(nic: Element<'_>) -> GuestAdapter {
    GuestAdapter {
        device: nic.string("deviceConfigId"),
        mac: nic.get("macAddress").map(str::to_ascii_lowercase),
        addresses: nic.all("ipAddress").map(Element::text).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
    }
}

impl Vm {
    /// Joins the guest's addresses with the configured adapters, by device key, else by MAC.
    fn join_guest(&mut self) {
        let mut all: Vec<String> = self.primary_address.take().into_iter().collect();
        for guest in std::mem::take(&mut self.guest_adapters) {
            for address in &guest.addresses {
                if !all.contains(address) {
                    all.push(address.clone());
                }
            }
            let adapters = &mut self.config.adapters;
            let by_key = adapters.iter().position(|adapter| Some(&adapter.key) == guest.device.as_ref());
            let by_mac = || adapters.iter().position(|adapter| guest.mac.is_some() && adapter.mac == guest.mac);
            if let Some(at) = by_key.or_else(by_mac) {
                adapters[at].ip_addresses = guest.addresses;
            }
        }
        self.config.ip_addresses = all;
    }
}

/// A machine's `config.extraConfig`: its moref, if the key that marks vCLS agents is there.
pub fn read_vcls_evidence(object: Object<'_>) -> Option<Moref> {
    let (_, options) = object.properties().find(|(path, _)| *path == "config.extraConfig")?;
    let is_agent = options.items().any(|option| option.get("key").is_some_and(|key| key.starts_with("HDCS.agent")));
    if is_agent { object.moref() } else { None }
}

fn text(value: Element<'_>) -> Option<String> {
    if value.text().is_empty() { None } else { Some(value.text().to_owned()) }
}
