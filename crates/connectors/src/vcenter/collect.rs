//! One read of a whole vCenter or ESXi host: connect, stages in order, side reads, assembly.

use std::{collections::HashMap, sync::Arc};

use model::{
    failure::{Failure, FailureKind},
    inventory::{Aspect, Collection, ConnectionState, Inventory, ObjectKind, SourceIdentity, VmRole},
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
    scope::Scope,
    session::{ServiceContent, Session, service_content},
    stage::{Closed, Named, Reader},
    tags,
    transport::{CallError, Transport},
    value::Moref,
    withheld,
};
use crate::{Endpoint, Observer, address::Address, http_failure::cancelled};

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

pub(super) async fn connect(
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

pub(super) async fn open_transport(endpoint: &Endpoint) -> Result<Transport, Failure> {
    Transport::open(Address::vsphere(&endpoint.address)?, &endpoint.tls).await
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
    let Closed { mut issues, complete, mut aspects, gone } = reader.close().await;
    let mut parts = read?;
    match tags {
        Ok(Some(tags)) => {
            parts.tags = tags;
            aspects.insert(Aspect::Tags);
        }
        Ok(None) => issues.note(None, "tags were not read: the server has no such interface", Some(tags::ADVICE)),
        Err(reason) => issues.not_read(None, format!("tags were not read: {reason}"), tags::ADVICE),
    }
    parts.has_all_hosts = complete.contains(&ObjectKind::Host);
    let withheld = withheld::of(&parts);
    let inventory = assemble::assemble(parts, &mut issues);
    if let Some(gone) = gone
        && complete.is_empty()
        && inventory.is_empty()
    {
        return Err(gone);
    }
    let issues = issues.finish();
    observer.issues(issues.len() as u64);
    let identity = identity(content, &inventory);
    Ok(Collection { inventory, complete, aspects, withheld, issues, identity })
}

/// A host without vCenter is known by its hardware.
fn identity(content: &ServiceContent, inventory: &Inventory) -> SourceIdentity {
    let mut identity = content.about.identity();
    if content.about.is_host() {
        let uuid = inventory.hosts.first().and_then(|host| host.config.uuid.as_deref());
        identity.instance_uuid = uuid.map(|uuid| format!("esxi:{}", uuid.to_ascii_lowercase()));
    }
    identity
}

/// The login runs as a task of its own: if the run is cancelled meanwhile, the session is signed out when it arrives.
pub(super) async fn sign_in(
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

/// What was read beside the objects; `None` where it was not, which then is an issue. Only cancelling ends the run.
fn side_read<T>(
    reader: &mut Reader<'_>,
    kind: Option<ObjectKind>,
    what: &str,
    read: Result<T, CallError>,
) -> Result<Option<T>, Failure> {
    let error = match read {
        Ok(read) => return Ok(Some(read)),
        Err(error) => error,
    };
    let failure = error.failure(&reader.session().host());
    if failure.kind == FailureKind::Cancelled {
        return Err(failure);
    }
    let message = format!("{what} were not read: {}", failure.detail);
    reader.issues.not_read(kind, message, failure.advice());
    Ok(None)
}

/// Names of custom attributes by key.
async fn read_field_names(reader: &mut Reader<'_>, content: &ServiceContent) -> Result<HashMap<i64, String>, Failure> {
    let Some(manager) = &content.custom_fields_manager else {
        // Nobody can define any.
        reader.aspects.insert(Aspect::Attributes);
        return Ok(HashMap::new());
    };
    let read = reader.read_these(std::slice::from_ref(manager), "CustomFieldsManager", "field", field_names).await;
    let read = side_read(reader, None, "names of custom attributes", read.and_then(Named::whole))?;
    let Some(fields) = read else { return Ok(HashMap::new()) };
    reader.aspects.insert(Aspect::Attributes);
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
    let read = side_read(reader, Some(ObjectKind::Vm), "sizes of snapshots", read)?;
    let Some(read) = read else { return Ok(()) };
    if read.withheld > 0 {
        note_withheld(reader, "sizes of snapshots", read.withheld);
    } else {
        reader.aspects.insert(Aspect::SnapshotSizes);
    }
    let sizes: HashMap<Moref, HashMap<String, i64>> = read.values.into_iter().collect();
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
    let what = "roles of cluster service machines";
    let Some(read) = side_read(reader, Some(ObjectKind::Vm), what, read)? else { return Ok(()) };
    if read.withheld > 0 {
        note_withheld(reader, what, read.withheld);
    } else {
        reader.aspects.insert(Aspect::Roles);
    }
    for vm in vms.iter_mut().filter(|vm| read.values.contains(&vm.id)) {
        vm.value.config.role = VmRole::Vcls;
    }
    Ok(())
}

/// Some objects did not tell: what was known of them stays.
fn note_withheld(reader: &mut Reader<'_>, what: &str, withheld: u64) {
    let message = format!(
        "{what} were not read of {withheld} virtual machines: the server withholds them, or the machines are gone"
    );
    reader.issues.note(Some(ObjectKind::Vm), message, Some("Everything else of these machines was read."));
}

/// Alarms with their names, or none of both: a half-read list would end alarms that are up.
async fn read_alarms(reader: &mut Reader<'_>, content: &ServiceContent, parts: &mut Parts) -> Result<(), Failure> {
    let root = std::slice::from_ref(&content.root_folder);
    let read = reader.read_these(root, "Folder", "triggeredAlarmState", read_triggered).await;
    let read = read.and_then(Named::whole).and_then(|told| if told.is_empty() { Err(untold()) } else { Ok(told) });
    let Some(triggered) = side_read(reader, None, "alarms", read)? else { return Ok(()) };
    let alarms: Vec<_> = triggered.into_iter().flatten().collect();
    let mut definitions: Vec<Moref> = alarms.iter().map(|alarm| alarm.definition.clone()).collect();
    definitions.sort();
    definitions.dedup();
    let read = reader.read_these(&definitions, "Alarm", "info.name", read_definition).await;
    let Some(names) = side_read(reader, None, "names of alarms", read)? else { return Ok(()) };
    parts.alarm_names = names.values.into_iter().collect();
    parts.alarms = alarms;
    reader.aspects.insert(Aspect::Alarms);
    Ok(())
}

fn untold() -> CallError {
    Failure::new(FailureKind::Forbidden, "the server does not tell them at the top object").into()
}
