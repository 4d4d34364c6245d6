//! Chunks of a batch, packed on other threads while earlier ones are written.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use crate::{
    Database, StoreError,
    samples::write::{self, CHUNKS_AT_ONCE, News, Prepared},
};

type Packing = JoinHandle<Result<(Prepared, Vec<News>), StoreError>>;

/// Writes chunks while the next ones are being packed on other threads.
pub(super) struct Writer {
    db: Database,
    /// As many as there are cores.
    packing: VecDeque<Packing>,
    room: usize,
    gathered: Vec<News>,
    late: u64,
    longest_ms: u64,
}

impl Writer {
    pub(super) fn new(db: Database) -> Self {
        let room = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        Self { db, packing: VecDeque::new(), room, gathered: Vec::new(), late: 0, longest_ms: 0 }
    }

    /// News come in the order of series.
    pub(super) async fn add(&mut self, news: News) -> Result<(), StoreError> {
        // The same series twice in a batch, for example in two grains: one chunk.
        if let Some(same) = self
            .gathered
            .iter_mut()
            .rev()
            .take_while(|other| other.series.id == news.series.id)
            .find(|other| other.day == news.day)
        {
            same.cells.extend(news.cells);
            return Ok(());
        }
        // A series' days stay together, up to twice the number.
        let is_next = self.gathered.last().is_some_and(|last| last.series.id != news.series.id);
        if (is_next && self.gathered.len() >= CHUNKS_AT_ONCE) || self.gathered.len() >= 2 * CHUNKS_AT_ONCE {
            self.start().await?;
        }
        self.gathered.push(news);
        Ok(())
    }

    async fn start(&mut self) -> Result<(), StoreError> {
        if self.packing.len() >= self.room {
            self.write_one().await?;
        }
        let (db, news) = (self.db.clone(), std::mem::take(&mut self.gathered));
        self.packing.push_back(tokio::spawn(async move { Ok((write::prepare(&db, news.clone()).await?, news)) }));
        Ok(())
    }

    async fn write_one(&mut self) -> Result<(), StoreError> {
        let Some(packing) = self.packing.pop_front() else { return Ok(()) };
        let (prepared, news) = packing.await.map_err(|_| StoreError::GivenUp("packing samples"))??;
        let merged = write::finish(&self.db, prepared, news, &[]).await?;
        self.late += merged.late;
        self.longest_ms = self.longest_ms.max(merged.transaction_ms);
        Ok(())
    }

    /// How many samples came too late, and the longest transaction in ms.
    pub(super) async fn end(mut self) -> Result<(u64, u64), StoreError> {
        if !self.gathered.is_empty() {
            self.start().await?;
        }
        while !self.packing.is_empty() {
            self.write_one().await?;
        }
        Ok((self.late, self.longest_ms))
    }
}
