//! Scales: from moments to columns of a plot, and from values to heights.

use std::ops::Range;

/// A plot's height in its own units; drawn as high as the style says.
pub(crate) const HEIGHT: i64 = 1_000;

/// Columns of one step each: column 0 is the beginning of the range, and a point stands where its interval ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Across {
    pub(crate) range: Range<i64>,
    pub(crate) step_ms: i64,
}

impl Across {
    /// The range, widened to whole steps: that is where points end.
    pub(crate) fn new(range: Range<i64>, step_ms: i64) -> Self {
        let step_ms = step_ms.max(1);
        let start = range.start.div_euclid(step_ms) * step_ms;
        let end = (range.end + step_ms - 1).div_euclid(step_ms) * step_ms;
        Self { range: start..end.max(start + step_ms), step_ms }
    }

    /// The plot's width.
    pub(crate) fn columns(&self) -> i64 {
        (self.range.end - self.range.start) / self.step_ms
    }

    /// The column of the interval that ends at the moment; `None` outside of the plot.
    pub(crate) fn column(&self, end_ms: i64) -> Option<i64> {
        let column = (end_ms - self.range.start).div_euclid(self.step_ms);
        (0..=self.columns()).contains(&column).then_some(column)
    }

    /// How far into the range a moment is, in percent.
    pub(crate) fn percent(&self, at_ms: i64) -> f64 {
        (at_ms - self.range.start) as f64 * 100.0 / (self.columns() * self.step_ms) as f64
    }
}

/// Values from 0 to the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Up {
    top: f64,
}

impl Up {
    /// `top`: more than 0.
    pub(crate) const fn new(top: f64) -> Self {
        Self { top }
    }

    /// From the upper edge, as SVG counts; what is beyond an edge is drawn at it.
    pub(crate) fn height(self, value: f64) -> i64 {
        let share = (value / self.top).clamp(0.0, 1.0);
        HEIGHT - (share * HEIGHT as f64).round() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: i64 = 300_000;

    #[test]
    fn a_point_stands_where_its_interval_ends() {
        let across = Across::new(0..10 * STEP, STEP);
        assert_eq!(across.columns(), 10);
        assert_eq!(across.column(STEP), Some(1));
        assert_eq!(across.column(10 * STEP), Some(10));
        assert_eq!(across.column(11 * STEP), None);
        assert_eq!(across.column(-STEP), None);
        assert!((across.percent(5 * STEP) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_range_is_widened_to_whole_steps() {
        // From 11:20 on, and points that end at full hours: each stands at its own time, the newest one, too.
        let across = Across::new(100_000..100_000 + 2 * STEP, STEP);
        assert_eq!((across.range.clone(), across.columns()), (0..3 * STEP, 3));
        assert_eq!(across.column(STEP), Some(1));
        assert_eq!(across.column(3 * STEP), Some(3));
    }

    #[test]
    fn values_beyond_an_edge_are_drawn_at_it() {
        let up = Up::new(200.0);
        assert_eq!([0.0, 50.0, 200.0, 900.0, -1.0].map(|value| up.height(value)), [1_000, 750, 0, 0, 1_000]);
        assert_eq!(up.height(f64::NAN), 1_000);
    }
}
