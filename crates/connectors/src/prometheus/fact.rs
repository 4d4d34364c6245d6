//! What is asked about machines, as instant queries over all of them.
//!
//! A fact that is not there now is looked for in the last hour, so that a machine that restarts or misses a scrape keeps what
//! it told. What the answers mean is `evidence`'s.

use super::exporter::Exporter;

/// One kind of fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Fact {
    /// The machine is there: host name, and what else its exporter says of it in the same series.
    System,
    HostName,
    OperatingSystem,
    /// What the firmware says: UUID and serial number.
    Firmware,
    /// Adapters with their MACs.
    Adapter,
    Address,
    Cores,
    MemoryBytes,
    MemoryMegabytes,
    /// Seconds since 1970.
    Boot,
    /// 1 on, 0 off.
    Power,
    /// libvirt's `virDomainState`.
    DomainState,
    /// Whether Prometheus reached the exporter at the last scrape.
    Up,
    /// It is still to be scraped, but has not been reached for an hour.
    Gone,
}

/// A fact, and the query that tells it of all machines of an exporter.
pub(super) struct Question {
    pub(super) exporter: Exporter,
    pub(super) fact: Fact,
    pub(super) promql: String,
}

impl Fact {
    /// Without these it is not known which machines there are.
    pub(super) const fn is_identity(self) -> bool {
        matches!(self, Self::System | Self::Gone)
    }

    /// As issues name it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::System => "the list of machines",
            Self::HostName => "host names",
            Self::OperatingSystem => "operating systems",
            Self::Firmware => "UUIDs",
            Self::Adapter => "network adapters",
            Self::Address => "addresses",
            Self::Cores => "numbers of cores",
            Self::MemoryBytes | Self::MemoryMegabytes => "memory sizes",
            Self::Boot => "boot times",
            Self::Power | Self::DomainState => "power states",
            Self::Up => "the last scrapes' success",
            Self::Gone => "machines that are not reached",
        }
    }

    /// The fields of a machine's configuration that it fills.
    pub(super) const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::System | Self::HostName => &["guest_host_name"],
            Self::OperatingSystem => &["guest_os_running"],
            Self::Firmware => &["bios_uuid"],
            Self::Adapter => &["adapters"],
            Self::Address => &["ip_addresses"],
            Self::Cores => &["vcpu"],
            Self::MemoryBytes | Self::MemoryMegabytes => &["memory_bytes"],
            Self::Power | Self::DomainState | Self::Up => &["power"],
            Self::Boot | Self::Gone => &[],
        }
    }
}

/// Interfaces of a Linux machine that are not its own: bridges, tunnels, taps, and what adds others up.
pub(super) const LINUX_ADAPTERS: &str = r#"device!~"lo|veth.*|docker.*|br-.*|br[0-9]+|cni.*|flannel.*|cali.*|cilium.*|lxc.*|virbr.*|vnet.*|vmnet.*|tap.*|tun.*|wg.*|ifb.*|bond.*|team.*|dummy.*|ovs.*|vxlan.*|kube-.*|nodelocaldns|.+\\.[0-9]+""#;

/// The same of Windows; older exporters write `_` for what is no letter.
pub(super) const WINDOWS_ADAPTERS: &str =
    r#"nic!~"(?i).*(isatap|teredo|6to4|loopback|multiplexor|hyper.v.virtual.ethernet|wan.miniport|npcap).*""#;

/// All questions, those about identity first.
pub(super) fn questions() -> Vec<Question> {
    let mut all: Vec<Question> = Exporter::ALL.into_iter().flat_map(of).collect();
    all.sort_by_key(|question| !question.fact.is_identity());
    all
}

/// Those alone that tell which machines there are.
pub(super) fn identity_questions() -> Vec<Question> {
    let mut all = questions();
    all.retain(|question| question.fact.is_identity());
    all
}

fn of(exporter: Exporter) -> Vec<Question> {
    let by = exporter.by();
    // Replicas and federation add labels of their own; `group` and `max` leave them out.
    let labelled = |metric: &str, labels: &str| format!("group by ({by},{labels}) ({})", recent(metric, &by));
    let valued = |metric: &str| format!("max by ({by}) ({})", recent(metric, &by));
    let facts = match exporter {
        Exporter::Node => vec![
            (Fact::System, labelled("node_uname_info", "nodename,sysname,release")),
            (Fact::Gone, gone("node_uname_info", "nodename,sysname")),
            (Fact::OperatingSystem, labelled("node_os_info", "pretty_name")),
            (Fact::Firmware, labelled("node_dmi_info", "product_uuid,product_serial")),
            (Fact::Adapter, labelled(&format!("node_network_info{{{LINUX_ADAPTERS}}}"), "device,address")),
            (Fact::Address, labelled(&format!("node_network_address_info{{{LINUX_ADAPTERS}}}"), "device,address")),
            (Fact::Cores, cores("node_cpu_seconds_total", "cpu", &by)),
            (Fact::MemoryBytes, valued("node_memory_MemTotal_bytes")),
            (Fact::Boot, valued("node_boot_time_seconds")),
            (Fact::Up, up("node_uname_info")),
        ],
        Exporter::Windows => vec![
            (Fact::System, labelled("windows_os_info", "product,version,build_number")),
            (Fact::Gone, gone("windows_os_info", "product")),
            (Fact::HostName, either(labelled, "windows_os_hostname", "windows_cs_hostname", "hostname,fqdn")),
            (Fact::Adapter, labelled(&format!("windows_net_nic_info{{{WINDOWS_ADAPTERS}}}"), "nic,mac")),
            (Fact::Address, labelled(&format!("windows_net_nic_address_info{{{WINDOWS_ADAPTERS}}}"), "nic,address")),
            (Fact::Cores, cores("windows_cpu_time_total", "core", &by)),
            (
                Fact::MemoryBytes,
                format!(
                    "{} or {}",
                    valued("windows_memory_physical_total_bytes"),
                    valued("windows_cs_physical_memory_bytes")
                ),
            ),
            (
                Fact::Boot,
                format!(
                    "{} or {}",
                    valued("windows_system_boot_time_timestamp"),
                    valued("windows_system_boot_time_timestamp_seconds")
                ),
            ),
            (Fact::Up, up("windows_os_info")),
        ],
        Exporter::Vmware => vec![
            (Fact::System, labelled("vmware_vm_power_state", "host_name")),
            (Fact::Power, valued("vmware_vm_power_state")),
            (Fact::Cores, valued("vmware_vm_num_cpu")),
            (Fact::MemoryMegabytes, valued("vmware_vm_memory_max")),
            (Fact::Boot, valued("vmware_vm_boot_timestamp_seconds")),
        ],
        Exporter::Libvirt => vec![
            (
                Fact::System,
                format!(
                    "group by ({by},uuid) ({}) or on ({by}) group by ({by}) ({})",
                    recent("libvirt_domain_info_meta", &by),
                    recent("libvirt_domain_info_virtual_cpus", &by)
                ),
            ),
            (
                Fact::DomainState,
                format!("{} or {}", valued("libvirt_domain_info_vstate"), valued("libvirt_domain_state_code")),
            ),
            (Fact::Cores, valued("libvirt_domain_info_virtual_cpus")),
            (Fact::MemoryBytes, valued("libvirt_domain_info_maximum_memory_bytes")),
        ],
    };
    facts.into_iter().map(|(fact, promql)| Question { exporter, fact, promql }).collect()
}

/// The series now, and where there are none of a machine, its last ones of an hour.
fn recent(selector: &str, by: &str) -> String {
    format!("{selector} or on ({by}) last_over_time({selector}[1h])")
}

fn either(query: impl Fn(&str, &str) -> String, metric: &str, older: &str, labels: &str) -> String {
    format!("{} or {}", query(metric, labels), query(older, labels))
}

fn cores(counter: &str, core: &str, by: &str) -> String {
    let idle = format!(r#"{counter}{{mode="idle"}}"#);
    format!("count by ({by}) (count by ({by},{core}) ({}))", recent(&idle, by))
}

/// Only of machines: a cluster of containers has ten times as many targets.
fn up(metric: &str) -> String {
    format!("max by (job,instance) (up) and on (job,instance) last_over_time({metric}[1h])")
}

/// Steps of an hour keep a week cheap. The target must still be there: what is no longer to be scraped is gone for good.
fn gone(metric: &str, labels: &str) -> String {
    format!(
        "group by (job,instance,{labels}) (last_over_time({metric}[7d:1h]) unless on (job,instance) last_over_time({metric}[1h])) and on (job,instance) (max by (job,instance) (up) == 0)"
    )
}
