//! What hosts did not say: what is missing from their answers, and what that means for what is kept.

use model::{inventory::ObjectKind, run::Severity};

use super::{Assembly, Owner, Site};
use crate::hyperv::issues::Issues;

/// Tells what has happened to an answer on its way.
pub(super) fn tell_damage(site: &Site<'_>, issues: &mut Issues) {
    if !site.report.is_whole {
        let message = format!("the answer of {} was cut off or damaged: what arrived is used", site.host);
        let advice = "Sync again. If it stays, the host restarts or runs out of memory while it answers.";
        issues.kind(Severity::Error, ObjectKind::Vm, message, advice);
    }
    if site.report.has_foreign_text {
        let message = format!("some letters in the answer of {} could not be read", site.host);
        let advice = "Something between IROA and the host changes its text; names may look wrong.";
        issues.kind(Severity::Warning, ObjectKind::Vm, message, advice);
    }
}

/// Tells what a host did not say, and which kinds cannot be complete without it.
pub(super) fn tell_gaps(site: &Site<'_>, assembly: &mut Assembly) {
    use ObjectKind::{Cluster, Datastore, Host, Network, Vm};
    let report = site.report;
    tell_damage(site, &mut assembly.issues);
    if !report.is_whole {
        assembly.incomplete.extend([Vm, Datastore, Network]);
    }
    let member = matches!(site.owner, Owner::Cluster(_));
    let volumes = if report.volumes.is_whole() { "the account is shown none" } else { report.volumes.reason() };
    let gaps = [
        (report.machines.is_whole(), report.machines.reason(), Vm, "virtual machines", &[Vm][..]),
        (report.switches.is_whole(), report.switches.reason(), Network, "virtual switches", &[Network]),
        (report.has_volumes(), volumes, Datastore, "volumes", &[Datastore]),
        (report.disks.is_whole(), report.disks.reason(), Vm, "virtual disks", &[Datastore]),
        (report.images.is_whole(), report.images.reason(), Vm, "sizes of virtual disks", &[]),
        (report.adapters.is_whole(), report.adapters.reason(), Vm, "network adapters of machines", &[]),
        (report.checkpoints.is_whole(), report.checkpoints.reason(), Vm, "checkpoints", &[]),
        (report.replication.is_whole(), report.replication.reason(), Vm, "replication relationships", &[]),
        (report.services.is_whole(), report.services.reason(), Vm, "integration services", &[]),
        (report.guests.is_whole(), report.guests.reason(), Vm, "facts of guests", &[]),
        (report.settings.is_whole(), report.settings.reason(), Vm, "settings of machines", &[]),
        (report.security.is_whole(), report.security.reason(), Vm, "security settings of machines", &[]),
        (report.hardware.is_whole(), report.hardware.reason(), Host, "hardware facts", &[]),
        (report.hypervisor.is_whole(), report.hypervisor.reason(), Host, "settings of the hypervisor", &[]),
        (report.nics.is_whole(), report.nics.reason(), Host, "physical network adapters", &[]),
        (report.counters.is_whole(), report.counters.reason(), Host, "performance counters", &[]),
        (!member || report.cluster.is_whole(), report.cluster.reason(), Cluster, "failover clusters", &[]),
    ];
    for (is_whole, reason, kind, what, concerned) in gaps {
        if !is_whole {
            // A kind that is not complete is an error; a gap in its objects is a warning.
            let severity = if concerned.is_empty() { Severity::Warning } else { Severity::Error };
            assembly.issues.section(kind, severity, what, &site.host, reason);
            assembly.incomplete.extend(concerned);
        }
    }
}
