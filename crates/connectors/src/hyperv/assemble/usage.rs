//! What hosts have used so far, as readings: counters found by name are given to the machines, hosts and volumes that they
//! are of. What two readings say is `performance`'s.

mod names;

use std::collections::BTreeMap;

use model::{
    failure::Failure,
    inventory::ObjectKind,
    metric::Metric,
    run::{RunIssue, Severity},
    sample::Subject,
};

use super::{HostRead, Owner, Site, Unread, clusters::Clusters, first_failure, machines, sites, storage, tell_damage};
use crate::hyperv::{
    issues::Issues,
    performance::{Object, Reading, Value},
    report::{Access, Clocked, Device, Instance},
};
use names::Names;

/// Clocks that are nearer than this are the same.
const TOLERATED_SKEW_MS: i64 = 60_000;

/// A reading of each host, and of each cluster for its shared volumes. `Err` if no host could be read.
pub(in crate::hyperv) fn readings(
    reads: &[HostRead],
    unread: &[Unread],
) -> Result<(BTreeMap<String, Reading>, Vec<RunIssue>), Failure> {
    let clusters = Clusters::of(reads);
    let mut unread = unread.to_vec();
    let mut issues = Issues::default();
    let sites = sites(reads, &clusters, &mut unread, &mut issues);
    if sites.is_empty() {
        return Err(first_failure(unread));
    }
    for lost in &unread {
        issues.unmeasured(&lost.asked, lost.host.clone(), &lost.failure);
    }
    let mut readings = BTreeMap::new();
    for site in &sites {
        tell_gaps(site, &mut issues);
        let at_ms = moment(site, &mut issues);
        let mut objects = machines_of(site);
        objects.extend(host(site));
        objects.extend(volumes(storage::fills(site)));
        readings.insert(site.host.clone(), Reading { at_ms, objects });
        if let Owner::Cluster(cluster) = &site.owner
            && site.report.shared_volumes.is_whole()
        {
            // Every node tells of all shared volumes: the first that could is believed.
            let shared = || Reading { at_ms, objects: volumes(storage::shared_fills(site)).collect() };
            readings.entry(cluster.clone()).or_insert_with(shared);
        }
    }
    Ok((readings, issues.finish()))
}

/// When the counters were read, by this machine's clock.
fn moment(site: &Site<'_>, issues: &mut Issues) -> i64 {
    let told = site.report.host.read.as_ref().and_then(|host| host.now_ms);
    let Some(told_ms) = told else { return site.answered_ms };
    let skew_ms = told_ms.saturating_sub(site.answered_ms);
    if skew_ms.saturating_abs() <= TOLERATED_SKEW_MS {
        return told_ms;
    }
    let minutes = skew_ms.unsigned_abs().div_ceil(60_000);
    let direction = if skew_ms > 0 { "ahead of" } else { "behind" };
    issues.kind(
        Severity::Note,
        ObjectKind::Host,
        format!(
            "the clock of {} is about {minutes} min {direction} this machine's, or its answer took so long; its times were corrected by that",
            site.host
        ),
        "Let both take their time from the same NTP server.",
    );
    site.answered_ms
}

fn tell_gaps(site: &Site<'_>, issues: &mut Issues) {
    let usage = &site.report.usage;
    tell_damage(site, issues);
    let sees = site.report.access.read.as_ref().is_some_and(Access::sees_machines);
    if usage.instances.read.as_ref().is_some_and(Vec::is_empty) && !sees {
        issues.no_rights(&site.host);
    }
    // One reason for all of them, mostly.
    let counters = [
        usage.logical_processors.error.as_deref(),
        usage.virtual_processors.error.as_deref(),
        usage.dynamic_memory.error.as_deref(),
        usage.partitions.error.as_deref(),
        usage.network_devices.error.as_deref(),
        usage.storage_devices.error.as_deref(),
    ];
    if let Some(reason) = counters.into_iter().flatten().next() {
        issues.section(ObjectKind::Host, Severity::Warning, "performance counters", &site.host, reason);
    }
    for (what, error) in [("virtual machines", &usage.instances.error), ("virtual disks", &usage.disk_files.error)] {
        if let Some(reason) = error {
            issues.section(ObjectKind::Vm, Severity::Warning, what, &site.host, reason);
        }
    }
    if let Some(reason) = site.report.shared_volumes.error.as_deref() {
        let what = "Cluster Shared Volumes";
        issues.section(ObjectKind::Datastore, Severity::Warning, what, &site.host, reason);
    }
}

/// MHz of one logical processor's share of the host.
fn logical_mhz(site: &Site<'_>) -> Option<f64> {
    let hardware = site.report.hardware.read.as_ref()?;
    let threads = hardware.threads.filter(|threads| *threads > 0)?;
    Some(hardware.cpu_mhz? as f64 * hardware.cores? as f64 / threads as f64)
}

fn host(site: &Site<'_>) -> Option<Object> {
    let mut values = BTreeMap::new();
    let processors = site.report.usage.logical_processors.read.as_ref();
    if let Some((amount, per, parts)) = processors.and_then(|all| Some((all.run?, all.base?, all.count?)))
        && parts > 0
    {
        values.insert(Metric::CpuUsage, Value::Growth { amount, per, parts, scale: 100.0 / parts as f64 });
        if let Some(scale) = logical_mhz(site) {
            values.insert(Metric::CpuDemand, Value::Growth { amount, per, parts, scale });
        }
    }
    let all = site.report.hardware.read.as_ref().and_then(|hardware| hardware.memory_bytes);
    let free = site.report.host.read.as_ref().and_then(|host| host.memory_available_bytes);
    if let Some((all, free)) = all.zip(free) {
        values.insert(Metric::MemoryConsumed, Value::Level((all - free).max(0) as f64));
    }
    let subject = Subject { kind: ObjectKind::Host, external_id: site.id() };
    (!values.is_empty()).then_some(Object { subject, incarnation: None, values })
}

fn volumes(fills: Vec<storage::Fill>) -> impl Iterator<Item = Object> {
    fills.into_iter().map(|fill| Object {
        subject: Subject { kind: ObjectKind::Datastore, external_id: fill.id },
        incarnation: None,
        values: BTreeMap::from([
            (Metric::StorageCapacity, Value::Level(fill.size_bytes as f64)),
            (Metric::StorageUsed, Value::Level((fill.size_bytes - fill.free_bytes).max(0) as f64)),
        ]),
    })
}

/// Machines that run: what is off uses nothing, and an interval of nothing would look like an idle machine.
fn machines_of(site: &Site<'_>) -> Vec<Object> {
    let names = Names::of(&site.report.usage);
    let running = site.report.usage.instances.rows().iter().filter(|instance| instance.is_running());
    running.filter_map(|instance| machine(site, &names, instance)).collect()
}

fn machine(site: &Site<'_>, names: &Names<'_>, instance: &Instance) -> Option<Object> {
    let guid = instance.id.as_deref()?.to_lowercase();
    let mut values = BTreeMap::new();
    if let Some(processors) = names.processors(instance) {
        if let Some((amount, per, parts)) = processors.run.zip(processors.base).zip(processors.count).map(flat)
            && parts > 0
        {
            values.insert(Metric::CpuUsage, Value::Growth { amount, per, parts, scale: 100.0 / parts as f64 });
            if let Some(scale) = logical_mhz(site) {
                values.insert(Metric::CpuDemand, Value::Growth { amount, per, parts, scale });
            }
        }
        if let Some((amount, per, parts)) =
            processors.wait_ns.zip(processors.dispatches).zip(processors.count).map(flat)
        {
            values.insert(Metric::CpuWait, Value::Growth { amount, per, parts, scale: 1.0 });
        }
    }
    if let Some(assigned) = names.assigned_bytes(instance) {
        values.insert(Metric::MemoryGranted, Value::Level(assigned as f64));
    }
    // Without integration services the pressure is zero, which no guest has.
    let balanced = names.balanced(instance);
    if let Some(pressure) = balanced.and_then(|memory| memory.pressure_percent).filter(|percent| *percent > 0) {
        values.insert(Metric::MemoryPressure, Value::Level(pressure as f64));
        if let Some(assigned) = balanced.and_then(|memory| memory.assigned_bytes).filter(|bytes| *bytes > 0) {
            values.insert(Metric::MemoryDemand, Value::Level(assigned as f64 * pressure as f64 / 100.0));
        }
    }
    let usage = &site.report.usage;
    let disks = traffic(usage.storage_devices.read.as_ref(), names.disks(&guid));
    let adapters = traffic(usage.network_devices.read.as_ref(), names.adapters(&guid));
    values.extend(pair([Metric::DiskRead, Metric::DiskWrite], disks));
    values.extend(pair([Metric::NetworkReceive, Metric::NetworkTransmit], adapters));
    let external_id = machines::external_id(&guid, instance.is_copy(), &site.owner);
    let subject = Subject { kind: ObjectKind::Vm, external_id };
    (!values.is_empty()).then_some(Object { subject, incarnation: instance.process, values })
}

fn flat(((amount, per), parts): ((i64, i64), i64)) -> (i64, i64, i64) {
    (amount, per, parts)
}

/// Bytes inwards and outwards of all devices together, for each millisecond of their clock.
fn traffic(clocked: Option<&Clocked>, devices: &[&Device]) -> Option<[Value; 2]> {
    let per = clocked?.clock_ms()?;
    let parts = i64::try_from(devices.len()).ok().filter(|count| *count > 0)?;
    let sum = |bytes: fn(&Device) -> Option<i64>| -> Option<Value> {
        let amount = devices.iter().try_fold(0_i64, |sum, device| sum.checked_add(bytes(device)?))?;
        // Milliseconds of the clock, bytes per second of the metric.
        Some(Value::Growth { amount, per, parts, scale: 1_000.0 })
    };
    Some([sum(|device| device.inwards)?, sum(|device| device.outwards)?])
}

fn pair(metrics: [Metric; 2], values: Option<[Value; 2]>) -> impl Iterator<Item = (Metric, Value)> {
    values.into_iter().flat_map(move |values| metrics.into_iter().zip(values))
}
