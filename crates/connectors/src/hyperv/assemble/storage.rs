//! Volumes as datastores: those of hosts, Cluster Shared Volumes once for their cluster, and shares that disks lie on.

mod fill;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    ids::ExternalId,
    inventory::{Datastore, DatastoreConfig, DatastoreState, Health, ObjectKind},
    run::Severity,
};

use super::{Assembly, Owner, Site, networks::short};
use crate::hyperv::report::{Image, Report, SharedVolume, Volume};
pub(super) use fill::{Fill, fills, shared_fills};

fn volume_id(site: &Site<'_>, volume: &Volume) -> Option<ExternalId> {
    let own = volume.id.as_deref().or(volume.path.as_deref())?;
    // `\\?\volume{…}\`: cloned hosts may have the same ones.
    let own = own.trim_start_matches(r"\\?\").trim_end_matches('\\');
    Some(ExternalId::new(format!("{own}@{}", site.host)))
}

/// A volume with several partitions is told once for each of them.
fn shared_ids(report: &Report) -> impl Iterator<Item = (ExternalId, &SharedVolume)> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    report.shared_volumes.rows().iter().filter_map(move |volume| {
        let id = volume.id.as_deref()?;
        let at = seen.entry(id).and_modify(|at| *at += 1).or_default();
        Some((ExternalId::new(if *at == 0 { id.to_owned() } else { format!("{id}:{at}") }), volume))
    })
}

/// `\\filer\vms` of a path on a share.
fn share(path: &str) -> Option<String> {
    let rest = path.strip_prefix(r"\\").filter(|rest| !rest.starts_with(['?', '.']))?;
    let mut parts = rest.split('\\').filter(|part| !part.is_empty());
    Some(format!(r"\\{}\{}", parts.next()?.to_lowercase(), parts.next()?.to_lowercase()))
}

/// Where paths of one host lead.
pub(super) struct Places {
    /// Beginnings of paths in lower case, the longest first.
    starts: Vec<(String, ExternalId)>,
}

impl Places {
    pub(super) fn of(site: &Site<'_>) -> Self {
        let local = site.report.volumes.rows().iter();
        let local = local.filter_map(|volume| Some((volume.path.clone()?, volume_id(site, volume)?)));
        let shared = shared_ids(site.report).filter_map(|(id, volume)| Some((volume.path.clone()?, id)));
        let mut starts: Vec<(String, ExternalId)> = local
            .chain(shared)
            .map(|(path, id)| (format!("{}\\", path.trim_end_matches('\\').to_lowercase()), id))
            .collect();
        starts.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self { starts }
    }

    pub(super) fn find(&self, path: &str) -> Option<ExternalId> {
        if let Some(share) = share(path) {
            return Some(ExternalId::new(share));
        }
        let path = path.to_lowercase();
        self.starts.iter().find(|(start, _)| path.starts_with(start)).map(|(_, id)| id.clone())
    }
}

pub(super) fn of_host(site: &Site<'_>) -> Vec<ExternalId> {
    let local = site.report.volumes.rows().iter().filter_map(|volume| volume_id(site, volume));
    let shares = site.report.disks.rows().iter().filter_map(|disk| share(disk.path.as_deref()?)).map(ExternalId::new);
    let mut all: Vec<ExternalId> = local.chain(shared_ids(site.report).map(|(id, _)| id)).chain(shares).collect();
    all.sort();
    all.dedup();
    all
}

pub(super) fn add(sites: &[Site<'_>], assembly: &mut Assembly) {
    let growth = growth(sites);
    let mut datastores: BTreeMap<ExternalId, Datastore> = BTreeMap::new();
    for site in sites {
        for volume in site.report.volumes.rows() {
            if let Some(datastore) = local(site, volume) {
                datastores.entry(datastore.external_id.clone()).or_insert(datastore);
            }
        }
        for path in site.report.disks.rows().iter().filter_map(|disk| disk.path.as_deref()) {
            if let Some(share) = share(path) {
                let id = ExternalId::new(share.clone());
                datastores.entry(id).or_insert_with(|| on_share(share));
            }
        }
    }
    for volume in clusters_volumes(sites, assembly) {
        datastores.entry(volume.external_id.clone()).or_insert(volume);
    }
    for (id, datastore) in &mut datastores {
        datastore.state.uncommitted_bytes = growth.as_ref().map(|growth| growth.get(id).copied().unwrap_or(0));
    }
    assembly.inventory.datastores.extend(datastores.into_values());
}

/// Every node tells of all shared volumes of its cluster: the first that could is believed.
fn clusters_volumes(sites: &[Site<'_>], assembly: &mut Assembly) -> Vec<Datastore> {
    let mut found = Vec::new();
    let clusters: BTreeSet<&Owner> = sites.iter().map(|site| &site.owner).collect();
    for owner in clusters {
        let Owner::Cluster(cluster) = owner else { continue };
        let mut members = sites.iter().filter(|site| site.owner == *owner);
        let Some(site) = members.clone().find(|site| site.report.shared_volumes.is_whole()).or_else(|| members.next())
        else {
            continue;
        };
        let part = &site.report.shared_volumes;
        if !part.is_whole() {
            let what = "Cluster Shared Volumes";
            assembly.issues.section(ObjectKind::Datastore, Severity::Error, what, &site.host, part.reason());
            assembly.incomplete.insert(ObjectKind::Datastore);
        }
        for (id, volume) in shared_ids(site.report) {
            found.push(shared(cluster, id, volume, assembly));
        }
    }
    found
}

fn local(site: &Site<'_>, volume: &Volume) -> Option<Datastore> {
    let path = volume.path.as_deref()?;
    let label = volume.label.as_deref().map_or_else(String::new, |label| format!(" ({label})"));
    Some(Datastore {
        external_id: volume_id(site, volume)?,
        // Every host has a C:\.
        name: format!("{}: {path}{label}", short(&site.host)),
        datacenter: None,
        folder: None,
        config: DatastoreConfig {
            file_system: volume.file_system.clone(),
            url: Some(format!("volume://{}/{path}", site.host)),
            capacity_bytes: volume.size_bytes,
            accessible: Some(volume.size_bytes.is_some()),
            shared: Some(false),
            ..DatastoreConfig::default()
        },
        state: DatastoreState { free_bytes: volume.free_bytes, ..DatastoreState::default() },
    })
}

fn shared(cluster: &str, id: ExternalId, volume: &SharedVolume, assembly: &mut Assembly) -> Datastore {
    let online = volume.state.is(2, "Online");
    let faulty = volume.fault.is_known() && !volume.fault.is(0, "NoFaults");
    let name = match (volume.name.as_deref(), volume.path.as_deref()) {
        (Some(name), Some(path)) => format!("{} ({name})", path.rsplit('\\').next().unwrap_or(path)),
        (name, path) => name.or(path).unwrap_or(id.as_str()).to_owned(),
    };
    if !online && volume.state.is_known() {
        let message = format!("the volume is {}", volume.state.word().unwrap_or_default().to_lowercase());
        let advice = "Bring it online in Failover Cluster Manager; its sizes are unknown meanwhile.";
        assembly.issues.object(ObjectKind::Datastore, &id, &name, message, advice);
    } else if faulty || volume.redirected == Some(true) {
        let word = volume.fault.word().filter(|_| faulty).unwrap_or_else(|| "redirected access".to_owned());
        let advice = "The volume works, more slowly: look at its paths to the storage in Failover Cluster Manager.";
        assembly.issues.object(ObjectKind::Datastore, &id, &name, format!("the volume reports {word}"), advice);
    }
    Datastore {
        name,
        datacenter: None,
        folder: None,
        config: DatastoreConfig {
            // The proxy that all nodes see is CSVFS; below it lies NTFS or ReFS.
            file_system: Some(
                volume.file_system.as_deref().map_or("CSVFS".to_owned(), |below| format!("CSVFS ({below})")),
            ),
            url: Some(format!("csv://{cluster}/{}", volume.path.as_deref().unwrap_or(id.as_str()))),
            capacity_bytes: volume.size_bytes,
            accessible: volume.state.is_known().then_some(online),
            maintenance: volume.maintenance.map(|is_on| if is_on { "inMaintenance" } else { "normal" }.to_owned()),
            shared: Some(true),
            ..DatastoreConfig::default()
        },
        state: DatastoreState {
            health: match volume {
                _ if !volume.state.is_known() => Health::Gray,
                _ if !online => Health::Red,
                _ if faulty || volume.redirected == Some(true) => Health::Yellow,
                _ => Health::Green,
            },
            free_bytes: volume.free_bytes,
            uncommitted_bytes: None,
            owner_node: volume.owner.clone(),
        },
        external_id: id,
    }
}

/// All that is known is that it is there: its server is not asked.
fn on_share(share: String) -> Datastore {
    Datastore {
        external_id: ExternalId::new(share.clone()),
        name: share.clone(),
        datacenter: None,
        folder: None,
        config: DatastoreConfig {
            file_system: Some("SMB".to_owned()),
            url: Some(share),
            shared: Some(true),
            ..DatastoreConfig::default()
        },
        state: DatastoreState::default(),
    }
}

/// What disks that are not fixed may still grow by, for each datastore; `None` unless all files were read.
fn growth(sites: &[Site<'_>]) -> Option<HashMap<ExternalId, i64>> {
    if sites.iter().any(|site| !site.report.disks.is_whole() || !site.report.images.is_whole()) {
        return None;
    }
    let mut growth: HashMap<ExternalId, i64> = HashMap::new();
    let mut seen = BTreeSet::new();
    for site in sites {
        let places = Places::of(site);
        let files: HashMap<String, &Image> = site
            .report
            .images
            .rows()
            .iter()
            .filter_map(|image| Some((image.path.as_deref()?.to_lowercase(), image)))
            .collect();
        for path in site.report.disks.rows().iter().filter_map(|disk| disk.path.as_deref()) {
            let key = path.to_lowercase();
            let (Some(place), Some(image)) = (places.find(path), files.get(&key)) else { continue };
            let more = image.size_bytes.zip(image.file_bytes).map_or(0, |(size, file)| (size - file).max(0));
            // Two nodes may tell of the same file while its machine moves.
            if seen.insert((place.clone(), key)) {
                let sum = growth.entry(place).or_default();
                *sum = sum.saturating_add(more);
            }
        }
    }
    Some(growth)
}
