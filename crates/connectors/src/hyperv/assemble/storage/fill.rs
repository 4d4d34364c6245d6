//! How full volumes are, for measurements. What volumes there are is the inventory's.

use model::ids::ExternalId;

use super::{Site, shared_ids, volume_id};
use crate::hyperv::report::{SharedVolume, Volume};

pub(in crate::hyperv::assemble) struct Fill {
    pub(in crate::hyperv::assemble) id: ExternalId,
    pub(in crate::hyperv::assemble) size_bytes: i64,
    pub(in crate::hyperv::assemble) free_bytes: i64,
}

/// The volumes of a host.
pub(in crate::hyperv::assemble) fn fills(site: &Site<'_>) -> Vec<Fill> {
    let fill = |volume: &Volume| {
        let id = volume_id(site, volume)?;
        Some(Fill { id, size_bytes: volume.size_bytes?, free_bytes: volume.free_bytes? })
    };
    let local = site.report.volumes.rows().iter();
    local.filter(|volume| volume.path.is_some()).filter_map(fill).collect()
}

/// The shared volumes of its cluster.
pub(in crate::hyperv::assemble) fn shared_fills(site: &Site<'_>) -> Vec<Fill> {
    let fill = |(id, volume): (ExternalId, &SharedVolume)| {
        Some(Fill { id, size_bytes: volume.size_bytes?, free_bytes: volume.free_bytes? })
    };
    shared_ids(site.report).filter_map(fill).collect()
}
