//! A machine's virtual disks: what it sees, and which files stand behind it.

use std::collections::{HashMap, HashSet};

use model::{ids::ExternalId, inventory::Disk};

use super::{Site, storage::Places};
use crate::hyperv::report::{Image, MachineDisk};

/// Parents of parents: longer chains than Windows allows are loops.
const CHAIN_MAX: usize = 100;

/// All files of a host's disks, and where they lie.
pub(super) struct Files<'a> {
    /// Paths in lower case.
    by_path: HashMap<String, &'a Image>,
    /// In how many machines' chains a file is.
    uses: HashMap<String, u32>,
    places: Places,
}

/// The disks of one machine.
#[derive(Default)]
pub(super) struct Disks {
    pub(super) list: Vec<Disk>,
    pub(super) passthrough: Vec<String>,
    pub(super) datastores: Vec<ExternalId>,
    /// All files, those of parents included; `None` if one of them is unknown.
    pub(super) committed_bytes: Option<i64>,
    /// Files that no other machine of the host uses.
    pub(super) unshared_bytes: Option<i64>,
    /// The file of some disk was not told.
    pub(super) has_gap: bool,
}

impl<'a> Files<'a> {
    pub(super) fn of(site: &Site<'a>, disks: &HashMap<String, Vec<&'a MachineDisk>>) -> Self {
        let rows = site.report.images.rows().iter();
        let by_path = rows.filter_map(|image| Some((image.path.as_deref()?.to_lowercase(), image))).collect();
        let mut files = Self { by_path, uses: HashMap::new(), places: Places::of(site) };
        for disks in disks.values() {
            let mut own = HashSet::new();
            for path in disks.iter().filter_map(|disk| disk.path.as_deref()) {
                own.extend(files.chain(path));
            }
            for path in own {
                *files.uses.entry(path).or_default() += 1;
            }
        }
        files
    }

    /// A file and those that it builds on, by their paths in lower case.
    fn chain(&self, path: &str) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        let mut next = Some(path.to_lowercase());
        while let Some(path) = next {
            if chain.len() >= CHAIN_MAX || chain.contains(&path) {
                break;
            }
            let parent = self.by_path.get(&path).and_then(|image| image.parent.as_deref());
            next = parent.map(str::to_lowercase);
            chain.push(path);
        }
        chain
    }

    pub(super) fn place(&self, path: &str) -> Option<ExternalId> {
        self.places.find(path)
    }

    pub(super) fn of_machine(&self, rows: &[&MachineDisk]) -> Disks {
        let mut all = Disks { committed_bytes: Some(0), unshared_bytes: Some(0), ..Disks::default() };
        let mut counted = HashSet::new();
        for row in rows {
            let disk = self.disk(row);
            if row.physical_disk.is_some() {
                all.passthrough.push(disk.label.clone());
            } else if let Some(path) = &row.path {
                all.has_gap |= !self.by_path.contains_key(&path.to_lowercase());
                all.datastores.extend(disk.datastore.clone());
                for path in self.chain(path) {
                    let size = self.by_path.get(&path).and_then(|image| image.file_bytes);
                    let is_shared = self.uses.get(&path).is_some_and(|uses| *uses > 1);
                    if counted.insert(path) {
                        let add = |sum: Option<i64>| sum?.checked_add(size?);
                        all.committed_bytes = add(all.committed_bytes);
                        all.unshared_bytes = if is_shared { all.unshared_bytes } else { add(all.unshared_bytes) };
                    }
                }
            }
            all.list.push(disk);
        }
        all.list.sort_by(|a, b| a.key.cmp(&b.key));
        all.list.dedup_by(|a, b| a.key == b.key);
        all.datastores.sort();
        all.datastores.dedup();
        all
    }

    fn disk(&self, row: &MachineDisk) -> Disk {
        let bus = if row.controller.is(0, "IDE") { "IDE" } else { "SCSI" };
        let at = |number: Option<i64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
        let (number, location) = (at(row.controller_number), at(row.controller_location));
        let image = row.path.as_ref().and_then(|path| self.by_path.get(&path.to_lowercase()));
        let kind = match image.map(|image| &image.kind) {
            _ if row.physical_disk.is_some() => Some("passthrough"),
            Some(kind) if kind.is(2, "Fixed") => Some("fixed"),
            Some(kind) if kind.is(3, "Dynamic") => Some("dynamic"),
            Some(kind) if kind.is(4, "Differencing") => Some("differencing"),
            _ => None,
        };
        Disk {
            // The place stays when a checkpoint puts another file there.
            key: format!("{}-{number}-{location}", bus.to_lowercase()),
            label: format!("Hard disk {bus} {number}:{location}"),
            capacity_bytes: image.and_then(|image| image.size_bytes),
            thin: kind.filter(|kind| *kind != "passthrough").map(|kind| kind != "fixed"),
            mode: kind.map(str::to_owned),
            datastore: row.path.as_deref().filter(|_| row.physical_disk.is_none()).and_then(|path| self.place(path)),
            path: row.path.clone(),
            parent_path: image.and_then(|image| image.parent.clone()),
            controller: Some(format!("{bus} {number}:{location}")),
        }
    }
}
