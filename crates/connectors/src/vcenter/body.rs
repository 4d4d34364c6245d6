//! The bridge between the network and a parser: pieces of a body that arrive on the runtime are read on a blocking thread.

use std::io::{self, BufRead, Read};

use bytes::Bytes;
use tokio::sync::mpsc;

/// An answer's body for a parser on a blocking thread: waits for the next piece where it has none.
pub(super) struct Body {
    waiting: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Body {
    pub(super) fn new(waiting: mpsc::Receiver<Bytes>) -> Self {
        Self { waiting, current: Bytes::new() }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.waiting.blocking_recv() {
                Some(piece) => self.current = piece,
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        let _ = self.current.split_to(amount.min(self.current.len()));
    }
}
