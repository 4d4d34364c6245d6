//! The built-in rules: keys of the templates for Linux, Windows and VMware that Zabbix 5.0 to 7.x comes with, best first.

use model::metric::Metric::{
    self, CpuDemand, CpuReady, CpuUsage, DiskLatency, DiskRead, DiskWrite, FilesystemUsage, MemoryActive,
    MemoryBallooned, MemoryConsumed, MemorySwapIn, MemorySwapped, MemoryUsed, NetworkReceive, NetworkTransmit,
    StorageCapacity, StorageUsed,
};

use super::{
    Measures::{
        self, Complement, CpuCount, MemoryAvailable, MemoryAvailableShare, MemoryTotal, MemoryUsedShare, ReadyTime,
        Value,
    },
    Rule,
};
use crate::zabbix::key::Key;

/// Bytes of a sector and of a page, where items count those.
const SECTOR: f64 = 512.0;
const PAGE: f64 = 4_096.0;

const RULES: [(&str, Option<Metric>, Measures); 48] = [
    // Idle time says it for all kinds of use; the plain key is the templates' own calculation, but user time alone where
    // somebody asks a Linux agent for it.
    ("system.cpu.util[,idle]", Some(CpuUsage), Complement),
    ("system.cpu.util[all,idle]", Some(CpuUsage), Complement),
    ("system.cpu.util[,idle,avg1]", Some(CpuUsage), Complement),
    ("system.cpu.util[all,idle,avg1]", Some(CpuUsage), Complement),
    ("system.cpu.util", Some(CpuUsage), Value(1.0)),
    ("system.cpu.util[,total]", Some(CpuUsage), Value(1.0)),
    ("perf_counter*[\\Processor*(_Total)\\% Processor Time,*]", Some(CpuUsage), Value(1.0)),
    ("vmware.vm.cpu.usage.perf[*,*]", Some(CpuUsage), Value(1.0)),
    ("vmware.vm.cpu.usage[*,*]", Some(CpuDemand), Value(1.0)),
    ("vmware.vm.cpu.readiness[*,*]", Some(CpuReady), Value(1.0)),
    ("vmware.vm.cpu.ready[*,*]", Some(CpuReady), ReadyTime),
    ("vmware.vm.cpu.num[*,*]", None, CpuCount),
    // What a guest has in use is its total less what is available: `used` on Linux counts caches.
    ("vm.memory.size[available]", Some(MemoryUsed), MemoryAvailable),
    ("vm.memory.utilization", Some(MemoryUsed), MemoryUsedShare),
    ("vm.memory.util", Some(MemoryUsed), MemoryUsedShare),
    ("vm.memory.size[pavailable]", Some(MemoryUsed), MemoryAvailableShare),
    ("vm.memory.size[pused]", Some(MemoryUsed), MemoryUsedShare),
    ("vm.memory.size[used]", Some(MemoryUsed), Value(1.0)),
    ("vm.memory.size[total]", None, MemoryTotal),
    ("vm.memory.size", None, MemoryTotal),
    ("vmware.vm.memory.size.consumed[*,*]", Some(MemoryConsumed), Value(1.0)),
    ("vmware.vm.memory.size.usage.host[*,*]", Some(MemoryConsumed), Value(1.0)),
    // vSphere's guestMemoryUsage is active memory.
    ("vmware.vm.memory.size.usage.guest[*,*]", Some(MemoryActive), Value(1.0)),
    ("vmware.vm.memory.size.ballooned[*,*]", Some(MemoryBallooned), Value(1.0)),
    ("vmware.vm.memory.size.swapped[*,*]", Some(MemorySwapped), Value(1.0)),
    ("system.swap.in[*,sectors]", Some(MemorySwapIn), Value(SECTOR)),
    ("system.swap.in[*,pages]", Some(MemorySwapIn), Value(PAGE)),
    ("system.swap.in[*]", Some(MemorySwapIn), Value(PAGE)),
    ("vfs.dev.read[*,sps]", Some(DiskRead), Value(SECTOR)),
    ("vfs.dev.read[*,sps,*]", Some(DiskRead), Value(SECTOR)),
    ("vfs.dev.write[*,sps]", Some(DiskWrite), Value(SECTOR)),
    ("vfs.dev.write[*,sps,*]", Some(DiskWrite), Value(SECTOR)),
    ("perf_counter*[\\PhysicalDisk(_Total)\\Disk Read Bytes/sec,*]", Some(DiskRead), Value(1.0)),
    ("perf_counter*[\\PhysicalDisk(_Total)\\Disk Write Bytes/sec,*]", Some(DiskWrite), Value(1.0)),
    ("vmware.vm.vfs.dev.read[*,*,*,bps]", Some(DiskRead), Value(1.0)),
    ("vmware.vm.vfs.dev.write[*,*,*,bps]", Some(DiskWrite), Value(1.0)),
    ("vmware.vm.storage.totalreadlatency[*,*,*]", Some(DiskLatency), Value(1.0)),
    ("vmware.vm.storage.totalwritelatency[*,*,*]", Some(DiskLatency), Value(1.0)),
    ("net.if.in[*]", Some(NetworkReceive), Value(1.0)),
    ("net.if.out[*]", Some(NetworkTransmit), Value(1.0)),
    ("vmware.vm.net.if.in[*,*,*,bps]", Some(NetworkReceive), Value(1.0)),
    ("vmware.vm.net.if.out[*,*,*,bps]", Some(NetworkTransmit), Value(1.0)),
    // `vfs.fs.size` until 6.0, `vfs.fs.dependent.size` after, `vmware.vm.vfs.fs.size` for guests without an agent.
    ("vfs.fs.*size[*,pused]", Some(FilesystemUsage), Value(1.0)),
    ("vfs.fs.*size[*,used]", Some(StorageUsed), Value(1.0)),
    ("vfs.fs.*size[*,total]", Some(StorageCapacity), Value(1.0)),
    ("vmware.vm.vfs.fs.size[*,*,*,pfree]", Some(FilesystemUsage), Complement),
    ("vmware.vm.vfs.fs.size[*,*,*,used]", Some(StorageUsed), Value(1.0)),
    ("vmware.vm.vfs.fs.size[*,*,*,total]", Some(StorageCapacity), Value(1.0)),
];

pub(super) fn rules() -> impl Iterator<Item = Rule> {
    RULES
        .into_iter()
        .filter_map(|(pattern, metric, measures)| Some(Rule { pattern: Key::parse(pattern)?, metric, measures }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_key() {
        assert_eq!(rules().count(), RULES.len());
    }
}
