//! Makes time pass for what a read of Hyper-V's counters has left for the next one: nobody waits five minutes for a test.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

const FIVE_MINUTES_MS: i64 = 300_000;

/// As if what is remembered had been read five minutes earlier.
pub(crate) fn aged(remembered: &str) -> String {
    let mut json = String::new();
    ZlibDecoder::new(BASE64_STANDARD.decode(remembered).unwrap().as_slice()).read_to_string(&mut json).unwrap();
    let mut memory: serde_json::Value = serde_json::from_str(&json).unwrap();
    let earlier = |ms: &mut serde_json::Value| *ms = (ms.as_i64().unwrap() - FIVE_MINUTES_MS).into();
    for track in memory["tracks"].as_object_mut().unwrap().values_mut() {
        earlier(&mut track["told_until_ms"]);
        track["readings"].as_array_mut().unwrap().iter_mut().for_each(|reading| earlier(&mut reading["at_ms"]));
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(memory.to_string().as_bytes()).unwrap();
    BASE64_STANDARD.encode(packed.finish().unwrap())
}
