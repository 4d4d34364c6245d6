//! Every kind's tables, and how its objects become rows.

mod places;
mod storage;
mod vms;

use std::{borrow::Cow, collections::HashMap};

use model::{
    ids::ExternalId,
    inventory::{
        Attribute, Cluster, ConnectionState, Datacenter, Datastore, Folder, Host, Inventory, Network, ObjectKind,
        ResourcePool, Tag, Vm,
    },
};

use super::{
    carry,
    object::{Record, Shape},
    records::{Save, documents},
    relations,
    statements::ROWS,
    unread::Unread,
};
use crate::{StoreError, error::to_json};

/// An object of the model, as far as saving goes.
trait Stored: Clone {
    fn external_id(&self) -> &ExternalId;

    /// Keeps a name that was withheld.
    fn rename(&mut self, name: &str);

    /// Keeps what was known before and was not read this time.
    fn carry_over(&mut self, document: &str, unread: &Unread<'_>, withheld: &[String]) -> Result<(), StoreError>;
}

type ToRecord<T> = for<'o> fn(&'o T) -> Result<Record<'o>, StoreError>;

macro_rules! stored {
    ($type:ident, |$object:ident, $document:ident, $unread:ident, $withheld:ident| $carry:expr) => {
        impl Stored for $type {
            fn external_id(&self) -> &ExternalId {
                &self.external_id
            }

            fn rename(&mut self, name: &str) {
                name.clone_into(&mut self.name);
            }

            fn carry_over(
                &mut self,
                $document: &str,
                $unread: &Unread<'_>,
                $withheld: &[String],
            ) -> Result<(), StoreError> {
                let $object = self;
                $carry
            }
        }
    };
    ($($type:ident),*) => {
        $(stored!($type, |object, document, unread, withheld| {
            carry::over(&mut object.config, document, unread, withheld)
        });)*
    };
}

stored!(Datacenter, |_object, _document, _unread, _withheld| Ok(()));
stored!(Folder, |_object, _document, _unread, _withheld| Ok(()));
stored!(Cluster, Host, ResourcePool, Vm, Datastore, Network);

/// Saves all kinds, pointed-to ones before those that point to them.
pub(super) async fn save_all(save: &mut Save<'_>, inventory: &Inventory) -> Result<(), StoreError> {
    save_kind(save, &places::DATACENTER, &inventory.datacenters, (places::datacenter, never)).await?;
    save_kind(save, &places::FOLDER, &certain_folders(save, &inventory.folders), (places::folder, never)).await?;
    save_kind(save, &places::CLUSTER, &inventory.clusters, (places::cluster, never)).await?;
    save_kind(save, &storage::DATASTORE, &inventory.datastores, (storage::datastore, is_inaccessible)).await?;
    save_kind(save, &storage::NETWORK, &inventory.networks, (storage::network, never)).await?;
    save_kind(save, &places::HOST, &inventory.hosts, (places::host, is_away)).await?;
    save_kind(save, &places::RESOURCE_POOL, &inventory.resource_pools, (places::resource_pool, never)).await?;
    vms::save(save, &inventory.vms).await
}

fn never<T>(_: &T) -> bool {
    false
}

/// The platform tells little of a host that it does not reach, and says of nothing that it left it out.
fn is_away(host: &Host) -> bool {
    host.config.connection != ConnectionState::Connected
}

fn is_inaccessible(datastore: &Datastore) -> bool {
    datastore.config.accessible == Some(false)
}

/// Folders whose paths can be believed: where not all places were read, a path may lack its beginning, and known folders
/// stay as they are.
fn certain_folders<'i>(save: &Save<'_>, folders: &'i [Folder]) -> Cow<'i, [Folder]> {
    if !save.unread.places() {
        return Cow::Borrowed(folders);
    }
    let known = save.index.of(ObjectKind::Folder);
    let is_new = |folder: &&Folder| {
        known.get(folder.external_id.as_str()).is_none_or(|entry| entry.hash.is_none() || entry.archived)
    };
    folders.iter().filter(is_new).cloned().collect()
}

async fn save_kind<T: Stored>(
    save: &mut Save<'_>,
    shape: &Shape,
    objects: &[T],
    (record, silent): (ToRecord<T>, fn(&T) -> bool),
) -> Result<(), StoreError> {
    let stored = relations::load(save.db, save.transaction, save.source, shape).await?;
    let mut moved = Vec::new();
    for some in last_of_each(objects).chunks(ROWS) {
        let objects = carried_over(save, shape, some, silent).await?;
        let records = objects.iter().map(|object| record(object)).collect::<Result<Vec<_>, _>>()?;
        moved.extend(save.save_records(shape, &records, &stored).await?);
    }
    relations::save(save, shape, &stored, moved).await
}

/// The objects with what is kept from before. `silent` ones may lack something though everything was read.
async fn carried_over<'o, T: Stored>(
    save: &Save<'_>,
    shape: &Shape,
    objects: &[&'o T],
    silent: fn(&T) -> bool,
) -> Result<Vec<Cow<'o, T>>, StoreError> {
    let entries = save.index.of(shape.kind);
    let all = save.unread.concerns(shape.kind);
    let withheld = |object: &T| save.unread.fields(shape.kind, object.external_id());
    let known = |object: &T| entries.get(object.external_id().as_str()).filter(|entry| entry.hash.is_some());
    let concerned = objects.iter().filter(|object| all || silent(object) || !withheld(object).is_empty());
    let ids: Vec<i64> = concerned.filter_map(|object| known(object)).map(|entry| entry.id).collect();
    let documents = documents(save.transaction, shape, &ids).await?;
    objects
        .iter()
        .map(|object| {
            let Some(entry) = known(object) else { return Ok(Cow::Borrowed(*object)) };
            let withheld = withheld(object);
            let keeps_name = withheld.iter().any(|field| field == "name");
            let document = documents.get(&entry.id);
            if document.is_none() && !keeps_name {
                return Ok(Cow::Borrowed(*object));
            }
            let mut object = (*object).clone();
            if keeps_name {
                object.rename(&entry.name);
            }
            if let Some(document) = document {
                object.carry_over(document, &save.unread, withheld)?;
            }
            Ok(Cow::Owned(object))
        })
        .collect()
}

/// The objects in their order; of an external id that repeats, the last one.
fn last_of_each<T: Stored>(objects: &[T]) -> Vec<&T> {
    let last: HashMap<&ExternalId, usize> =
        objects.iter().enumerate().map(|(at, object)| (object.external_id(), at)).collect();
    objects
        .iter()
        .enumerate()
        .filter(|(at, object)| last[object.external_id()] == *at)
        .map(|(_, object)| object)
        .collect()
}

fn document(config: &impl serde::Serialize) -> Result<String, StoreError> {
    to_json("configuration", config)
}

/// One tag a line, `category:name`.
fn tag_lines(tags: &[Tag]) -> Option<String> {
    let lines: Vec<String> = tags.iter().map(|tag| format!("{}:{}", tag.category, tag.name)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn words<'a>(tags: &'a [Tag], attributes: &'a [Attribute]) -> Vec<Option<&'a str>> {
    let tags = tags.iter().map(|tag| Some(tag.name.as_str()));
    tags.chain(attributes.iter().map(|attribute| Some(attribute.value.as_str()))).collect()
}
