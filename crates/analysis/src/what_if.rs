//! What-if: the same judgement of a pool that people have changed in thought, over forecasts that were made before.
//!
//! Nothing here forecasts: it is arithmetic that answers at once in a browser. How a change is made is [`edit`]'s.

mod edit;
mod licence;

use std::collections::BTreeSet;

use model::{
    capacity::{Basis, CapacitySettings, Measure, PoolCapacity, Resource},
    runway::{Caution, Forecast, Steps},
    what_if::{Effect, Scenario},
};

use crate::{capacity::judge, runway};

pub use edit::{Edited, edited};
pub use licence::licence_cores;

/// A pool as the scenario finds it.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// The key by which changes name it.
    pub key: &'a str,
    pub basis: &'a Basis,
    pub settings: &'a CapacitySettings,
    /// What was forecast, of as many resources as could be.
    pub forecasts: &'a [(Resource, Forecast)],
}

/// What the scenario does to the pool: capacity once all changes are in force, and the time that remains while they come into
/// force day by day.
pub fn effect(present: Present<'_>, scenario: &Scenario, caution: Caution, today: i64) -> Effect {
    let scenario = scenario.clone().bounded();
    let before = judge(present.basis, present.settings);
    let mut days: BTreeSet<i64> =
        scenario.changes.iter().filter_map(|change| change.from_day).filter(|day| *day > today).collect();
    days.insert(today);
    let stages: Vec<(i64, Edited, PoolCapacity)> = days
        .into_iter()
        .map(|day| {
            let edited = edited(present, &scenario, Some(day));
            let capacity = judge(&edited.basis, &edited.settings);
            (day, edited, capacity)
        })
        .collect();
    let over_time = |resource: Resource, value: &dyn Fn(&Measure, Option<&Measure>) -> Option<f64>| {
        let first = before.measure(resource);
        let at = |(day, _, capacity): &(i64, Edited, PoolCapacity)| {
            let measure = capacity.measure(resource)?;
            // Unknown from then on, where a change makes it so.
            Some((*day, value(measure, first).unwrap_or(f64::NAN)))
        };
        (resource, Steps(stages.iter().filter_map(at).collect()))
    };
    let all = Resource::OF_HOSTS;
    let usable: Vec<(Resource, Steps)> =
        all.into_iter().map(|resource| over_time(resource, &|measure, _| measure.usable)).collect();
    let added: Vec<(Resource, Steps)> = all
        .into_iter()
        .map(|resource| over_time(resource, &|measure, first| Some(measure.taken? - first?.taken?)))
        .collect();
    let steps = |of: &[(Resource, Steps)], resource: Resource| {
        of.iter().find(|(one, _)| *one == resource).map(|(_, steps)| steps.clone()).unwrap_or_default()
    };
    let runways: Vec<_> = present
        .forecasts
        .iter()
        .filter(|(resource, _)| all.contains(resource))
        .map(|(resource, forecast)| {
            let (usable, added) = (steps(&usable, *resource), steps(&added, *resource));
            runway::runway(*resource, forecast, &usable, &added, caution, today)
        })
        .collect();
    let (after, missing, licences) = match stages.into_iter().next_back() {
        Some((_, edited, capacity)) => (capacity, edited.missing, licence_cores(&edited.basis)),
        None => (before.clone(), 0, licence_cores(present.basis)),
    };
    let runway = runway::least(&runways);
    Effect { before, after, usable, added, runways, runway, missing, licences }
}

#[cfg(test)]
mod tests;
