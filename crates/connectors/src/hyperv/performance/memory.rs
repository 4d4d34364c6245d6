//! What one read of counters leaves for the next: the last readings of all hosts, packed into a text.
//!
//! The text is kept beside the source, so that neither a restart of this program nor a second one beside it makes a gap.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};

use super::intervals::Track;

/// What readings may unpack to: those of some 50,000 machines.
const UNPACKED_MAX: u64 = 128 << 20;
/// Hosts that have not answered for so long are forgotten.
const FORGOTTEN_MS: i64 = 2 * 3_600_000;

/// Readings by host, and of shared volumes by cluster.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    pub(super) tracks: BTreeMap<String, Track>,
}

impl Memory {
    /// What cannot be understood, perhaps another version's, is as good as none: the next read begins anew.
    pub(super) fn unpack(text: Option<&str>) -> Self {
        let unpacked = text.and_then(|text| {
            let packed = BASE64_STANDARD.decode(text).ok()?;
            let mut json = Vec::new();
            ZlibDecoder::new(packed.as_slice()).take(UNPACKED_MAX).read_to_end(&mut json).ok()?;
            serde_json::from_slice(&json).ok()
        });
        unpacked.unwrap_or_default()
    }

    /// `None` where nothing is worth keeping.
    pub(super) fn pack(&self) -> Option<String> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&serde_json::to_vec(self).ok()?).ok()?;
        (!self.tracks.is_empty()).then_some(BASE64_STANDARD.encode(packed.finish().ok()?))
    }

    pub(super) fn forget_before(&mut self, now_ms: i64) {
        self.tracks.retain(|_, track| track.last_ms().is_some_and(|at_ms| at_ms > now_ms - FORGOTTEN_MS));
    }
}
