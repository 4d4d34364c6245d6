//! What a read did not reach: its gaps stand in the collection like "there is none" and must not replace what is known.

use std::collections::{BTreeSet, HashMap};

use model::{
    ids::ExternalId,
    inventory::{Aspect, Collection, ObjectKind},
};

use super::object::{Link, Shape};

pub(super) struct Unread<'a> {
    complete: &'a BTreeSet<ObjectKind>,
    aspects: &'a BTreeSet<Aspect>,
    withheld: HashMap<(ObjectKind, &'a str), &'a [String]>,
}

impl<'a> Unread<'a> {
    pub(super) fn of(collection: &'a Collection) -> Self {
        let withheld = collection.withheld.iter();
        Self {
            complete: &collection.complete,
            aspects: &collection.aspects,
            withheld: withheld.map(|gap| ((gap.kind, gap.object.as_str()), gap.fields.as_slice())).collect(),
        }
    }

    /// The kind was not read to its end.
    pub(super) fn kind(&self, kind: ObjectKind) -> bool {
        !self.complete.contains(&kind)
    }

    /// Paths and places cannot be told for sure.
    pub(super) fn places(&self) -> bool {
        self.kind(ObjectKind::Folder) || self.kind(ObjectKind::Datacenter)
    }

    pub(super) fn aspect(&self, aspect: Aspect) -> bool {
        !self.aspects.contains(&aspect)
    }

    /// Fields, pointers and relations that were withheld of this object.
    pub(super) fn fields(&self, kind: ObjectKind, external_id: &ExternalId) -> &'a [String] {
        self.withheld.get(&(kind, external_id.as_str())).copied().unwrap_or_default()
    }

    pub(super) fn has_withheld(&self, kind: ObjectKind, external_id: &ExternalId, field: &str) -> bool {
        self.fields(kind, external_id).iter().any(|withheld| withheld == field)
    }

    /// Configurations of every object of the kind may lack something.
    pub(super) fn concerns(&self, kind: ObjectKind) -> bool {
        let labels = self.aspect(Aspect::Tags) || self.aspect(Aspect::Attributes);
        match kind {
            ObjectKind::Datacenter | ObjectKind::Folder | ObjectKind::ResourcePool => false,
            ObjectKind::Cluster | ObjectKind::Host => labels,
            ObjectKind::Datastore => labels || self.places() || self.kind(ObjectKind::Host),
            ObjectKind::Network => labels || self.kind(ObjectKind::Network) || self.kind(ObjectKind::Host),
            ObjectKind::Vm => {
                labels
                    || self.aspect(Aspect::SnapshotSizes)
                    || self.aspect(Aspect::Roles)
                    || self.kind(ObjectKind::Network)
            }
        }
    }

    /// The pointer may be missing only because what tells it was not read.
    pub(super) fn link(&self, link: &Link, withheld: &[String]) -> bool {
        let needs: &[ObjectKind] = match link.kind {
            // Found by climbing: from a machine over its host, vApp or folder.
            ObjectKind::Datacenter | ObjectKind::Folder => &[
                ObjectKind::Datacenter,
                ObjectKind::Folder,
                ObjectKind::Cluster,
                ObjectKind::Host,
                ObjectKind::ResourcePool,
            ],
            // A machine's cluster is its host's; a pool's host is that of a compute resource, read with the clusters.
            ObjectKind::Cluster | ObjectKind::Host => &[ObjectKind::Cluster, ObjectKind::Host],
            ObjectKind::ResourcePool => &[ObjectKind::ResourcePool],
            ObjectKind::Vm => &[ObjectKind::Vm],
            ObjectKind::Datastore => &[ObjectKind::Datastore],
            ObjectKind::Network => &[ObjectKind::Network],
        };
        withheld.iter().any(|field| field == link.field) || needs.iter().any(|kind| self.kind(*kind))
    }

    pub(super) fn concerns_links(&self, shape: &Shape) -> bool {
        self.withheld.keys().any(|(kind, _)| *kind == shape.kind) || shape.links.iter().any(|link| self.link(link, &[]))
    }
}
