//! Forecasts: what they are made with, what they say and how they did on the past.

use serde::{Deserialize, Serialize};

/// What a forecast is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// As one season ago.
    SeasonalNaive,
    /// The median of the last seasons.
    SeasonalMedian,
    /// The line from the first value to the last.
    Drift,
    /// The median of all slopes.
    TheilSen,
    /// A trend that fades.
    DampedHolt,
    HoltWinters,
    Theta,
    /// A line through what is left without the season.
    StlLinear,
}

impl Model {
    pub const ALL: [Self; 8] = [
        Self::SeasonalNaive,
        Self::SeasonalMedian,
        Self::Drift,
        Self::TheilSen,
        Self::DampedHolt,
        Self::HoltWinters,
        Self::Theta,
        Self::StlLinear,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::SeasonalNaive => "seasonal_naive",
            Self::SeasonalMedian => "seasonal_median",
            Self::Drift => "drift",
            Self::TheilSen => "theil_sen",
            Self::DampedHolt => "damped_holt",
            Self::HoltWinters => "holt_winters",
            Self::Theta => "theta",
            Self::StlLinear => "stl_linear",
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeasonalNaive => "as a week ago",
            Self::SeasonalMedian => "median of the last weeks",
            Self::Drift => "drift",
            Self::TheilSen => "Theil–Sen line",
            Self::DampedHolt => "damped Holt",
            Self::HoltWinters => "Holt–Winters",
            Self::Theta => "Theta",
            Self::StlLinear => "STL and line",
        }
    }
}

/// Quantiles of what will be taken, a value a day from `first_day` on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub first_day: i64,
    /// One series for each of [`super::QUANTILES`], of the same length; no quantile is below a lower one.
    pub quantiles: Vec<Vec<f64>>,
    /// The history shows growth beyond chance (Mann–Kendall, one-sided p < 0.001). Where it does not, what is taken stays
    /// about where it is, and intervals that widen do not exhaust anything.
    pub grows: bool,
}

/// How the model that was chosen did on the past.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportCard {
    pub model: Model,
    /// Moments of the past from which it was made to forecast what is known by now.
    pub origins: u32,
    /// Days ahead that were checked.
    pub days_ahead: u32,
    /// The mean of the losses at 0.1, 0.5 and 0.9, in the resource's unit; and what was lost by repeating the last week.
    pub pinball: f64,
    pub pinball_naive: f64,
    /// Mean absolute error, against that of repeating the last week within the history (Hyndman and Koehler 2006). `None`
    /// where the history repeats exactly.
    pub mase: Option<f64>,
    /// The share of known values within the 80 % intervals forecast for them, each interval made without its own origin.
    pub coverage_80: f64,
    /// Days that the model was fitted to.
    pub days: u32,
    /// The first day after the last shift of the level; what was before it is not used.
    pub shift_day: Option<i64>,
}
