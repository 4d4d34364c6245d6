//! A measured figure, what it is compared with, and whether it is what was wanted.

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) bench: &'static str,
    #[serde(rename = "figure")]
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    /// The same, measured on something else in the same run.
    pub(super) baseline: Option<f64>,
    /// The highest value that is still good.
    pub(super) wanted: Option<f64>,
    pub(super) met: Option<bool>,
}

impl Figure {
    pub(super) fn new(bench: &'static str, name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { bench, name: name.into(), value, unit, baseline: None, wanted: None, met: None }
    }

    pub(super) fn beside(mut self, baseline: Option<f64>) -> Self {
        self.baseline = baseline;
        self
    }

    /// No bound where there is nothing to derive it from.
    pub(super) fn at_most(mut self, wanted: Option<f64>) -> Self {
        self.wanted = wanted;
        self.met = wanted.map(|wanted| self.value <= wanted);
        self
    }
}

pub(super) fn print(figures: &[Figure]) {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), shown);
    println!(
        "\n{:<8} {:<44} {:>10} {:<4} {:>10} {:>10}  met",
        "bench", "figure", "value", "unit", "baseline", "wanted"
    );
    for figure in figures {
        let met = figure.met.map_or("", |met| if met { "yes" } else { "NO" });
        println!(
            "{:<8} {:<44} {:>10} {:<4} {:>10} {:>10}  {met}",
            figure.bench,
            figure.name,
            shown(figure.value),
            figure.unit,
            number(figure.baseline),
            number(figure.wanted)
        );
    }
    let missed = figures.iter().filter(|figure| figure.met == Some(false)).count();
    let bounded = figures.iter().filter(|figure| figure.met.is_some()).count();
    println!("\n{} of {bounded} bounds are met; {} figures in all", bounded - missed, figures.len());
}

/// Three digits that matter: 0.0123, 1.23, 123, 12345.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.4}"),
    }
}
