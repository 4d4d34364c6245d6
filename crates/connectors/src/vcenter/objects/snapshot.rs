//! Snapshot trees, and what their files weigh.

use std::collections::{HashMap, HashSet};

use model::inventory::Snapshot;

use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{Moref, decode_name, time_ms},
};

/// vSphere allows 32 levels; the bound keeps a forged tree from being walked forever.
const MAX_DEPTH: usize = 64;

/// Reads a `VirtualMachineSnapshotInfo` depth-first.
pub fn read_tree(info: Element<'_>) -> Vec<Snapshot> {
    let current = info.get("currentSnapshot").unwrap_or_default();
    let mut all = Vec::new();
    for root in info.all("rootSnapshotList") {
        walk(root, None, current, 0, &mut all);
    }
    all
}

fn walk(node: Element<'_>, parent: Option<&str>, current: &str, depth: usize, all: &mut Vec<Snapshot>) {
    let Some(key) = node.get("snapshot") else { return };
    if depth > MAX_DEPTH {
        return;
    }
    all.push(Snapshot {
        key: key.to_owned(),
        parent: parent.map(str::to_owned),
        name: decode_name(node.get("name").unwrap_or_default()),
        description: node.string("description"),
        created_at_ms: node.get("createTime").and_then(time_ms),
        size_bytes: None,
        is_current: key == current,
        quiesced: node.flag("quiesced"),
    });
    for child in node.all("childSnapshotList") {
        walk(child, Some(key), current, depth + 1, all);
    }
}

/// A machine's `layoutEx`: bytes of the files that belong to each snapshot alone, by snapshot.
pub fn read_sizes(object: Object<'_>) -> Option<(Moref, HashMap<String, i64>)> {
    let (_, layout) = object.properties().find(|(path, _)| *path == "layoutEx")?;
    let files: HashMap<i64, i64> =
        layout.all("file").filter_map(|file| Some((file.number("key")?, file.number("size")?))).collect();
    let mut users: HashMap<i64, u32> = HashMap::new();
    let mut owned: Vec<(String, HashSet<i64>)> = Vec::new();
    for snapshot in layout.all("snapshot") {
        let Some(key) = snapshot.string("key") else { continue };
        let own = files_of(snapshot);
        for file in &own {
            *users.entry(*file).or_default() += 1;
        }
        owned.push((key, own));
    }
    // The first link of a disk's chain is the machine's base disk: it is not the snapshot's, however few share it.
    let bases: HashSet<i64> = layout.all("snapshot").flat_map(|snapshot| snapshot.all("disk")).flat_map(base).collect();
    let sizes = owned.into_iter().map(|(key, own)| {
        let alone = own.iter().filter(|file| users.get(file) == Some(&1) && !bases.contains(file));
        let size = alone.filter_map(|file| files.get(file)).fold(0_i64, |sum, size| sum.saturating_add(*size));
        (key, size)
    });
    Some((object.moref()?, sizes.collect()))
}

/// State, memory and disk files that the snapshot refers to.
fn files_of(snapshot: Element<'_>) -> HashSet<i64> {
    let mut own: HashSet<i64> = [snapshot.number("dataKey"), snapshot.number("memoryKey")]
        .into_iter()
        .flatten()
        .filter(|key| *key >= 0)
        .collect();
    for link in snapshot.all("disk").flat_map(|disk| disk.all("chain")) {
        own.extend(link.all("fileKey").filter_map(|key| key.text().parse::<i64>().ok()));
    }
    own
}

fn base(disk: Element<'_>) -> impl Iterator<Item = i64> {
    disk.child("chain").into_iter().flat_map(|link| link.all("fileKey")).filter_map(|key| key.text().parse().ok())
}
