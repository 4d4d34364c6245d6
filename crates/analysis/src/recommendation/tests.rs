use model::{
    ids::ExternalId,
    inventory::{Snapshot, VmConfig, VmState},
    profile::Tagged,
    rightsizing::{Missing, Need},
};

use super::*;

const NOW_MS: i64 = 1_767_571_200_000;
const GIB: i64 = 1 << 30;

fn machine() -> Vm {
    let config = VmConfig { vcpu: Some(8), memory_bytes: Some(16 * GIB), ..VmConfig::default() };
    let state =
        VmState { memory_consumed_bytes: Some(12 * GIB), storage_unshared_bytes: Some(50 * GIB), ..VmState::default() };
    Vm::unplaced(ExternalId("vm-1".to_owned()), "web".to_owned(), config, state)
}

fn need(amount: f64) -> Need {
    Need { amount, because: "p99.5 of 1.60 vCPU may fill 80 %".to_owned() }
}

fn sized(cpu: Judgement, memory: Judgement) -> Rightsizing {
    let policy = Policy::default();
    let (confidence, risk) = (Level::High, Level::Low);
    Rightsizing { policy, cpu, memory, confidence, risk, risks: Vec::new(), evidence: None, back_test: None }
}

fn nothing() -> Rightsizing {
    sized(Judgement::Insufficient(Missing::Measurements), Judgement::Insufficient(Missing::GuestMemory))
}

fn of_class(class: Class, tags: Vec<Tagged>) -> Profile {
    Profile { class, because: "because".to_owned(), tags, periods: Vec::new(), is_preliminary: false }
}

fn asked(vm: &Vm, facts: &Facts, sized: &Rightsizing, profile: &Profile) -> Vec<Recommendation> {
    recommendations(&Judged { vm, facts, sized, profile }, NOW_MS)
}

fn kinds(found: &[Recommendation]) -> Vec<Kind> {
    found.iter().map(|found| found.kind).collect()
}

#[test]
fn a_smaller_size_saves_what_is_allocated_and_what_is_really_used_apart() {
    let judged = sized(
        Judgement::Oversized { need: need(2.0), target: 4 },
        Judgement::Oversized { need: need(8.0 * GIB as f64), target: 8 * GIB },
    );
    let found = asked(&machine(), &Facts::default(), &judged, &of_class(Class::Oversized, Vec::new()));
    assert_eq!(kinds(&found), [Kind::Oversized]);
    assert_eq!(found[0].target, Some(Size { vcpu: 4, memory_bytes: 8 * GIB }));
    let Saving { vcpu, memory_bytes, physical_memory_bytes, .. } = found[0].saving;
    assert_eq!((vcpu, memory_bytes, physical_memory_bytes), (4, 8 * GIB, Some(4 * GIB)));
    let words = "Balanced: CPU: p99.5 of 1.60 vCPU may fill 80 %, so 2.00 of 8 vCPU are needed and 4 are advised";
    assert!(found[0].rule.starts_with(words), "{}", found[0].rule);
}

#[test]
fn what_is_off_costs_its_disks_alone() {
    let off = |days: i64| Facts { off_since_ms: Some(NOW_MS - days * DAY_MS), ..Facts::default() };
    let profile = of_class(Class::InsufficientData, Vec::new());
    assert!(asked(&machine(), &off(6), &nothing(), &profile).is_empty());
    let found = asked(&machine(), &off(8), &nothing(), &profile);
    assert_eq!(kinds(&found), [Kind::PoweredOff]);
    let Saving { vcpu, memory_bytes, storage_bytes, .. } = found[0].saving;
    assert_eq!((vcpu, memory_bytes, storage_bytes), (0, 0, Some(50 * GIB)));
}

#[test]
fn a_days_snapshot_is_a_backups_and_a_weeks_is_forgotten() {
    let snapshot = |key: &str, hours: i64, gib: i64| Snapshot {
        key: key.to_owned(),
        parent: None,
        name: key.to_owned(),
        description: None,
        created_at_ms: Some(NOW_MS - hours * 3_600_000),
        size_bytes: Some(gib * GIB),
        is_current: false,
        quiesced: None,
    };
    let mut vm = machine();
    vm.config.snapshots =
        vec![snapshot("backup", 20, 500), snapshot("large", 30, 40), snapshot("small", 30, 1), snapshot("old", 170, 1)];
    let found = asked(&vm, &Facts::default(), &nothing(), &of_class(Class::Balanced, Vec::new()));
    assert_eq!(kinds(&found), [Kind::LargeSnapshot, Kind::OldSnapshot]);
    assert_eq!(found[0].saving.storage_bytes, Some(40 * GIB));
    assert_eq!(found[1].rule, "the snapshot old of 1.0 GB is 7 days old".replace("1.0 GB", &format::bytes(GIB)));
}

#[test]
fn limits_and_missing_tools_are_told() {
    let mut vm = machine();
    vm.config.cpu.limit = Some(2_000);
    vm.config.memory.limit = Some(8 * GIB);
    vm.config.tools_state = Some("toolsNotInstalled".to_owned());
    vm.config.power = model::inventory::PowerState::On;
    let tags = vec![Tagged { tag: Tag::Contended, because: "p95 of ready is 12.0 %, of co-stop unknown".to_owned() }];
    let found = asked(&vm, &Facts::default(), &nothing(), &of_class(Class::Balanced, tags));
    assert_eq!(kinds(&found), [Kind::Contended, Kind::LimitSet, Kind::LimitSet, Kind::ToolsMissing]);
    vm.config.memory.limit = Some(16 * GIB);
    vm.config.cpu.limit = Some(-1);
    let found = asked(&vm, &Facts::default(), &nothing(), &of_class(Class::Balanced, Vec::new()));
    assert_eq!(kinds(&found), [Kind::ToolsMissing]);
}

#[test]
fn what_is_no_workload_gets_no_advice() {
    let mut vm = machine();
    let idle = of_class(Class::Idle, Vec::new());
    assert_eq!(kinds(&asked(&vm, &Facts::default(), &nothing(), &idle)), [Kind::Idle]);
    for role in VmRole::ALL.into_iter().filter(|role| *role != VmRole::Ordinary) {
        vm.config.role = role;
        assert!(asked(&vm, &Facts::default(), &nothing(), &idle).is_empty(), "{role:?}");
    }
    vm.config.role = VmRole::Ordinary;
    vm.config.managed_by = Some("com.vendor.appliance".to_owned());
    assert!(asked(&vm, &Facts::default(), &nothing(), &idle).is_empty());
}
