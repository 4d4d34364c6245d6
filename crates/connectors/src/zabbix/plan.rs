//! What is asked of one machine: which of its items make which metric, and how.

use std::collections::BTreeMap;

use model::{ids::ExternalId, metric::Metric, sample::Grain};

use super::{
    mapping::{Combine, Formula, Mapping, Measures, Operand},
    period,
    wire::Item,
};

/// A value of an item that is asked less often than every five minutes, or sent only when it changes, holds so long at most.
const HELD_S: i64 = 2 * 86_400;
/// What the templates keep, for items whose own period is a macro.
const USUAL_HISTORY_S: i64 = 7 * 86_400;
/// Most items poll so often; those that tell no interval are sent or derived from one that does.
const USUAL_PERIOD_S: i64 = 60;

/// An item that is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) id: u64,
    /// 0 float, 3 unsigned: `history.get` answers nothing for the wrong one.
    pub(super) value_type: u8,
    pub(super) period_s: i64,
    /// How long a value stands for what comes after it; 0 where a missing value is a gap.
    pub(super) hold_s: i64,
    /// How long Zabbix keeps values; 0 keeps trends alone.
    pub(super) history_s: i64,
    pub(super) formula: Formula,
}

/// The items of one metric of one machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MetricPlan {
    pub(super) metric: Metric,
    pub(super) combine: Combine,
    pub(super) items: Vec<Wanted>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct MachinePlan {
    pub(super) id: ExternalId,
    pub(super) metrics: Vec<MetricPlan>,
    /// Items that others are calculated with, where any is.
    pub(super) memory: Option<Wanted>,
    pub(super) cpus: Option<Wanted>,
}

/// Plans, and how many items were recognised but cannot be converted.
#[derive(Debug, Default)]
pub(super) struct Plans {
    pub(super) machines: Vec<MachinePlan>,
    pub(super) unusable: u64,
}

impl MachinePlan {
    pub(super) fn operand(&self, operand: Operand) -> Option<&Wanted> {
        match operand {
            Operand::Memory => self.memory.as_ref(),
            Operand::PerCpu => self.cpus.as_ref(),
        }
    }

    pub(super) fn operands(&self) -> impl Iterator<Item = (Operand, &Wanted)> {
        [Operand::Memory, Operand::PerCpu].into_iter().filter_map(|operand| Some((operand, self.operand(operand)?)))
    }
}

/// Plans the machines of these items, in the order of their ids.
pub(super) fn plans(items: &[Item], mapping: &Mapping) -> Plans {
    let mut by_host: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for item in items {
        if let Some(host) = item.hostid.as_str() {
            by_host.entry(host).or_default().push(item);
        }
    }
    let mut plans = Plans::default();
    for (host, items) in by_host {
        let plan = machine(ExternalId::new(host), &items, mapping, &mut plans.unusable);
        plans.machines.extend(plan);
    }
    plans
}

fn machine(id: ExternalId, items: &[&Item], mapping: &Mapping, unusable: &mut u64) -> Option<MachinePlan> {
    let (mut memory, mut cpus) = (None, None);
    // By metric: the rank of the rule and its items.
    let mut found: BTreeMap<Metric, BTreeMap<usize, Vec<Wanted>>> = BTreeMap::new();
    for item in items {
        let Some((rank, rule)) = mapping.find(item.key_.or_empty()) else { continue };
        let Some(wanted) = wanted(item, rule.measures, rule.metric) else {
            *unusable += 1;
            continue;
        };
        match (rule.measures, rule.metric) {
            (Measures::MemoryTotal, _) => memory = memory.or(Some(wanted)),
            (Measures::CpuCount, _) => cpus = cpus.or(Some(wanted)),
            (_, Some(metric)) => found.entry(metric).or_default().entry(rank).or_default().push(wanted),
            (_, None) => {}
        }
    }
    let mut plan = MachinePlan { id, metrics: Vec::new(), memory, cpus };
    for (metric, ranked) in found {
        let computable = |items: &Vec<Wanted>| {
            items.iter().all(|item| item.formula.operand.is_none_or(|operand| plan.operand(operand).is_some()))
        };
        let Some(mut items) = ranked.into_values().find(computable) else { continue };
        items.sort_by_key(|item| item.id);
        let combine = Combine::of(metric);
        if combine == Combine::Single {
            items.truncate(1);
        }
        plan.metrics.push(MetricPlan { metric, combine, items });
    }
    let needs =
        |operand| plan.metrics.iter().flat_map(|plan| &plan.items).any(|item| item.formula.operand == Some(operand));
    let (needs_memory, needs_cpus) = (needs(Operand::Memory), needs(Operand::PerCpu));
    plan.memory = plan.memory.filter(|_| needs_memory);
    plan.cpus = plan.cpus.filter(|_| needs_cpus);
    (!plan.metrics.is_empty()).then_some(plan)
}

fn wanted(item: &Item, measures: Measures, metric: Option<Metric>) -> Option<Wanted> {
    let value_type = item.value_type.0.filter(|value_type| [0, 3].contains(value_type))?;
    let period_s = period::seconds(item.delay.or_empty()).filter(|period| *period > 0);
    let own_hold = period_s.filter(|period| *period > Grain::BASE.seconds()).map_or(0, |period| 2 * period);
    let unchanged = item.preprocessing.0.iter().filter_map(|step| match step.kind.0 {
        // Never again before it changes; or at the latest after this time.
        Some(19) => Some(HELD_S),
        Some(20) => Some(period::seconds(step.params.or_empty())? + period_s.unwrap_or(USUAL_PERIOD_S)),
        _ => None,
    });
    let hold_s = unchanged.fold(own_hold, i64::max).min(HELD_S);
    Some(Wanted {
        id: item.itemid.0?,
        value_type,
        period_s: period_s.unwrap_or(USUAL_PERIOD_S),
        hold_s,
        history_s: period::seconds(item.history.or_empty()).unwrap_or(USUAL_HISTORY_S),
        formula: measures.formula(metric, item)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::zabbix::value::List;

    fn plan(items: Value) -> Plans {
        let List(items) = serde_json::from_value::<List<Item>>(items).unwrap();
        plans(&items, &Mapping::new(&[]))
    }

    fn item(id: u64, key: &str, value_type: &str, units: &str) -> Value {
        json!({"itemid": id.to_string(), "hostid": "7", "key_": key, "value_type": value_type, "units": units,
            "delay": "1m", "history": "7d", "preprocessing": []})
    }

    #[test]
    fn the_best_rule_that_can_be_calculated_counts_alone() {
        let plans = plan(json!([
            item(1, "vm.memory.size[available]", "3", "B"),
            item(2, "vm.memory.size[used]", "3", "B"),
            item(3, "system.cpu.util", "0", "%"),
            item(4, "system.cpu.util[,idle]", "0", "%"),
            item(5, "net.if.in[\"eth1\"]", "3", "bps"),
            item(6, "net.if.in[\"eth0\"]", "3", "bps"),
            item(7, "system.uname", "1", ""),
            item(8, "net.if.out[eth0]", "4", "bps"),
        ]));
        let [machine] = plans.machines.as_slice() else { panic!("{plans:?}") };
        let ids: Vec<_> = machine
            .metrics
            .iter()
            .map(|plan| (plan.metric, plan.items.iter().map(|item| item.id).collect::<Vec<_>>()))
            .collect();
        // Without the total, what is available says nothing.
        assert_eq!(
            ids,
            [(Metric::CpuUsage, vec![4]), (Metric::MemoryUsed, vec![2]), (Metric::NetworkReceive, vec![5, 6])]
        );
        assert_eq!(plans.unusable, 1, "a text is no measurement");
        let plans = plan(json!([
            item(1, "vm.memory.size[available]", "3", "B"),
            item(2, "vm.memory.size[used]", "3", "B"),
            item(9, "vm.memory.size[total]", "3", "B"),
        ]));
        let machine = &plans.machines[0];
        assert_eq!((machine.metrics[0].items[0].id, machine.memory.as_ref().map(|item| item.id)), (1, Some(9)));
    }

    #[test]
    fn what_is_sent_only_when_it_changes_holds() {
        let mut total = item(1, "vfs.fs.size[/,total]", "3", "B");
        total["preprocessing"] = json!([{"type": "20", "params": "1h"}]);
        let mut slow = item(2, "vfs.fs.size[/,used]", "3", "B");
        slow["delay"] = json!("1h");
        slow["history"] = json!("{$KEEP}");
        let plans = plan(json!([total, slow]));
        let items: Vec<_> = plans.machines[0].metrics.iter().map(|plan| plan.items[0].clone()).collect();
        assert_eq!(items.iter().map(|item| item.hold_s).collect::<Vec<_>>(), [7_200, 3_660]);
        assert_eq!(items[0].history_s, USUAL_HISTORY_S);
    }
}
