//! Taking samples in: what is no sample is counted and left out, recent ones go to slabs, long history straight into chunks.

mod accept;
mod slots;
mod writer;

use std::collections::BTreeMap;

use model::{ids::SourceId, sample::SeriesSamples};

use self::{
    accept::{Limits, accept, split},
    slots::{Slots, taken_slots},
    writer::Writer,
};
use super::{
    cursor,
    day::{BASE_MS, DAY_MS},
    directory::{self, Note},
    write::News,
};
use crate::{Database, StoreError};

/// A clock of a platform may be so much ahead of ours.
const SKEW_MS: i64 = 10 * 60_000;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Samples that are stored now, those included that were there before.
    pub accepted: u64,
    pub refused: Refused,
    /// The longest time that a transaction took, from its lock to its end.
    pub longest_transaction_ms: u64,
}

/// Samples that were left out, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The inventory of the source has no such object (yet).
    pub unknown_object: u64,
    /// Not a number, infinite or negative: vSphere says −1 where it does not know.
    pub not_a_value: u64,
    /// Further ahead than clocks may differ.
    pub in_the_future: u64,
    /// Older than anything is kept, or of a day of which only summaries are left.
    pub too_old: u64,
}

impl Refused {
    pub const fn total(&self) -> u64 {
        self.unknown_object + self.not_a_value + self.in_the_future + self.too_old
    }
}

/// Stores samples of a source. The same interval twice: the last one counts. Transactions are small, so a batch that was
/// interrupted may be there in part; giving it again completes it and doubles nothing.
pub async fn ingest(
    db: &Database,
    source: SourceId,
    batch: &[SeriesSamples],
    now_ms: i64,
) -> Result<Ingested, StoreError> {
    let retention = cursor::retention(db).await?;
    let all = directory::resolve(db, source, batch).await?;
    let taken = taken_slots(db, batch, &all, now_ms).await?;
    let limits =
        Limits { now_ms, oldest_ms: (now_ms - retention.daily_ms).max(0), closed_ms: now_ms - retention.base_ms };
    let mut ingested = Ingested::default();
    let mut slabs = Slots::default();
    let mut notes = BTreeMap::<i64, Note>::new();
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_by_key(|at| all[*at].map(|series| series.id));
    let mut writer = Writer::new(db.clone());
    for at in order {
        let Some(series) = all[at] else {
            ingested.refused.unknown_object += batch[at].samples.len() as u64;
            continue;
        };
        let days = accept(&batch[at], series.metric, &limits, &mut ingested);
        for (day, cells) in days {
            let grain = batch[at].grain;
            let (chunk, slab) = split(cells, day, grain, series.id, &limits, &taken);
            if let Some(first) = slab.iter().map(|cell| cell.at).min() {
                let first_ms = day * DAY_MS + i64::from(first) * BASE_MS - grain.ms();
                if first_ms < series.first_ms || grain < series.grain {
                    let note = Note { id: series.id, grain, first_ms, chunked_ms: None };
                    let known = notes.entry(series.id).or_insert(note);
                    known.first_ms = known.first_ms.min(first_ms);
                    known.grain = known.grain.min(grain);
                }
            }
            slabs.add(series.id, day, grain, slab);
            if !chunk.is_empty() {
                writer.add(News { series, day, cells: vec![(grain, chunk)] }).await?;
            }
        }
    }
    let longest = slabs.write(db, notes.into_values().collect()).await?;
    let (late, longest_chunks) = writer.end().await?;
    ingested.accepted = ingested.accepted.saturating_sub(late);
    ingested.refused.too_old += late;
    ingested.longest_transaction_ms = longest.max(longest_chunks);
    Ok(ingested)
}
