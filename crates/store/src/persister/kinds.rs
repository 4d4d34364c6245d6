//! Every kind's tables, and how its objects become rows.

mod places;
mod storage;
mod vms;

use std::collections::HashMap;

use model::{
    ids::ExternalId,
    inventory::{Attribute, Inventory, Tag},
};

use super::{
    object::{Record, Shape},
    records::Save,
    relations::{self, Wanted},
    statements::ROWS,
};
use crate::{StoreError, error::to_json};

/// Saves all kinds, pointed-to ones before those that point to them.
pub(super) async fn save_all(save: &mut Save<'_>, inventory: &Inventory) -> Result<(), StoreError> {
    save_kind(save, &places::DATACENTER, &inventory.datacenters, |object| &object.external_id, places::datacenter)
        .await?;
    save_kind(save, &places::FOLDER, &inventory.folders, |object| &object.external_id, places::folder).await?;
    save_kind(save, &places::CLUSTER, &inventory.clusters, |object| &object.external_id, places::cluster).await?;
    save_kind(save, &storage::DATASTORE, &inventory.datastores, |object| &object.external_id, storage::datastore)
        .await?;
    save_kind(save, &storage::NETWORK, &inventory.networks, |object| &object.external_id, storage::network).await?;
    save_kind(save, &places::HOST, &inventory.hosts, |object| &object.external_id, places::host).await?;
    save_kind(
        save,
        &places::RESOURCE_POOL,
        &inventory.resource_pools,
        |object| &object.external_id,
        places::resource_pool,
    )
    .await?;
    vms::save(save, &inventory.vms).await
}

async fn save_kind<T>(
    save: &mut Save<'_>,
    shape: &Shape,
    objects: &[T],
    external_id: fn(&T) -> &ExternalId,
    record: for<'o> fn(&'o T) -> Result<Record<'o>, StoreError>,
) -> Result<(), StoreError> {
    let stored = relations::load(save.db, save.transaction, save.source, shape).await?;
    let mut wanted: Wanted<'_> = shape.relations.iter().map(|_| Vec::new()).collect();
    for some in last_of_each(objects, external_id).chunks(ROWS) {
        let records = some.iter().map(|object| record(object)).collect::<Result<Vec<_>, _>>()?;
        save.save_records(shape, &records, &stored).await?;
        for record in &records {
            for (wanted, others) in wanted.iter_mut().zip(&record.relations) {
                wanted.push((record.external_id, others));
            }
        }
    }
    relations::save(save, shape, &stored, wanted).await
}

/// The objects in their order; of an external id that repeats, the last one.
fn last_of_each<T>(objects: &[T], external_id: fn(&T) -> &ExternalId) -> Vec<&T> {
    let last: HashMap<&ExternalId, usize> =
        objects.iter().enumerate().map(|(at, object)| (external_id(object), at)).collect();
    objects
        .iter()
        .enumerate()
        .filter(|(at, object)| last[external_id(object)] == *at)
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
