//! Capacity of datastores: one LUN once, datastore clusters as a whole, pools with copies in usable terms.

use std::collections::BTreeMap;

use model::{
    capacity::{CapacitySettings, Gap, Measure, ReserveBy, Resource, StorageCapacity},
    ids::ExternalId,
    inventory::Datastore,
};

/// The largest datastore that is believed.
const MAX_BYTES: i64 = 1 << 60;

/// A datastore, or a cluster of them, and how often its members were seen again.
#[derive(Clone, Debug)]
pub struct StoragePool<'a> {
    /// The name of the datastore cluster; `None` where it is one datastore.
    pub cluster: Option<&'a str>,
    pub members: Vec<&'a Datastore>,
    pub seen_again: u32,
}

/// Datastores grouped into what fills up together. The slices are what each source has: the same URL through two vCenters is
/// one datastore, and of its records the one counts that can be reached and tells its size. Names of datastore clusters are
/// those of one source and datacenter.
pub fn pools<'a>(sources: &[&'a [Datastore]]) -> Vec<StoragePool<'a>> {
    let mut distinct: Vec<(usize, &Datastore, u32)> = Vec::new();
    let mut by_url: BTreeMap<&str, usize> = BTreeMap::new();
    for (source, datastore) in sources.iter().enumerate().flat_map(|(at, all)| all.iter().map(move |one| (at, one))) {
        let url = datastore.config.url.as_deref().map(|url| url.trim_end_matches('/')).filter(|url| !url.is_empty());
        let Some(at) = url.and_then(|url| by_url.get(url)) else {
            by_url.extend(url.map(|url| (url, distinct.len())));
            distinct.push((source, datastore, 0));
            continue;
        };
        let (_, first, again) = &mut distinct[*at];
        *again += 1;
        if told(datastore) > told(first) {
            *first = datastore;
        }
    }
    let mut pools: Vec<StoragePool<'a>> = Vec::new();
    let mut clusters: BTreeMap<(usize, Option<&str>, &str), usize> = BTreeMap::new();
    for (source, datastore, seen_again) in distinct {
        let name = datastore.config.datastore_cluster.as_deref();
        let key = name.map(|name| (source, datastore.datacenter.as_ref().map(ExternalId::as_str), name));
        let at = key.and_then(|key| clusters.get(&key).copied()).unwrap_or(pools.len());
        if at == pools.len() {
            pools.push(StoragePool { cluster: name, members: Vec::new(), seen_again: 0 });
            clusters.extend(key.map(|key| (key, at)));
        }
        pools[at].members.push(datastore);
        pools[at].seen_again += seen_again;
    }
    pools
}

/// What the pool has and has left. Amounts are usable bytes where it is set how many raw ones stand behind each; else they
/// are as the platform tells them.
pub fn judge(pool: &StoragePool<'_>, settings: &CapacitySettings) -> StorageCapacity {
    let settings = settings.bounded();
    let mut sizes = Vec::new();
    let (mut unsized_, mut unreachable, mut unprovisioned) = (0, 0, 0);
    for datastore in &pool.members {
        if datastore.config.accessible == Some(false) {
            unreachable += 1;
            continue;
        }
        let Some((capacity, free)) = size(datastore) else {
            unsized_ += 1;
            continue;
        };
        let uncommitted = datastore.state.uncommitted_bytes.filter(|bytes| (0..=MAX_BYTES).contains(bytes));
        unprovisioned += u32::from(uncommitted.is_none());
        sizes.push(Sizes { capacity, free, uncommitted });
    }
    let is_raw = pool.members.iter().any(|datastore| is_raw(datastore));
    let factor = settings.raw_per_usable.filter(|_| is_raw).unwrap_or(1.0);
    let mut gaps = Vec::new();
    let mut note = |count: u32, gap: Gap| gaps.extend((count > 0).then_some(gap));
    note(unsized_, Gap::StorageSizes { datastores: unsized_ });
    note(unreachable, Gap::Inaccessible { datastores: unreachable });
    note(unprovisioned, Gap::Provisioned { datastores: unprovisioned });
    note(u32::from(is_raw && settings.raw_per_usable.is_none()), Gap::RawSizes);

    let total = |amount: fn(&Sizes) -> f64| (!sizes.is_empty()).then(|| sizes.iter().map(amount).sum::<f64>() / factor);
    let capacity = total(|sizes| sizes.capacity as f64);
    let used = total(Sizes::used);
    let provisioned = total(|sizes| sizes.used() + sizes.uncommitted.unwrap_or(0) as f64);
    let share_left = (1.0 - settings.storage_buffer_percent / 100.0) * (1.0 - settings.rebuild_reserve_percent / 100.0);
    let largest_headroom_bytes =
        sizes.iter().map(|sizes| (sizes.capacity as f64 * share_left - sizes.used()) / factor).reduce(f64::max);
    let provisioned = provisioned.filter(|_| unprovisioned == 0);
    StorageCapacity {
        measures: vec![
            measure(Resource::StorageUsed, capacity, used, 1.0, &settings),
            measure(Resource::StorageProvisioned, capacity, provisioned, settings.storage_overcommit, &settings),
        ],
        datastores: sizes.len() as u32,
        seen_again: pool.seen_again,
        largest_headroom_bytes,
        gaps,
    }
}

/// In bytes, as the platform tells them.
struct Sizes {
    capacity: i64,
    free: i64,
    uncommitted: Option<i64>,
}

impl Sizes {
    fn used(&self) -> f64 {
        (self.capacity - self.free) as f64
    }
}

fn measure(
    resource: Resource,
    capacity: Option<f64>,
    taken: Option<f64>,
    ratio: f64,
    settings: &CapacitySettings,
) -> Measure {
    let capacity = capacity.map(|capacity| capacity * ratio);
    let reserve = capacity.map(|capacity| capacity * settings.rebuild_reserve_percent / 100.0);
    let usable = capacity
        .zip(reserve)
        .map(|(capacity, reserve)| (capacity - reserve) * (1.0 - settings.storage_buffer_percent / 100.0));
    Measure {
        resource,
        capacity,
        present: capacity,
        reserve,
        reserve_by: reserve.filter(|reserve| *reserve > 0.0).map(|_| ReserveBy::Rebuild),
        usable,
        taken,
        headroom: usable.zip(taken).map(|(usable, taken)| usable - taken),
    }
}

/// Capacity and free space that can be: more free than there is makes neither believable.
fn size(datastore: &Datastore) -> Option<(i64, i64)> {
    let capacity = datastore.config.capacity_bytes.filter(|bytes| (1..=MAX_BYTES).contains(bytes))?;
    let free = datastore.state.free_bytes.filter(|free| (0..=capacity).contains(free))?;
    Some((capacity, free))
}

/// How much a record says, for choosing between two of one datastore.
fn told(datastore: &Datastore) -> (bool, bool, bool) {
    let state = &datastore.state;
    (datastore.config.accessible != Some(false), size(datastore).is_some(), state.uncommitted_bytes.is_some())
}

/// vSAN tells raw sizes: every copy and every parity is in them.
fn is_raw(datastore: &Datastore) -> bool {
    datastore.config.file_system.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("vsan"))
}

#[cfg(test)]
mod tests;
