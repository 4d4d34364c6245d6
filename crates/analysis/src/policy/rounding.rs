//! From a need to a size that can be set: steps, floors, the largest change at once, and the saving that is worth one.

use model::rightsizing::{Policy, Preset};

pub const MIB: i64 = 1 << 20;
const GIB: f64 = 1_073_741_824.0;

/// What a change may be. The published rules are held to those of the balanced preset, so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub least_vcpu: i64,
    pub least_memory_bytes: i64,
    /// The largest part (0 to 1) that is taken away at once; `None` for no limit.
    pub largest_cut: Option<f64>,
    /// The largest part that is added at once.
    pub largest_addition: Option<f64>,
}

/// What is saved has to be at least this part of what there is.
const WORTHWHILE: f64 = 0.2;

impl Limits {
    pub const fn of(policy: &Policy) -> Self {
        let (least_vcpu, half_gib, largest_cut, largest_addition) = match policy {
            Policy::Preset(Preset::Conservative) => (2, 4, Some(0.25), None),
            Policy::Preset(Preset::Aggressive) => (1, 1, None, None),
            Policy::Preset(_) | Policy::Custom(_) => (1, 2, Some(0.5), Some(1.0)),
        };
        Self { least_vcpu, least_memory_bytes: half_gib * 512 * MIB, largest_cut, largest_addition }
    }

    /// What a machine should shrink to; `None` where what is saved is not worth a change.
    pub fn shrunk_vcpu(&self, now: i64, need: f64) -> Option<i64> {
        let target = self.bounded(now, need.max(self.least_vcpu as f64), vcpu_steps);
        (target < now && now - target >= 1 && is_worthwhile(now, target)).then_some(target)
    }

    /// In bytes.
    pub fn shrunk_memory(&self, now: i64, need: f64) -> Option<i64> {
        let target = self.bounded(now, need.max(self.least_memory_bytes as f64), memory_steps);
        let is_large = now - target >= 1_024 * MIB;
        (target < now && is_large && is_worthwhile(now, target)).then_some(target)
    }

    /// What a machine should grow to, at least by a step; `None` where that is more than there can be.
    pub fn grown_vcpu(&self, now: i64, need: f64) -> Option<i64> {
        self.grown(now, need, vcpu_steps)
    }

    pub fn grown_memory(&self, now: i64, need: f64) -> Option<i64> {
        self.grown(now, need, memory_steps)
    }

    fn bounded(&self, now: i64, need: f64, steps: fn(f64) -> i64) -> i64 {
        let least = self.largest_cut.map_or(0.0, |cut| now as f64 * (1.0 - cut));
        steps(need.max(least))
    }

    fn grown(&self, now: i64, need: f64, steps: fn(f64) -> i64) -> Option<i64> {
        let most = self.largest_addition.map_or(f64::INFINITY, |addition| now as f64 * (1.0 + addition));
        let target = steps(need.max(now as f64 * 1.01).min(most));
        (target > now).then_some(target)
    }
}

fn is_worthwhile(now: i64, target: i64) -> bool {
    (now - target) as f64 >= WORTHWHILE * now as f64 - 1e-9
}

/// 1, 2, then even numbers: the smallest that is enough.
pub fn vcpu_steps(need: f64) -> i64 {
    // A hair above a step is the arithmetic's, not the machine's.
    let whole = (need - 1e-9).ceil().clamp(1.0, 1e6) as i64;
    if whole <= 1 { 1 } else { (whole + 1) / 2 * 2 }
}

/// Whole GiB, halves below 4, in bytes: the smallest that is enough.
pub fn memory_steps(need: f64) -> i64 {
    let gib = (need / GIB).min(1e6);
    let rounded = if gib > 4.0 { (gib - 1e-9).ceil() } else { ((gib * 2.0 - 1e-9).ceil() / 2.0).max(0.5) };
    (rounded * GIB) as i64
}
