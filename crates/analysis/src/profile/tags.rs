//! The tags of a machine's load, each with the figures that decided.

use model::{
    metric::Metric,
    profile::{Period, Tag, Tagged},
};

use super::peers::hour_of_week;
use crate::{
    rightsizing::{ENOUGH_PERCENT, contention},
    statistics,
    usage::{History, Span, View},
};

/// What tags are told by.
pub(super) struct Load<'a> {
    /// In percent.
    pub(super) cpu: View<'a>,
    pub(super) hours: &'a [Option<f64>],
    /// The hour since 1970 of the first of the hours, as clocks show it where the machine is used.
    pub(super) first_hour: i64,
    pub(super) periods: &'a [Period],
}

pub(super) fn tags(load: &Load, history: &History, span: Span) -> Vec<Tagged> {
    let mut found: Vec<Tagged> = Vec::new();
    let mut tag = |tag: Tag, because: Option<String>| found.extend(because.map(|because| Tagged { tag, because }));
    tag(Tag::Steady, steady(load));
    tag(Tag::Periodic, periodic(load));
    tag(Tag::BusinessHours, business_hours(load));
    tag(Tag::NightlyBatch, nightly_batch(load));
    tag(Tag::Weekly, weekly(load));
    tag(Tag::Bursty, bursty(load));
    tag(Tag::RarePeak, rare_peak(load));
    let (growing, shrinking) = trend(load);
    tag(Tag::Growing, growing);
    tag(Tag::Shrinking, shrinking);
    tag(Tag::CpuBound, at_least(load.cpu.percentile(0.95), 85.0, "p95 of CPU", "%"));
    let p95 = |metric| history.best_line(metric, span, ENOUGH_PERCENT)?.view().percentile(0.95);
    tag(Tag::MemoryBound, memory_bound(history, p95(Metric::MemoryUsed).or(p95(Metric::MemoryDemand))));
    // Own proposals: what a disk array answers late, and most of a gigabit a second.
    tag(Tag::IoBound, at_least(p95(Metric::DiskLatency), 20.0, "p95 of disk latency", "ms"));
    let both = [p95(Metric::NetworkReceive), p95(Metric::NetworkTransmit)];
    let net = both.into_iter().flatten().max_by(f64::total_cmp).map(|bytes| bytes / 1e6);
    tag(Tag::NetBound, at_least(net, 100.0, "p95 of the network", "MB/s"));
    tag(Tag::Contended, contended(history, span));
    found
}

fn at_least(value: Option<f64>, limit: f64, name: &str, unit: &str) -> Option<String> {
    value.filter(|value| *value >= limit).map(|value| format!("{name} is {value:.1} {unit}"))
}

fn steady(load: &Load) -> Option<String> {
    let hours: Vec<f64> = load.hours.iter().flatten().copied().collect();
    let variation = statistics::coefficient_of_variation(&hours)?;
    let [p50, p95] = load.cpu.percentiles([0.50, 0.95])?;
    let is_steady = variation <= 0.3 && p95 <= 1.5 * p50;
    is_steady.then(|| {
        format!("hourly means vary by {:.0} %, p95 is {p95:.1} % beside a median of {p50:.1} %", variation * 100.0)
    })
}

fn periodic(load: &Load) -> Option<String> {
    let period = load.periods.first()?;
    Some(format!(
        "every {} h: autocorrelation {:.2}, strength {:.2}",
        period.hours, period.correlation, period.strength
    ))
}

fn has_period(load: &Load, hours: u32) -> bool {
    load.periods.iter().any(|period| period.hours == hours)
}

/// Means of the hours of the week that a condition on weekday (Monday is 0) and hour holds of.
fn mean_where(load: &Load, holds: impl Fn(usize, usize) -> bool) -> Option<f64> {
    let at = |index: usize| hour_of_week(load.first_hour + index as i64);
    let fits = |index: &usize| holds(at(*index) / 24, at(*index) % 24);
    let hours: Vec<f64> = (0..load.hours.len()).filter(fits).filter_map(|index| load.hours[index]).collect();
    statistics::mean(&hours)
}

fn business_hours(load: &Load) -> Option<String> {
    if !has_period(load, 24) {
        return None;
    }
    let is_business = |day: usize, hour: usize| day < 5 && (8..18).contains(&hour);
    let business = mean_where(load, is_business)?;
    let rest = mean_where(load, |day, hour| !is_business(day, hour))?;
    let (at_work, at_rest) = (mean_where(load, |day, _| day < 5)?, mean_where(load, |day, _| day >= 5)?);
    (business >= 1.5 * rest && at_rest <= 0.7 * at_work)
        .then(|| format!("{business:.1} % from Monday to Friday between 08 and 18, {rest:.1} % else"))
}

fn nightly_batch(load: &Load) -> Option<String> {
    if !has_period(load, 24) {
        return None;
    }
    let is_night = |_: usize, hour: usize| !(6..22).contains(&hour);
    let (night, day) = (mean_where(load, is_night)?, mean_where(load, |day, hour| !is_night(day, hour))?);
    (night >= 1.5 * day).then(|| format!("{night:.1} % between 22 and 06, {day:.1} % else"))
}

fn weekly(load: &Load) -> Option<String> {
    let week = load.periods.iter().find(|period| period.hours == 168)?;
    Some(format!("every week: autocorrelation {:.2}, strength {:.2}", week.correlation, week.strength))
}

fn bursty(load: &Load) -> Option<String> {
    let [p50, p95, p99] = load.cpu.percentiles([0.50, 0.95, 0.99])?;
    let (all, top) = load
        .cpu
        .values
        .iter()
        .fold((0.0, 0.0), |(all, top), value| (all + value, if *value > p95 { top + value } else { top }));
    let is_bursty = load.periods.is_empty() && p99 >= 5.0 * p50 && p99 >= 20.0 && top >= 0.25 * all;
    is_bursty.then(|| {
        format!(
            "p99 is {p99:.1} % beside a median of {p50:.1} %; a twentieth of the time does {:.0} % of the work",
            top / all * 100.0
        )
    })
}

fn rare_peak(load: &Load) -> Option<String> {
    let [usual, peak] = load.cpu.percentiles([0.95, 0.995])?;
    (peak >= 80.0 && usual <= 20.0).then(|| format!("p99.5 is {peak:.1} %, p95 is {usual:.1} %"))
}

/// Growing and shrinking: the daily p95 by Theil and Sen, significant by Mann and Kendall, by a tenth in 30 days.
fn trend(load: &Load) -> (Option<String>, Option<String>) {
    let days = load.cpu.daily_percentiles(0.95);
    let Some(trend) = statistics::trend(&days).filter(|trend| trend.p < 0.05) else { return (None, None) };
    let Some(level) = statistics::median(&mut days.clone()).filter(|level| *level > 0.0) else { return (None, None) };
    let part = trend.slope * 30.0 / level;
    let because = Some(format!("daily p95 changes by {:+.0} % in 30 days, p = {:.3}", part * 100.0, trend.p));
    if part >= 0.1 {
        (because, None)
    } else if part <= -0.1 {
        (None, because)
    } else {
        (None, None)
    }
}

fn memory_bound(history: &History, used: Option<f64>) -> Option<String> {
    let percent = used? / history.size()?.memory_bytes as f64 * 100.0;
    at_least(Some(percent), 90.0, "p95 of memory", "%")
}

fn contended(history: &History, span: Span) -> Option<String> {
    let found = contention(history, span);
    let words = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.1} %"));
    let (ready, costop) = (words(found.ready_percent), words(found.costop_percent));
    found.is_contended().then(|| format!("p95 of ready is {ready}, of co-stop {costop}"))
}
