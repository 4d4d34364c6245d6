//! Filter chips and quick filters: the same text that the URL carries, as links that change it.

use model::{
    filter::{Filter, Op, Term},
    table::{Column, ValueType},
};

/// One term of the filter, and the filter without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chip {
    pub label: String,
    pub without: String,
}

pub(crate) fn chips(filter: &Filter, columns: &[Column]) -> Vec<Chip> {
    filter
        .terms
        .iter()
        .enumerate()
        .map(|(at, term)| {
            let mut others = filter.clone();
            others.terms.remove(at);
            Chip { label: label(term, columns), without: others.to_string() }
        })
        .collect()
}

fn label(term: &Term, columns: &[Column]) -> String {
    let values = term.values.join(" or ");
    let not = if term.negated { "not " } else { "" };
    let Some(field) = &term.field else {
        return format!("{not}“{values}”");
    };
    let name = columns.iter().find(|column| column.key == field).map_or(field.as_str(), |column| column.label);
    let sign = match term.op {
        Op::Contains => ": ",
        Op::Equals => " = ",
        Op::Less => " < ",
        Op::LessOrEqual => " ≤ ",
        Op::Greater => " > ",
        Op::GreaterOrEqual => " ≥ ",
    };
    format!("{not}{name}{sign}{values}")
}

/// A choice that one click filters by, and that another click lets go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuickFilter {
    pub label: &'static str,
    pub active: bool,
    /// The filter after a click.
    pub then: String,
}

/// The quick filters of a table: pairs of a label and the term that it stands for.
pub(crate) fn quick_filters(filter: &Filter, offered: &[(&'static str, &'static str)]) -> Vec<QuickFilter> {
    offered
        .iter()
        .filter_map(|&(label, text)| {
            let term = Filter::parse(text).ok()?.terms.into_iter().next()?;
            let active = filter.terms.contains(&term);
            let mut then = filter.clone();
            if active {
                then.terms.retain(|other| *other != term);
            } else {
                // Another choice of the same field is replaced: a machine is not both on and off.
                then.terms.retain(|other| other.field != term.field || other.op != term.op || other.negated);
                then.terms.push(term);
            }
            Some(QuickFilter { label, active, then: then.to_string() })
        })
        .collect()
}

/// How a column is filtered by, in one example for the help.
pub(crate) fn example(column: &Column) -> String {
    let key = column.key;
    match column.value {
        ValueType::Text => format!("{key}:word"),
        ValueType::Number => format!("{key}>4"),
        ValueType::Bytes => format!("{key}>=16g"),
        ValueType::Mhz => format!("{key}>2ghz"),
        ValueType::Percent => format!("{key}>80"),
        ValueType::Time => format!("{key}>2026-01-31"),
        ValueType::Duration => format!("{key}>30d"),
        ValueType::Flag => format!("{key}:yes"),
        ValueType::Choice(words) => format!("{key}:{}", words.first().copied().unwrap_or("word")),
    }
}

#[cfg(test)]
mod tests {
    use model::table::{TableRow, VmRow};

    use super::*;

    fn filter(text: &str) -> Filter {
        Filter::parse(text).unwrap()
    }

    #[test]
    fn each_chip_can_be_taken_away() {
        let chips = chips(&filter("web mem>16g -tag:dr power:on,off"), VmRow::COLUMNS);
        let labels: Vec<_> = chips.iter().map(|chip| chip.label.as_str()).collect();
        assert_eq!(labels, ["“web”", "Memory > 16g", "not Tags: dr", "Power: on or off"]);
        assert_eq!(chips[1].without, "web -tag:dr power:on,off");
    }

    #[test]
    fn a_quick_filter_replaces_its_own_field_and_lets_go() {
        let offered = &[("On", "power:on"), ("Off", "power:off"), ("Snapshots", "snapshots>0")];
        let quick = quick_filters(&filter("web power:on"), offered);
        assert_eq!((quick[0].active, quick[0].then.as_str()), (true, "web"));
        assert_eq!((quick[1].active, quick[1].then.as_str()), (false, "web power:off"));
        assert_eq!(quick[2].then, "web power:on snapshots>0");
    }

    #[test]
    fn every_example_is_a_filter() {
        for column in VmRow::COLUMNS {
            assert!(Filter::parse(&example(column)).is_ok(), "{}", column.key);
        }
    }
}
