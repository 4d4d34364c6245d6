//! Paths of a plot: the line through the averages, and the band between averages and maxima. A missing point breaks both.
//!
//! Coordinates are whole numbers and mostly relative, which keeps a page with twenty charts small.

use std::fmt::Write as _;

/// A point of a plot: its column, and how high its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) column: i64,
    pub(crate) average: i64,
    pub(crate) maximum: Option<i64>,
}

/// `M1 500l1-20 1 5`; a point without neighbours is a line of no length, which round ends make a dot.
pub(crate) fn line(spots: &[Spot]) -> String {
    let mut path = String::new();
    for run in runs(spots) {
        let Some(first) = run.first() else { continue };
        let _ = write!(path, "M{} {}", first.column, first.average);
        if run.len() == 1 {
            path.push_str("h0");
            continue;
        }
        path.push('l');
        let mut is_first = true;
        for pair in run.windows(2) {
            step(&mut path, pair[1].column - pair[0].column, pair[1].average - pair[0].average, is_first);
            is_first = false;
        }
    }
    path
}

/// Closed shapes: forth along the maxima, back along the averages. A point without a maximum has none above its average.
pub(crate) fn band(spots: &[Spot]) -> String {
    let mut path = String::new();
    for run in runs(spots).filter(|run| run.iter().any(|spot| spot.maximum.is_some())) {
        let upper = run.iter().map(|spot| (spot.column, spot.maximum.unwrap_or(spot.average)));
        let lower = run.iter().rev().map(|spot| (spot.column, spot.average));
        let mut before: Option<(i64, i64)> = None;
        let mut is_first = true;
        for (column, height) in upper.chain(lower) {
            match before {
                None => {
                    let _ = write!(path, "M{column} {height}l");
                }
                Some((left, above)) => {
                    step(&mut path, column - left, height - above, is_first);
                    is_first = false;
                }
            }
            before = Some((column, height));
        }
        path.push('z');
    }
    path
}

/// Points whose columns follow each other.
fn runs(spots: &[Spot]) -> impl Iterator<Item = &[Spot]> {
    spots.chunk_by(|left, right| right.column == left.column + 1)
}

/// A minus separates numbers as well as a space does.
fn step(path: &mut String, across: i64, down: i64, is_first: bool) {
    if !is_first && across >= 0 {
        path.push(' ');
    }
    let _ = write!(path, "{across}");
    if down >= 0 {
        path.push(' ');
    }
    let _ = write!(path, "{down}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(column: i64, average: i64, maximum: Option<i64>) -> Spot {
        Spot { column, average, maximum }
    }

    #[test]
    fn a_missing_point_breaks_the_line_and_a_lonely_one_is_a_dot() {
        let spots = [spot(1, 500, None), spot(2, 480, None), spot(3, 490, None), spot(6, 100, None)];
        assert_eq!(line(&spots), "M1 500l1-20 1 10M6 100h0");
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn the_band_lies_between_average_and_maximum() {
        let spots = [spot(1, 500, Some(400)), spot(2, 480, Some(300))];
        assert_eq!(band(&spots), "M1 400l1-100 0 180-1 20z");
        assert_eq!(band(&[spot(1, 500, None), spot(2, 480, None)]), "");
    }
}
