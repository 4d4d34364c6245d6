//! One read of a whole vCenter or ESXi host: connect, stages in order, side reads, assembly.

use std::{collections::HashMap, sync::Arc};

use model::{
    failure::{Failure, FailureKind},
    inventory::{Collection, ConnectionState, ObjectKind, VmRole},
    run::Stage,
};
use tokio_util::sync::CancellationToken;

use super::{
    assemble::{self, Parts},
    object::Object,
    objects::{
        Raw,
        alarm::{read_definition, read_triggered},
        cluster::{CLUSTERS, read_compute_resource},
        host::{HOSTS, read_host},
        network::{NETWORKS, read_network},
        place::{PLACES, POOLS, Place, read_place, read_pool},
        snapshot,
        storage::{DATASTORES, read_datastore},
        vm::{VMS, Vm, read_vcls_evidence, read_vm},
    },
    session::{ServiceContent, Session, service_content},
    stage::{Reader, Scope},
    tags,
    transport::{Transport, cancelled},
    value::Moref,
};
use crate::{Endpoint, Observer, address::Address};

const PLACES_SCOPE: Scope = Scope {
    what: "datacenters and folders",
    kinds: &[ObjectKind::Datacenter, ObjectKind::Folder],
    properties: &PLACES,
};
const CLUSTERS_SCOPE: Scope = Scope { what: "clusters", kinds: &[ObjectKind::Cluster], properties: &CLUSTERS };
const POOLS_SCOPE: Scope = Scope { what: "resource pools", kinds: &[ObjectKind::ResourcePool], properties: &POOLS };
const HOSTS_SCOPE: Scope = Scope { what: "hosts", kinds: &[ObjectKind::Host], properties: &HOSTS };
const VMS_SCOPE: Scope = Scope { what: "virtual machines", kinds: &[ObjectKind::Vm], properties: &VMS };
const DATASTORES_SCOPE: Scope = Scope { what: "datastores", kinds: &[ObjectKind::Datastore], properties: &DATASTORES };
const NETWORKS_SCOPE: Scope = Scope { what: "networks", kinds: &[ObjectKind::Network], properties: &NETWORKS };

/// Reads everything. An answer without any host and machine is believed only after a fresh login has said the same:
/// an expired session can answer with empty lists.
pub(crate) async fn collect(endpoint: &Endpoint, observer: &Observer) -> Result<Collection, Failure> {
    observer.stage(Stage::Connect);
    let (transport, content) = connect(endpoint, observer.cancellation()).await?;
    let collection = read_once(endpoint, observer, &transport, &content).await?;
    let is_empty = collection.inventory.hosts.is_empty() && collection.inventory.vms.is_empty();
    let claims_to_be = [ObjectKind::Host, ObjectKind::Vm].iter().all(|kind| collection.complete.contains(kind));
    if !(is_empty && claims_to_be) {
        return Ok(collection);
    }
    tracing::debug!(host = %transport.host(), "the inventory is empty; reading it again with a fresh login");
    for kind in ObjectKind::ALL {
        observer.restart(kind);
    }
    read_once(endpoint, observer, &transport, &content).await
}

async fn connect(
    endpoint: &Endpoint,
    cancel: &CancellationToken,
) -> Result<(Arc<Transport>, Arc<ServiceContent>), Failure> {
    let transport = Arc::new(open_transport(endpoint).await?);
    let content = tokio::select! {
        () = cancel.cancelled() => return Err(cancelled()),
        content = service_content(&transport) => content?,
    };
    Ok((transport, Arc::new(content)))
}

/// Reading the system's authorities touches the disk: that happens on a blocking thread.
pub(super) async fn open_transport(endpoint: &Endpoint) -> Result<Transport, Failure> {
    let address = Address::vsphere(&endpoint.address)?;
    let mode = endpoint.tls.clone();
    tokio::task::spawn_blocking(move || Transport::new(address, &mode))
        .await
        .unwrap_or_else(|_| Err(Failure::new(FailureKind::Tls, "TLS could not be set up")))
}

async fn read_once(
    endpoint: &Endpoint,
    observer: &Observer,
    transport: &Arc<Transport>,
    content: &Arc<ServiceContent>,
) -> Result<Collection, Failure> {
    let session = sign_in(endpoint, observer.cancellation(), transport, content).await?;
    let tags = tags::start(endpoint, transport, content, observer.cancellation());
    let mut reader = Reader::new(endpoint, observer, session);
    let read = read_stages(&mut reader, observer, content).await;
    let tags = tags.finish().await;
    let (mut issues, complete, gone) = reader.close().await;
    let mut parts = read?;
    match tags {
        Ok(tags) => parts.tags = tags,
        Err(reason) => issues.note(None, format!("tags were not read: {reason}"), Some(tags::ADVICE)),
    }
    let inventory = assemble::assemble(parts, &mut issues);
    if let Some(gone) = gone
        && complete.is_empty()
        && inventory.is_empty()
    {
        return Err(gone);
    }
    let issues = issues.finish();
    observer.issues(issues.len() as u64);
    Ok(Collection { inventory, complete, issues, identity: content.about.identity() })
}

/// The login runs as a task of its own: if the run is cancelled meanwhile, the session is signed out when it arrives.
async fn sign_in(
    endpoint: &Endpoint,
    cancel: &CancellationToken,
    transport: &Arc<Transport>,
    content: &Arc<ServiceContent>,
) -> Result<Session, Failure> {
    let (transport, content) = (transport.clone(), content.clone());
    let (username, password) = (endpoint.username.clone(), endpoint.password.clone());
    let login = tokio::spawn(async move { Session::open(transport, content, &username, &password).await });
    tokio::select! {
        () = cancel.cancelled() => Err(cancelled()),
        session = login => session.unwrap_or_else(|_| Err(Failure::new(FailureKind::Protocol, "the login ended unexpectedly"))),
    }
}

async fn read_stages(reader: &mut Reader<'_>, observer: &Observer, content: &ServiceContent) -> Result<Parts, Failure> {
    let mut parts = Parts { root_folder: content.root_folder.id.clone(), ..Parts::default() };
    observer.stage(Stage::Places);
    let totals = [&CLUSTERS_SCOPE, &HOSTS_SCOPE, &VMS_SCOPE, &DATASTORES_SCOPE, &NETWORKS_SCOPE, &POOLS_SCOPE];
    reader.announce_totals(&totals).await?;
    parts.places = reader.read(&PLACES_SCOPE, read_place, place_kind).await?;
    parts.pools = reader.read(&POOLS_SCOPE, read_pool, |_| Some(ObjectKind::ResourcePool)).await?;
    parts.fields = read_field_names(reader, content).await?;

    observer.stage(Stage::Hosts);
    parts.resources = reader.read(&CLUSTERS_SCOPE, read_compute_resource, counted).await?;
    parts.hosts = reader.read(&HOSTS_SCOPE, read_host, counted).await?;

    observer.stage(Stage::Vms);
    parts.vms = reader.read(&VMS_SCOPE, read_vm, counted).await?;
    read_snapshot_sizes(reader, &mut parts.vms).await?;
    read_vcls_roles(reader, &mut parts.vms).await?;

    observer.stage(Stage::Storage);
    parts.datastores = reader.read(&DATASTORES_SCOPE, read_datastore, counted).await?;

    observer.stage(Stage::Networks);
    parts.networks = reader.read(&NETWORKS_SCOPE, read_network, counted).await?;
    read_alarms(reader, content, &mut parts).await?;
    Ok(parts)
}

fn counted<T>(raw: &Raw<T>) -> Option<ObjectKind> {
    super::objects::alarm::kind_of(&raw.id.kind)
}

/// The four folders that every datacenter has are the platform's, not people's.
fn place_kind(raw: &Raw<Place>) -> Option<ObjectKind> {
    match raw.id.kind.as_str() {
        "Datacenter" => Some(ObjectKind::Datacenter),
        "Folder" if raw.parent.as_ref().is_none_or(|parent| parent.kind != "Datacenter") => Some(ObjectKind::Folder),
        _ => None,
    }
}

/// A side read's failure: cancelled ends the run, everything else is a note.
macro_rules! side_read {
    ($reader:ident, $kind:expr, $what:literal, $read:expr) => {
        match $read {
            Ok(read) => read,
            Err(error) => {
                let failure = error.failure(&$reader.session().host());
                if failure.kind == FailureKind::Cancelled {
                    return Err(failure);
                }
                let message = format!(concat!($what, " were not read: {}"), failure.detail);
                $reader.issues.note($kind, message, Some(failure.advice()));
                Default::default()
            }
        }
    };
}

/// Names of custom attributes by key.
async fn read_field_names(reader: &mut Reader<'_>, content: &ServiceContent) -> Result<HashMap<i64, String>, Failure> {
    let Some(manager) = &content.custom_fields_manager else { return Ok(HashMap::new()) };
    let read = reader.read_these(std::slice::from_ref(manager), "CustomFieldsManager", "field", field_names).await;
    let fields: Vec<Vec<(i64, String)>> = side_read!(reader, None, "names of custom attributes", read);
    Ok(fields.into_iter().flatten().collect())
}

fn field_names(object: Object<'_>) -> Option<Vec<(i64, String)>> {
    let (_, fields) = object.properties().find(|(path, _)| *path == "field")?;
    Some(fields.items().filter_map(|field| Some((field.number("key")?, field.string("name")?))).collect())
}

/// Sizes are in `layoutEx`, which is large: only machines with snapshots are asked.
async fn read_snapshot_sizes(reader: &mut Reader<'_>, vms: &mut [Raw<Vm>]) -> Result<(), Failure> {
    let with_snapshots: Vec<Moref> =
        vms.iter().filter(|vm| !vm.value.config.snapshots.is_empty()).map(|vm| vm.id.clone()).collect();
    let read = reader.read_these(&with_snapshots, "VirtualMachine", "layoutEx", snapshot::read_sizes).await;
    let sizes: Vec<(Moref, HashMap<String, i64>)> =
        side_read!(reader, Some(ObjectKind::Vm), "sizes of snapshots", read);
    let sizes: HashMap<Moref, HashMap<String, i64>> = sizes.into_iter().collect();
    for vm in vms {
        let Some(sizes) = sizes.get(&vm.id) else { continue };
        for snapshot in &mut vm.value.config.snapshots {
            snapshot.size_bytes = sizes.get(&snapshot.key).copied();
        }
    }
    Ok(())
}

/// A name proves nothing: the extra configuration of likely machines is read for the evidence.
async fn read_vcls_roles(reader: &mut Reader<'_>, vms: &mut [Raw<Vm>]) -> Result<(), Failure> {
    let reachable = |vm: &Raw<Vm>| vm.value.config.connection == ConnectionState::Connected;
    let likely: Vec<Moref> =
        vms.iter().filter(|vm| vm.value.may_be_vcls() && reachable(vm)).map(|vm| vm.id.clone()).collect();
    let read = reader.read_these(&likely, "VirtualMachine", "config.extraConfig", read_vcls_evidence).await;
    let agents: Vec<Moref> = side_read!(reader, Some(ObjectKind::Vm), "roles of cluster service machines", read);
    for vm in vms.iter_mut().filter(|vm| agents.contains(&vm.id)) {
        vm.value.config.role = VmRole::Vcls;
    }
    Ok(())
}

async fn read_alarms(reader: &mut Reader<'_>, content: &ServiceContent, parts: &mut Parts) -> Result<(), Failure> {
    let root = std::slice::from_ref(&content.root_folder);
    let read = reader.read_these(root, "Folder", "triggeredAlarmState", read_triggered).await;
    let triggered: Vec<Vec<_>> = side_read!(reader, None, "alarms", read);
    parts.alarms = triggered.into_iter().flatten().collect();
    let mut definitions: Vec<Moref> = parts.alarms.iter().map(|alarm| alarm.definition.clone()).collect();
    definitions.sort();
    definitions.dedup();
    let read = reader.read_these(&definitions, "Alarm", "info.name", read_definition).await;
    let names: Vec<(Moref, String)> = side_read!(reader, None, "names of alarms", read);
    parts.alarm_names = names.into_iter().collect();
    Ok(())
}
