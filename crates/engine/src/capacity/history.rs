//! The daily histories that forecasts are made from: 95 % of each day for processors and memory, the average for disks.

use std::collections::{BTreeMap, HashMap};

use model::{
    capacity::Resource, ids::ObjectId, inventory::ObjectKind, metric::Metric, runway::DailySeries, table::Reference,
};
use store::{
    Database,
    samples::{self, DayFigures},
};

use super::Known;
use crate::error::Result;

/// Older days say little of what comes.
const DAYS: i64 = 400;
/// Of 288 intervals: a day of which less is known has no figure.
const ENOUGH: u16 = 144;

/// What is measured of pools, and by which metrics, the best first.
pub(super) const MEASURED: [(Resource, &[Metric]); 2] = [
    (Resource::CpuDemand, &[Metric::CpuDemand]),
    (Resource::MemoryDemand, &[Metric::MemoryConsumed, Metric::MemoryUsed]),
];

type Days = BTreeMap<i64, f64>;

pub(super) struct Histories {
    of_pools: HashMap<(ObjectKind, ObjectId, Resource), Days>,
    of_datastores: HashMap<ObjectId, Days>,
}

impl Histories {
    /// A fixed number of questions, however many objects there are.
    pub(super) async fn read(db: &Database, all: &[Known], today: i64) -> Result<Self> {
        let mut of_pools = HashMap::new();
        let inventories = || all.iter().map(|known| (&known.whole, &known.whole.inventory));
        let clusters = inventories().flat_map(|(whole, inventory)| {
            inventory.clusters.iter().filter_map(|cluster| whole.id(ObjectKind::Cluster, &cluster.external_id))
        });
        let hosts = inventories().flat_map(|(whole, inventory)| {
            let alone = inventory.hosts.iter().filter(|host| host.cluster.is_none());
            alone.filter_map(|host| whole.id(ObjectKind::Host, &host.external_id))
        });
        let pools = [(ObjectKind::Cluster, clusters.collect::<Vec<_>>()), (ObjectKind::Host, hosts.collect())];
        for (kind, objects) in &pools {
            for (resource, metrics) in MEASURED {
                for metric in metrics {
                    for (object, days) in samples::days(db, *kind, *metric, objects, today - DAYS).await? {
                        // Metrics are not mixed: consumed and used memory are different amounts.
                        let figures = figures(days, |day| day.p95);
                        let known: &mut Days = of_pools.entry((*kind, object, resource)).or_default();
                        if figures.len() > known.len() {
                            *known = figures;
                        }
                    }
                }
            }
        }
        let datastores = inventories().flat_map(|(whole, inventory)| {
            let ids = inventory.datastores.iter();
            ids.filter_map(|datastore| whole.id(ObjectKind::Datastore, &datastore.external_id))
        });
        let datastores: Vec<ObjectId> = datastores.collect();
        let days = samples::days(db, ObjectKind::Datastore, Metric::StorageUsed, &datastores, today - DAYS).await?;
        let of_datastores = days.into_iter().map(|(id, days)| (id, figures_of_storage(days))).collect();
        Ok(Self { of_pools, of_datastores })
    }

    pub(super) fn of(&self, kind: ObjectKind, object: ObjectId, resource: Resource) -> DailySeries {
        self.of_pools.get(&(kind, object, resource)).map_or_else(DailySeries::default, series)
    }

    /// What datastores hold together, on days of which all of them are known.
    pub(super) fn of_datastores(&self, members: &[Reference]) -> DailySeries {
        let mut sums = BTreeMap::<i64, (usize, f64)>::new();
        for days in members.iter().filter_map(|member| self.of_datastores.get(&member.id)) {
            for (day, used) in days {
                let sum = sums.entry(*day).or_default();
                *sum = (sum.0 + 1, sum.1 + used);
            }
        }
        let whole = sums.into_iter().filter(|(_, (count, _))| *count == members.len());
        series(&whole.map(|(day, (_, used))| (day, used)).collect())
    }
}

fn figures(days: BTreeMap<i64, DayFigures>, of: impl Fn(&DayFigures) -> f64) -> Days {
    days.into_iter().filter(|(_, day)| day.valid >= ENOUGH).map(|(at, day)| (at, of(&day))).collect()
}

/// How full a disk is changes slowly: a few values of a day tell it.
fn figures_of_storage(days: BTreeMap<i64, DayFigures>) -> Days {
    days.into_iter().map(|(at, day)| (at, day.average)).collect()
}

fn series(days: &Days) -> DailySeries {
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value()) else {
        return DailySeries::default();
    };
    DailySeries { first_day: *first, values: (*first..=*last).map(|day| days.get(&day).copied()).collect() }
}
