//! Which objects are read together, and which of their properties.

use model::inventory::ObjectKind;

type Properties = [(&'static str, &'static [&'static str])];

/// Objects that are read together.
pub(super) struct Scope {
    /// What people call them: `virtual machines`.
    pub(super) what: &'static str,
    /// Complete once the scope was read to its end.
    pub(super) kinds: &'static [ObjectKind],
    pub(super) properties: &'static Properties,
}

impl Scope {
    pub(super) fn classes(&self) -> Vec<&'static str> {
        // Subclasses are listed with their base: asking for both would name the same objects twice.
        const SUBCLASSES: [&str; 4] =
            ["VirtualApp", "ClusterComputeResource", "OpaqueNetwork", "DistributedVirtualPortgroup"];
        self.properties.iter().map(|(class, _)| *class).filter(|class| !SUBCLASSES.contains(class)).collect()
    }

    pub(super) fn properties_without(&self, unknown: &[String]) -> Vec<(&'static str, Vec<&'static str>)> {
        let is_known = |path: &&str| {
            !unknown
                .iter()
                .any(|gone| *path == gone || path.strip_suffix(gone.as_str()).is_some_and(|rest| rest.ends_with('.')))
        };
        self.properties
            .iter()
            .map(|(class, paths)| (*class, paths.iter().copied().filter(is_known).collect()))
            .collect()
    }
}
