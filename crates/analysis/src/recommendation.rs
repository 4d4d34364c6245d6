//! What should be done about a machine: the judgements of its size and profile, and what its configuration tells.
//!
//! Hosts, clusters and datastores are judged elsewhere, and so is what people have decided about a recommendation.

mod configuration;

use model::{
    format,
    inventory::{Vm, VmRole},
    profile::{Class, Profile, Tag},
    recommendation::{Kind, Recommendation, Saving},
    rightsizing::{Evidence, Judgement, Level, Policy, Rightsizing, Size},
};

use crate::{
    profile::{Facts, OFF_WARNING_DAYS},
    usage::DAY_MS,
};

/// A machine, and what has been judged of it.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    pub vm: &'a Vm,
    pub facts: &'a Facts,
    pub sized: &'a Rightsizing,
    pub profile: &'a Profile,
}

/// Everything that should be done about a machine, the gravest first; nothing of one that is no workload.
pub fn recommendations(judged: &Judged, now_ms: i64) -> Vec<Recommendation> {
    let vm = judged.vm;
    if vm.config.role != VmRole::Ordinary || vm.config.managed_by.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    match judged.profile.class {
        Class::Orphaned => found.push(orphaned(judged)),
        Class::Idle => found.push(idle(judged)),
        _ => found.extend(resize(judged)),
    }
    found.extend(powered_off(judged, now_ms));
    found.extend(contended(judged));
    found.extend(configuration::snapshots(vm, now_ms));
    found.extend(configuration::settings(vm));
    found
}

/// A recommendation that rests on what is configured: there is nothing to doubt in it.
fn plain(kind: Kind, rule: String) -> Recommendation {
    Recommendation {
        kind,
        part: None,
        target: None,
        saving: Saving::default(),
        confidence: Level::High,
        risk: Level::Low,
        rule,
        risks: Vec::new(),
        evidence: None,
        back_test: None,
    }
}

/// Everything that a machine has: what is free when it is gone.
fn all_of(vm: &Vm, is_on: bool) -> Saving {
    Saving {
        vcpu: vm.config.vcpu.unwrap_or(0),
        memory_bytes: vm.config.memory_bytes.unwrap_or(0),
        physical_memory_bytes: if is_on { vm.state.memory_consumed_bytes } else { Some(0) },
        storage_bytes: vm.state.storage_unshared_bytes.or(vm.state.storage_committed_bytes),
    }
}

fn orphaned(judged: &Judged) -> Recommendation {
    let rule = format!("{}: {}", judged.vm.name, judged.profile.because);
    Recommendation { saving: all_of(judged.vm, false), risk: Level::Medium, ..plain(Kind::Orphaned, rule) }
}

fn idle(judged: &Judged) -> Recommendation {
    Recommendation {
        saving: all_of(judged.vm, true),
        confidence: judged.sized.confidence,
        risk: Level::Medium,
        risks: vec!["a machine that does nothing for a fortnight may be there for a quarter's end".to_owned()],
        evidence: judged.sized.evidence,
        ..plain(Kind::Idle, judged.profile.because.clone())
    }
}

fn powered_off(judged: &Judged, now_ms: i64) -> Option<Recommendation> {
    let days = now_ms.saturating_sub(judged.facts.off_since_ms?) / DAY_MS;
    if days < OFF_WARNING_DAYS {
        return None;
    }
    let risk = if judged.profile.class == Class::PoweredOff { Level::Low } else { Level::Medium };
    let rule = format!("off for {days} days; {OFF_WARNING_DAYS} are worth a look");
    // What is off takes neither CPU nor memory: its disks are what it costs.
    let saving = Saving { vcpu: 0, memory_bytes: 0, ..all_of(judged.vm, false) };
    Some(Recommendation { saving, risk, ..plain(Kind::PoweredOff, rule) })
}

fn resize(judged: &Judged) -> Option<Recommendation> {
    let sized = judged.sized;
    let (vcpu, memory_bytes) = (judged.vm.config.vcpu?, judged.vm.config.memory_bytes?);
    let target =
        Size { vcpu: sized.cpu.target().unwrap_or(vcpu), memory_bytes: sized.memory.target().unwrap_or(memory_bytes) };
    let is_short =
        [&sized.cpu, &sized.memory].into_iter().any(|judgement| matches!(judgement, Judgement::Undersized { .. }));
    if target == (Size { vcpu, memory_bytes }) {
        return None;
    }
    let kind = if is_short { Kind::Undersized } else { Kind::Oversized };
    let freed = memory_bytes - target.memory_bytes;
    let physical =
        judged.vm.state.memory_consumed_bytes.map(|consumed| (consumed - target.memory_bytes).clamp(0, freed.max(0)));
    Some(Recommendation {
        target: Some(target),
        saving: Saving {
            vcpu: vcpu - target.vcpu,
            memory_bytes: freed,
            physical_memory_bytes: physical,
            storage_bytes: None,
        },
        confidence: sized.confidence,
        risk: sized.risk,
        risks: sized.risks.clone(),
        evidence: sized.evidence,
        back_test: sized.back_test,
        ..plain(kind, resize_words(sized, vcpu, memory_bytes))
    })
}

/// `balanced: CPU: p99.5 of 0.42 vCPU may fill 80 %, so 0.53 of 4 vCPU are needed and 2 are advised`.
fn resize_words(sized: &Rightsizing, vcpu: i64, memory_bytes: i64) -> String {
    let policy = match sized.policy {
        Policy::Preset(preset) => preset.label(),
        Policy::Custom(_) => "Custom",
    };
    let mut words = Vec::new();
    if let (Some(target), Judgement::Oversized { need, .. } | Judgement::Undersized { need, .. }) =
        (sized.cpu.target(), &sized.cpu)
    {
        words.push(format!(
            "CPU: {}, so {:.2} of {vcpu} vCPU are needed and {target} are advised",
            need.because, need.amount
        ));
    }
    if let (Some(target), Judgement::Oversized { need, .. } | Judgement::Undersized { need, .. }) =
        (sized.memory.target(), &sized.memory)
    {
        let (needed, target) = (format::bytes(need.amount as i64), format::bytes(target));
        words.push(format!(
            "memory: {}, so {needed} of {} are needed and {target} are advised",
            need.because,
            format::bytes(memory_bytes)
        ));
    }
    format!("{policy}: {}", words.join("; "))
}

fn contended(judged: &Judged) -> Option<Recommendation> {
    let tagged = judged.profile.tags.iter().find(|tagged| tagged.tag == Tag::Contended)?;
    let rule = format!(
        "{}: relieve its host, or raise the limit of the machine or its pool; more vCPUs would wait longer",
        tagged.because
    );
    let evidence: Option<Evidence> = judged.sized.evidence;
    Some(Recommendation { evidence, confidence: judged.sized.confidence, ..plain(Kind::Contended, rule) })
}

#[cfg(test)]
mod tests;
