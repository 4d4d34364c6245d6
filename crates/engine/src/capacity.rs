//! Capacity of the estate: what clusters, hosts that stand alone and datastores have left, and for how long. Judged by
//! `analysis` from what is kept, once after each sync and each day; the pages share the outcome.

mod history;

use std::sync::Arc;

use analysis::{capacity as judgement, runway};
use model::{
    account::{Actor, Role},
    capacity::{CapacitySettings, EstateCapacity, Measure, PoolView, Resource, ResourceOutlook, StoreView},
    ids::SourceId,
    inventory::{Datastore, ObjectKind},
    runway::{Caution, DailySeries, HORIZON_DAYS, Outlook, Steps},
    table::{Reference, SourceReference},
};
use store::{inventory::Whole, settings};

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
};
use history::Histories;

const SETTINGS: &str = "capacity";
const DAY_MS: i64 = 86_400_000;

/// What was judged last, and of what.
#[derive(Debug, Default)]
pub(crate) struct Judged(Option<(Basis, Arc<EstateCapacity>)>);

/// While this stays the same, so does the outcome.
#[derive(Debug, PartialEq)]
struct Basis {
    /// Sources and when each was last read.
    sources: Vec<(SourceId, Option<i64>)>,
    settings: CapacitySettings,
    day: i64,
}

/// A source with its inventory.
struct Known {
    source: SourceReference,
    read_ms: Option<i64>,
    whole: Whole,
}

impl Engine {
    /// Pools and datastores with what they have left, those first that run out first.
    pub async fn capacity(&self, actor: &Actor) -> Result<Arc<EstateCapacity>> {
        Self::allow(actor, Role::Viewer)?;
        // Whoever comes while it is judged waits for the same outcome.
        let mut judged = self.inner.capacity.lock().await;
        let sources = store::sources::list(self.db()).await?;
        let basis = Basis {
            sources: sources.iter().map(|source| (source.id, source.last_success_ms)).collect(),
            settings: self.capacity_settings().await?,
            day: now_ms().div_euclid(DAY_MS),
        };
        if let Some((known, outcome)) = &judged.0
            && *known == basis
        {
            return Ok(outcome.clone());
        }
        let mut all = Vec::new();
        for source in sources.into_iter().filter(|source| !source.settings.kind.is_monitoring()) {
            let whole = store::inventory::whole(self.db(), source.id).await?;
            let (name, kind) = (source.settings.name, source.settings.kind);
            all.push(Known {
                source: SourceReference { id: source.id, name, kind },
                read_ms: source.last_success_ms,
                whole,
            });
        }
        let histories = Histories::read(self.db(), &all, basis.day).await?;
        let (settings, today) = (basis.settings, basis.day);
        let judging = tokio::task::spawn_blocking(move || judge(&all, &histories, &settings, today));
        let outcome = Arc::new(judging.await.map_err(Error::internal)?);
        judged.0 = Some((basis, outcome.clone()));
        Ok(outcome)
    }

    async fn capacity_settings(&self) -> Result<CapacitySettings> {
        Ok(settings::get::<CapacitySettings>(self.db(), SETTINGS).await?.unwrap_or_default().bounded())
    }

    /// For the whole estate.
    pub async fn set_capacity_settings(&self, actor: &Actor, wanted: CapacitySettings) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let wanted = wanted.bounded();
        settings::set(self.db(), SETTINGS, &wanted).await?;
        tracing::info!(?wanted, "what capacity is judged by was changed");
        Ok(())
    }
}

fn judge(all: &[Known], histories: &Histories, settings: &CapacitySettings, today: i64) -> EstateCapacity {
    let mut pools: Vec<PoolView> = all
        .iter()
        .flat_map(|known| {
            let pools = judgement::pools(&known.whole.inventory);
            pools.into_iter().filter_map(move |pool| pool_view(known, &pool, histories, settings, today))
        })
        .collect();
    let mut stores = store_views(all, histories, settings, today);
    pools.sort_by(|one, other| {
        let urgency = |pool: &PoolView| urgency(pool.time.outlook, &pool.capacity.measures);
        urgency(other).total_cmp(&urgency(one)).then_with(|| one.object.name.cmp(&other.object.name))
    });
    stores.sort_by(|one, other| {
        let urgency = |store: &StoreView| urgency(store.outlook.runway.outlook, &store.capacity.measures);
        let name = |store: &StoreView| store.members.first().map(|member| member.name.clone());
        urgency(other).total_cmp(&urgency(one)).then_with(|| name(one).cmp(&name(other)))
    });
    EstateCapacity { settings: *settings, pools, stores }
}

/// What runs out first comes first; where no time is known, the fullest.
fn urgency(outlook: Outlook, measures: &[Measure]) -> f64 {
    let share = |measure: &Measure| Some(measure.taken? / measure.usable?.max(1.0));
    let fullest = measures.iter().filter_map(share).fold(0.0, f64::max);
    match outlook.days() {
        // Between 1 and 2 for known times, however full; below 1 for the others.
        Some(days) => 2.0 - f64::from(days.min(HORIZON_DAYS + 1)) / f64::from(HORIZON_DAYS + 2),
        None => fullest / (1.0 + fullest),
    }
}

fn pool_view(
    known: &Known,
    pool: &judgement::Pool<'_>,
    histories: &Histories,
    settings: &CapacitySettings,
    today: i64,
) -> Option<PoolView> {
    let (kind, external_id, name) = match (pool.cluster, pool.hosts.first()) {
        (Some(cluster), _) => (ObjectKind::Cluster, &cluster.external_id, &cluster.name),
        (None, Some(host)) => (ObjectKind::Host, &host.external_id, &host.name),
        (None, None) => return None,
    };
    let object = Reference { kind, id: known.whole.id(kind, external_id)?, name: name.clone() };
    let basis = judgement::basis(pool);
    let capacity = judgement::judge(&basis, settings);
    let outlooks: Vec<ResourceOutlook> = history::MEASURED
        .into_iter()
        .map(|(resource, _)| {
            let usable = capacity.measure(resource).and_then(|measure| measure.usable);
            outlook(resource, histories.of(kind, object.id, resource), usable, today)
        })
        .collect();
    let runways: Vec<_> = outlooks.iter().map(|outlook| outlook.runway).collect();
    Some(PoolView {
        object,
        source: known.source.clone(),
        read_ms: known.read_ms,
        fits: judgement::fits_in_use(&basis, settings),
        capacity,
        time: runway::least(&runways),
        outlooks,
    })
}

fn store_views(all: &[Known], histories: &Histories, settings: &CapacitySettings, today: i64) -> Vec<StoreView> {
    let of_sources: Vec<&[Datastore]> = all.iter().map(|known| known.whole.inventory.datastores.as_slice()).collect();
    let pools = judgement::storage::pools(&of_sources);
    let view = |pool: &judgement::storage::StoragePool<'_>| {
        let first = *pool.members.first()?;
        // Members of a pool are of one source.
        let known =
            all.iter().find(|known| known.whole.inventory.datastores.iter().any(|one| std::ptr::eq(one, first)))?;
        let members = pool.members.iter().filter_map(|datastore| {
            let id = known.whole.id(ObjectKind::Datastore, &datastore.external_id)?;
            Some(Reference { kind: ObjectKind::Datastore, id, name: datastore.name.clone() })
        });
        let members: Vec<Reference> = members.collect();
        let capacity = judgement::storage::judge(pool, settings);
        let usable = capacity.measure(Resource::StorageUsed).and_then(|measure| measure.usable);
        let history = histories.of_datastores(&members);
        Some(StoreView {
            cluster: pool.cluster.map(str::to_owned),
            datacenter: datacenter_of(&known.whole, first),
            members,
            source: known.source.clone(),
            read_ms: known.read_ms,
            capacity,
            outlook: outlook(Resource::StorageUsed, history, usable, today),
        })
    };
    pools.iter().filter_map(view).collect()
}

fn datacenter_of(whole: &Whole, datastore: &Datastore) -> Option<String> {
    let id = datastore.datacenter.as_ref()?;
    whole.inventory.datacenters.iter().find(|one| one.external_id == *id).map(|one| one.name.clone())
}

fn outlook(resource: Resource, history: DailySeries, usable: Option<f64>, today: i64) -> ResourceOutlook {
    // What may be used was not recorded as it changed: the present amount stands for the past, too.
    let usable = usable.map_or_else(Steps::default, Steps::constant);
    let days = history.values.iter().flatten().count() as u32;
    let (runway, forecasted) = runway::time_remaining(resource, &history, &usable, Caution::default(), today);
    ResourceOutlook { runway, report: forecasted.map(|forecasted| forecasted.report), days }
}
