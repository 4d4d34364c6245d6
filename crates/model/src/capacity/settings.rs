//! How much may be given away: settings of the estate, and what a cluster has otherwise.

use serde::{Deserialize, Serialize};

/// Ratios, buffers and failures to plan for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CapacitySettings {
    /// vCPU per physical core; hardware threads are no cores.
    pub cpu_overcommit: f64,
    pub memory_overcommit: f64,
    /// Provisioned to usable storage.
    pub storage_overcommit: f64,
    pub cpu_buffer_percent: f64,
    pub memory_buffer_percent: f64,
    pub storage_buffer_percent: f64,
    /// Hosts of a cluster that may fail at once, the largest of them; `None`: as the cluster's own admission control says.
    pub planned_failures: Option<u32>,
    /// Raw bytes behind a usable one, where a pool shows raw sizes: 2 for vSAN mirrors, 1.33 for RAID-5, 1.5 for RAID-6.
    pub raw_per_usable: Option<f64>,
    /// Kept free of a storage pool to rebuild what is lost.
    pub rebuild_reserve_percent: f64,
}

impl Default for CapacitySettings {
    fn default() -> Self {
        Self {
            cpu_overcommit: 4.0,
            memory_overcommit: 1.0,
            storage_overcommit: 1.0,
            cpu_buffer_percent: 10.0,
            memory_buffer_percent: 10.0,
            storage_buffer_percent: 20.0,
            planned_failures: None,
            raw_per_usable: None,
            rebuild_reserve_percent: 0.0,
        }
    }
}

impl CapacitySettings {
    /// More hosts than this are not planned to fail at once.
    pub const MAX_FAILURES: u32 = 16;

    /// Sane whatever was stored or sent: ratios from 0.1 to 100, shares from 0 to 95 %, defaults for what is no number.
    #[must_use]
    pub fn bounded(self) -> Self {
        let usual = Self::default();
        let ratio = |value: f64, usual: f64| if value.is_finite() { value.clamp(0.1, 100.0) } else { usual };
        let share = |value: f64, usual: f64| if value.is_finite() { value.clamp(0.0, 95.0) } else { usual };
        Self {
            cpu_overcommit: ratio(self.cpu_overcommit, usual.cpu_overcommit),
            memory_overcommit: ratio(self.memory_overcommit, usual.memory_overcommit),
            storage_overcommit: ratio(self.storage_overcommit, usual.storage_overcommit),
            cpu_buffer_percent: share(self.cpu_buffer_percent, usual.cpu_buffer_percent),
            memory_buffer_percent: share(self.memory_buffer_percent, usual.memory_buffer_percent),
            storage_buffer_percent: share(self.storage_buffer_percent, usual.storage_buffer_percent),
            planned_failures: self.planned_failures.map(|hosts| hosts.min(Self::MAX_FAILURES)),
            raw_per_usable: self
                .raw_per_usable
                .filter(|factor| factor.is_finite())
                .map(|factor| factor.clamp(1.0, 10.0)),
            rebuild_reserve_percent: share(self.rebuild_reserve_percent, usual.rebuild_reserve_percent),
        }
    }
}

/// What one cluster or datastore has otherwise than the estate; `None`: as the estate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CapacityOverride {
    pub cpu_overcommit: Option<f64>,
    pub memory_overcommit: Option<f64>,
    pub storage_overcommit: Option<f64>,
    pub cpu_buffer_percent: Option<f64>,
    pub memory_buffer_percent: Option<f64>,
    pub storage_buffer_percent: Option<f64>,
    pub planned_failures: Option<u32>,
    pub raw_per_usable: Option<f64>,
    pub rebuild_reserve_percent: Option<f64>,
}

impl CapacityOverride {
    /// The estate's settings with these in their place, bounded.
    #[must_use]
    pub fn over(&self, estate: &CapacitySettings) -> CapacitySettings {
        CapacitySettings {
            cpu_overcommit: self.cpu_overcommit.unwrap_or(estate.cpu_overcommit),
            memory_overcommit: self.memory_overcommit.unwrap_or(estate.memory_overcommit),
            storage_overcommit: self.storage_overcommit.unwrap_or(estate.storage_overcommit),
            cpu_buffer_percent: self.cpu_buffer_percent.unwrap_or(estate.cpu_buffer_percent),
            memory_buffer_percent: self.memory_buffer_percent.unwrap_or(estate.memory_buffer_percent),
            storage_buffer_percent: self.storage_buffer_percent.unwrap_or(estate.storage_buffer_percent),
            planned_failures: self.planned_failures.or(estate.planned_failures),
            raw_per_usable: self.raw_per_usable.or(estate.raw_per_usable),
            rebuild_reserve_percent: self.rebuild_reserve_percent.unwrap_or(estate.rebuild_reserve_percent),
        }
        .bounded()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_differs_from_the_estate_only_in_what_it_says() {
        let estate = CapacitySettings { planned_failures: Some(1), ..CapacitySettings::default() };
        let own = CapacityOverride { cpu_overcommit: Some(2.0), ..CapacityOverride::default() };
        assert_eq!(own.over(&estate), CapacitySettings { cpu_overcommit: 2.0, ..estate });
    }

    #[test]
    fn what_is_no_number_becomes_the_default() {
        let odd = CapacitySettings {
            cpu_overcommit: f64::NAN,
            memory_buffer_percent: 400.0,
            planned_failures: Some(u32::MAX),
            raw_per_usable: Some(f64::INFINITY),
            ..CapacitySettings::default()
        };
        let bounded = odd.bounded();
        assert_eq!((bounded.cpu_overcommit, bounded.memory_buffer_percent), (4.0, 95.0));
        assert_eq!((bounded.planned_failures, bounded.raw_per_usable), (Some(16), None));
    }
}
