//! Measurements of a group of machines: their items, then slices of time, the oldest first.

use std::collections::HashMap;

use model::{
    inventory::ObjectKind,
    metric::Metric,
    run::Severity,
    sample::{Grain, Sample, SeriesSamples, Subject},
};
use serde_json::json;

use super::{Run, Window, hour_after};
use crate::zabbix::{
    fold::{Folded, believable, combine, plausible},
    mapping::Operand,
    plan::{MachinePlan, MetricPlan, Plans, Wanted, plans},
    read::Table,
    rpc::CallError,
    value::List,
    wire::{Item, Row},
};

/// What is folded before it is sent on.
const HISTORY_SLICE_MS: i64 = 6 * 3_600_000;
const TREND_SLICE_MS: i64 = 30 * 86_400_000;
/// Ids of items in one call.
const SEEDS_AT_ONCE: usize = 500;

/// Machine, metric and item of a plan, by the item's id.
type Places = HashMap<u64, (usize, usize, usize)>;

/// What lasts from one slice to the next.
#[derive(Default)]
struct Memory {
    /// By item: its last value, as one of the metric, and when; for values that hold.
    last: HashMap<u64, (i64, f64)>,
    /// By machine and operand: its values, ascending in time.
    operands: HashMap<(usize, Operand), Vec<(i64, f64)>>,
}

impl Memory {
    /// The operand's value at a moment: the last one before it, else the first one after.
    fn operand(&self, machine: usize, operand: Operand, at_ms: i64) -> Option<f64> {
        let known = self.operands.get(&(machine, operand))?;
        let after = known.partition_point(|(at, _)| *at <= at_ms);
        let (_, value) = known.get(after.saturating_sub(1))?;
        match operand {
            Operand::Memory => Some(*value),
            Operand::PerCpu => (*value >= 1.0).then(|| 1.0 / value),
        }
    }

    fn remember(&mut self, machine: usize, operand: Operand, at_ms: i64, value: f64) {
        let known = self.operands.entry((machine, operand)).or_default();
        known.push((at_ms, value));
    }

    /// Puts new values in order, and forgets those that no later slice asks for.
    fn settle(&mut self, before_ms: i64) {
        for known in self.operands.values_mut() {
            known.sort_by_key(|(at, _)| *at);
            let old = known.partition_point(|(at, _)| *at <= before_ms);
            known.drain(..old.saturating_sub(1));
        }
    }
}

impl Run<'_> {
    pub(super) async fn read_group(&mut self, hosts: &[String], window: Window) -> Result<(), CallError> {
        let Plans { machines, unusable } = self.plan(hosts).await?;
        self.unusable += unusable;
        self.planned +=
            machines.iter().flat_map(|machine| &machine.metrics).map(|plan| plan.items.len() as u64).sum::<u64>();
        let mut memory = self.seed(&machines).await?;
        // Where the detail of a metric begins: as far back as all its items keep values.
        let detail = |plan: &MetricPlan| {
            let kept_s = plan.items.iter().map(|item| item.history_s).min().unwrap_or(0);
            let kept_from = hour_after(window.now_ms.saturating_sub(kept_s.saturating_mul(1_000)));
            kept_from.max(window.detail_ms).clamp(window.from_ms, window.to_ms)
        };
        let trends_to =
            machines.iter().flat_map(|machine| &machine.metrics).map(detail).max().unwrap_or(window.from_ms);
        let mut from = window.from_ms;
        while from < trends_to {
            let to = (from + TREND_SLICE_MS).min(trends_to);
            let is_wanted = |plan: &MetricPlan| detail(plan) > from;
            let batch = self.slice(&machines, &mut memory, Table::Trends, (from, to), is_wanted).await?;
            // An hour counts where it ends before the detail begins.
            let batch = cut(batch, |series| {
                let machine = machines.iter().find(|machine| machine.id == series.subject.external_id)?;
                machine.metrics.iter().find(|plan| plan.metric == series.metric).map(detail)
            });
            self.send(batch).await?;
            from = to;
        }
        let mut from = machines.iter().flat_map(|machine| &machine.metrics).map(detail).min().unwrap_or(window.to_ms);
        while from < window.to_ms {
            let to = (from + HISTORY_SLICE_MS).min(window.to_ms);
            let is_wanted = |plan: &MetricPlan| detail(plan) < to;
            let batch = self.slice(&machines, &mut memory, Table::History(0), (from, to), is_wanted).await?;
            self.send(batch).await?;
            from = to;
        }
        Ok(())
    }

    async fn plan(&self, hosts: &[String]) -> Result<Plans, CallError> {
        let parameters = json!({
            "output": ["itemid", "hostid", "key_", "value_type", "units", "delay", "history"],
            "selectPreprocessing": ["type", "params"],
            "hostids": hosts, "monitored": true, "filter": {"value_type": ["0", "3"]},
            "search": {"key_": self.mapping.searches()}, "searchByAny": true, "startSearch": true,
        });
        let List(items) = self.session.call::<List<Item>>("item.get", parameters).await?;
        Ok(plans(&items, &self.mapping))
    }

    /// The last values of items that hold: what was sent a day ago, and is true until it changes.
    async fn seed(&self, machines: &[MachinePlan]) -> Result<Memory, CallError> {
        let mut memory = Memory::default();
        let mut operands = HashMap::new();
        let mut held = HashMap::new();
        for (at, machine) in machines.iter().enumerate() {
            operands.extend(machine.operands().map(|(operand, item)| (item.id, (at, operand))));
            let items = machine.metrics.iter().flat_map(|plan| &plan.items).filter(|item| item.hold_s > 0);
            held.extend(items.map(|item| (item.id, (at, item))));
        }
        let ids: Vec<u64> = operands.keys().chain(held.keys()).copied().collect();
        let mut seeds = Vec::new();
        for chunk in ids.chunks(SEEDS_AT_ONCE) {
            let parameters = json!({"output": ["itemid", "lastvalue", "lastclock"], "itemids": chunk});
            let List(items) = self.session.call::<List<Item>>("item.get", parameters).await?;
            for item in items {
                let at_ms = item.lastclock.0.filter(|clock| *clock > 0).and_then(|clock| clock.checked_mul(1_000));
                let (Some(id), Some(at_ms)) = (item.itemid.0, at_ms) else { continue };
                let Some(value) = plausible(item.lastvalue.number()) else { continue };
                match operands.get(&id) {
                    Some((machine, operand)) => memory.remember(*machine, *operand, at_ms, value),
                    None => seeds.push((id, at_ms, value)),
                }
            }
        }
        memory.settle(i64::MIN);
        for (id, at_ms, value) in seeds {
            let Some((machine, item)) = held.get(&id) else { continue };
            let operand = item.formula.operand.and_then(|operand| memory.operand(*machine, operand, at_ms));
            if let Some(value) = item.formula.apply(value, operand) {
                memory.last.insert(id, (at_ms, value));
            }
        }
        Ok(memory)
    }

    /// All samples of a slice of time.
    async fn slice(
        &mut self,
        machines: &[MachinePlan],
        memory: &mut Memory,
        table: Table,
        (from_ms, to_ms): (i64, i64),
        is_wanted: impl Fn(&MetricPlan) -> bool + Send,
    ) -> Result<Vec<SeriesSamples>, CallError> {
        let span = match table {
            // A value of the first second belongs to the interval that ends then.
            Table::History(_) => (from_ms / 1_000 + 1, to_ms / 1_000),
            Table::Trends => ((from_ms - Grain::Hour.ms()) / 1_000 + 1, to_ms / 1_000 - Grain::Hour.seconds()),
        };
        let mut operands: HashMap<u64, (usize, Operand)> = HashMap::new();
        let mut operand_items = Vec::new();
        let mut places = Places::new();
        let mut items: Vec<&Wanted> = Vec::new();
        for (at, machine) in machines.iter().enumerate() {
            for (at_metric, plan) in machine.metrics.iter().enumerate().filter(|(_, plan)| is_wanted(plan)) {
                for (at_item, item) in plan.items.iter().enumerate() {
                    places.insert(item.id, (at, at_metric, at_item));
                    items.push(item);
                }
            }
            for (operand, item) in machine.operands() {
                operands.insert(item.id, (at, operand));
                operand_items.push(item);
            }
        }
        self.rows(table, &operand_items, span, |row| {
            let (Some(id), Some(clock), Some(value)) = (row.itemid.0, row.clock.0, plausible(row.value.0)) else {
                return;
            };
            if let Some((machine, operand)) = operands.get(&id) {
                memory.remember(*machine, *operand, clock.saturating_mul(1_000), value);
            }
        })
        .await?;
        memory.settle(from_ms);

        let mut folded: HashMap<u64, Folded> = HashMap::new();
        self.rows(table, &items, span, |row| {
            let Some((at, at_metric, at_item)) = row.itemid.0.and_then(|id| places.get(&id)) else { return };
            let plan = &machines[*at].metrics[*at_metric];
            take(&row, table, &plan.items[*at_item], plan.metric, *at, memory, &mut folded);
        })
        .await?;

        let mut batch = Vec::new();
        for machine in machines {
            for plan in machine.metrics.iter().filter(|plan| is_wanted(plan)) {
                let samples = fold(plan, table, (from_ms, to_ms), memory, &mut folded);
                if samples.is_empty() {
                    continue;
                }
                let subject = Subject { kind: ObjectKind::Vm, external_id: machine.id.clone() };
                let grain = if table == Table::Trends { Grain::Hour } else { Grain::BASE };
                batch.push(SeriesSamples { subject, metric: plan.metric, grain, samples });
            }
        }
        Ok(batch)
    }

    /// Rows of these items, whatever their type is; items that cannot be read are issues.
    async fn rows(
        &mut self,
        table: Table,
        items: &[&Wanted],
        span: (i64, i64),
        mut take: impl FnMut(Row) + Send,
    ) -> Result<(), CallError> {
        let mut failed = Vec::new();
        if table == Table::Trends {
            failed = self.reader.read(table, items, span, &mut take).await?;
        } else {
            for value_type in [0, 3] {
                let of_type: Vec<&Wanted> =
                    items.iter().filter(|item| item.value_type == value_type).copied().collect();
                failed.extend(self.reader.read(Table::History(value_type), &of_type, span, &mut take).await?);
            }
        }
        for (id, failure) in failed {
            self.issues.unread(Severity::Warning, &format!("values of item {id} were not read"), &failure);
        }
        Ok(())
    }
}

/// One row, as a value of the metric, into its interval.
fn take(
    row: &Row,
    table: Table,
    item: &Wanted,
    metric: Metric,
    machine: usize,
    memory: &Memory,
    folded: &mut HashMap<u64, Folded>,
) {
    let Some(at_ms) = row.clock.0.and_then(|clock| clock.checked_mul(1_000)) else { return };
    let operand = item.formula.operand.and_then(|operand| memory.operand(machine, operand, at_ms));
    let of = |value: Option<f64>| {
        let value = item.formula.apply(plausible(value)?, operand)?;
        believable(metric, value)
    };
    let Some(value) = of(row.value.0) else { return };
    let folded = folded.entry(item.id).or_default();
    match table {
        Table::History(_) => folded.add(at_ms, Grain::BASE, value),
        Table::Trends => {
            let largest = if item.formula.is_falling() { row.value_min.0 } else { row.value_max.0 };
            let end_ms = Grain::Hour.end_of(at_ms + 1);
            folded.put(end_ms, value, of(largest).unwrap_or(value));
        }
    }
}

fn fold(
    plan: &MetricPlan,
    table: Table,
    slice: (i64, i64),
    memory: &mut Memory,
    folded: &mut HashMap<u64, Folded>,
) -> Vec<Sample> {
    let mut items = Vec::new();
    for item in &plan.items {
        let mut values = folded.remove(&item.id).unwrap_or_default();
        if item.hold_s > 0 && table != Table::Trends {
            let last = values.last();
            // A seed that lies in the slice or after it is one of its own values.
            let before = memory.last.get(&item.id).copied().filter(|(at, _)| *at <= slice.0);
            values.hold(before, item.hold_s, Grain::BASE, slice);
            if let Some(last) = last {
                memory.last.insert(item.id, last);
            }
        }
        let patience_ms = 2 * item.period_s.max(item.hold_s).saturating_mul(1_000) + Grain::BASE.ms();
        items.push((values, patience_ms));
    }
    combine(plan.metric, plan.combine, &items)
}

/// Keeps the samples that end up to a moment, series by series.
fn cut(batch: Vec<SeriesSamples>, limit_of: impl Fn(&SeriesSamples) -> Option<i64>) -> Vec<SeriesSamples> {
    let cut = batch.into_iter().filter_map(|mut series| {
        let limit = limit_of(&series)?;
        series.samples.retain(|sample| sample.end_ms <= limit);
        Some(series)
    });
    cut.filter(|series| !series.samples.is_empty()).collect()
}
