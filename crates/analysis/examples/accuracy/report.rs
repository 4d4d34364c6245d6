//! The figures, as a table for people and as JSON for whoever holds them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::futures::Futures;

/// The middle 95 % of fleets drawn from the machines with replacement.
pub(crate) type Interval = [f64; 2];

#[derive(Default, Serialize)]
pub(crate) struct Report {
    pub(crate) machine_months: usize,
    pub(crate) rightsizing: Vec<Rightsizing>,
    pub(crate) forecast: Vec<Forecast>,
    pub(crate) profiles: BTreeMap<&'static str, usize>,
    pub(crate) periods: Option<Periods>,
    /// Of the generated set alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) futures: Option<Futures>,
}

#[derive(Clone, Serialize)]
pub(crate) struct Rightsizing {
    pub(crate) rule: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) machines: usize,
    pub(crate) vcpu_removed_percent: f64,
    pub(crate) downsized: usize,
    pub(crate) unmet_percent: f64,
    pub(crate) losing_1_percent: f64,
    pub(crate) run_60min_percent: f64,
    pub(crate) p95_of_size_percent: f64,
    pub(crate) removed_on_failing_percent: f64,
    pub(crate) vcpu_removed_interval: Interval,
    pub(crate) unmet_interval: Interval,
    pub(crate) run_60min_interval: Interval,
}

#[derive(Serialize)]
pub(crate) struct Forecast {
    pub(crate) horizon_hours: u32,
    /// `selected`: the one that was chosen for the series; `seasonal_naive`.
    pub(crate) model: &'static str,
    /// Medians over series, scaled by the error of repeating the last season within the history: no unit.
    pub(crate) mase: f64,
    pub(crate) pinball: f64,
    /// The share of values within the 80 % interval.
    pub(crate) coverage_80: f64,
}

#[derive(Clone, Copy, Serialize)]
pub(crate) struct Periods {
    pub(crate) series: usize,
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) f1: f64,
}

impl Report {
    pub(crate) fn print(&self) {
        if !self.rightsizing.is_empty() {
            self.print_rightsizing();
        }
        if !self.profiles.is_empty() {
            println!("\nprofiles and tags of {} machine-months", self.machine_months);
            for (name, count) in &self.profiles {
                println!("  {name:<20} {count:>5}");
            }
        }
        for row in &self.forecast {
            println!(
                "forecast {:>3} h ahead, {:<15} MASE {:.3}, pinball {:.3}, 80 % interval covers {:.1} %",
                row.horizon_hours,
                row.model,
                row.mase,
                row.pinball,
                row.coverage_80 * 100.0
            );
        }
        if let Some(found) = self.futures {
            println!(
                "time to full of {} clean ramps: off by {:.1} % (median), {} by more than 15 %, {} not found; {} of {} flat ones said to run out",
                found.ramps,
                found.median_error_percent,
                found.off_by_15_percent,
                found.not_found,
                found.said_to_run_out,
                found.flats
            );
        }
        if let Some(found) = self.periods {
            println!(
                "\nperiods of {} labelled series: precision {:.3}, recall {:.3}, F1 {:.3}",
                found.series, found.precision, found.recall, found.f1
            );
        }
    }

    fn print_rightsizing(&self) {
        println!(
            "{:<8} {:<22} {:>9} {:>15} {:>9} {:>15} {:>7} {:>9} {:>15} {:>9} {:>11} {:>9}",
            "rule",
            "policy",
            "removed %",
            "95 %",
            "unmet %",
            "95 %",
            "lose 1%",
            "run 60m %",
            "95 %",
            "p95/size",
            "on failing",
            "downsized"
        );
        for row in &self.rightsizing {
            let [removed, unmet, run] =
                [(row.vcpu_removed_interval, 1), (row.unmet_interval, 2), (row.run_60min_interval, 1)]
                    .map(|([low, high], digits)| format!("{low:.digits$} to {high:.digits$}"));
            println!(
                "{:<8} {:<22} {:>9.2} {removed:>15} {:>9.3} {unmet:>15} {:>7.1} {:>9.2} {run:>15} {:>9.0} {:>11.1} {:>9}",
                row.rule,
                row.policy,
                row.vcpu_removed_percent,
                row.unmet_percent,
                row.losing_1_percent,
                row.run_60min_percent,
                row.p95_of_size_percent,
                row.removed_on_failing_percent,
                row.downsized
            );
        }
        let machines = self.rightsizing.first().map_or(0, |row| row.machines);
        println!("{machines} machine-months of {} could be tried", self.machine_months);
    }
}
