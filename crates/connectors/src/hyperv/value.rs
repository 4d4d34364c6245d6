//! What PowerShell prints for one value, in any of the shapes that its versions choose, as what it means. Pure.
//!
//! Nothing in here fails: a value that is not what it should be is unknown. Text is bounded and cleaned of what no
//! database keeps. Lists of objects are `rows`'.

mod moment;
mod rows;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use moment::{as_span, as_time};
pub use rows::Rows;

/// The longest text that is kept, in characters.
const TEXT_MAX: usize = 8_000;

/// A member of an enumeration: `{"n":2,"t":"Running"}`, `2`, `"Running"` or `[2]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub number: Option<i64>,
    pub name: Option<String>,
}

impl Choice {
    /// By number, which is the same in all versions, or by name, which is the same in all languages.
    pub fn is(&self, number: i64, name: &str) -> bool {
        match &self.name {
            Some(own) if own.parse::<i64>().is_err() => own.eq_ignore_ascii_case(name),
            _ => self.number == Some(number),
        }
    }

    pub fn is_known(&self) -> bool {
        self.number.is_some() || self.name.is_some()
    }

    /// The name, or the number where there is no name.
    pub fn word(&self) -> Option<String> {
        self.name.clone().or_else(|| self.number.map(|number| number.to_string()))
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Object(fields) => Self {
                number: fields.get("n").or_else(|| fields.get("value")).and_then(as_number),
                name: fields.get("t").or_else(|| fields.get("Value")).and_then(as_text),
            },
            Value::Array(items) => items.first().map(Self::of).unwrap_or_default(),
            Value::Number(_) => Self { number: as_number(value), name: None },
            Value::String(_) => {
                let name = as_text(value);
                Self { number: name.as_deref().and_then(|name| name.trim().parse().ok()), name }
            }
            _ => Self::default(),
        }
    }
}

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(as_text(&Value::deserialize(deserializer)?))
}

pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(as_number(&Value::deserialize(deserializer)?))
}

/// A size or a count: never below zero.
pub(super) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(number(deserializer)?.filter(|amount| *amount >= 0))
}

pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(as_flag(&Value::deserialize(deserializer)?))
}

pub(super) fn choice<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Choice, D::Error> {
    Ok(Choice::of(&Value::deserialize(deserializer)?))
}

pub(super) fn choices<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Choice>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let list = as_list(&value);
    Ok(list.iter().take(100).map(Choice::of).filter(Choice::is_known).collect())
}

pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(as_time(&Value::deserialize(deserializer)?))
}

pub(super) fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(as_span(&Value::deserialize(deserializer)?).filter(|span| *span >= 0))
}

pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let list = as_list(&value);
    Ok(list.iter().take(1_000).filter_map(as_text).collect())
}

pub(super) fn rows<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Rows::deserialize(deserializer)?.rows)
}

/// A text without what cannot be kept or shown; `None` if nothing is left.
pub(super) fn cleaned(text: &str) -> Option<String> {
    let keeps = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let is_clean = text.chars().all(|c| keeps(&c));
    let kept: Cow<'_, str> = if is_clean { text.into() } else { text.chars().filter(keeps).collect() };
    let kept = kept.trim();
    let end = kept.char_indices().nth(TEXT_MAX).map_or(kept.len(), |(at, _)| at);
    (!kept.is_empty()).then(|| kept[..end].to_owned())
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => cleaned(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // A string with members that something has added to it.
        Value::Object(fields) => fields.get("value").filter(|value| value.is_string()).and_then(as_text),
        _ => None,
    }
}

fn as_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let wide = number.as_f64().filter(|wide| wide.is_finite() && wide.abs() < 9.0e18);
            wide.map(|wide| wide as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Object(fields) => fields.get("value").filter(|value| !value.is_object()).and_then(as_number),
        _ => None,
    }
}

fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        // Hyper-V's OnOffState.
        Value::String(text) if text.eq_ignore_ascii_case("on") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("off") => Some(false),
        Value::Object(_) => as_number(value).map(|number| number != 0),
        _ => None,
    }
}

/// `null` and `""` are empty lists, a single value is a list of one, `{"value":[],"Count":0}` is what Windows PowerShell
/// makes of an array that it has wrapped.
fn as_list(value: &Value) -> Cow<'_, [Value]> {
    match value {
        Value::Array(items) => Cow::Borrowed(items),
        Value::Object(fields) => match fields.get("value") {
            Some(Value::Array(items)) if fields.contains_key("Count") => Cow::Borrowed(items),
            _ => Cow::Owned(vec![value.clone()]),
        },
        Value::Null => Cow::Borrowed(&[]),
        Value::String(text) if text.trim().is_empty() => Cow::Borrowed(&[]),
        // Several addresses or statuses, joined by the depth limit.
        Value::String(text) if !text.contains('.') || text.contains(' ') => {
            Cow::Owned(text.split_whitespace().map(|word| Value::String(word.to_owned())).collect())
        }
        other => Cow::Owned(vec![other.clone()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_enumeration_is_a_number_a_name_or_both() {
        for value in [json!({"n": 2, "t": "Running"}), json!(2), json!("Running"), json!([2]), json!("2")] {
            assert!(Choice::of(&value).is(2, "running"), "{value}");
        }
        // A name decides over a number: numbers beyond the documented ones differ between versions.
        assert!(!Choice::of(&json!({"n": 2, "t": "Paused"})).is(2, "Running"));
        assert!(!Choice::of(&json!(null)).is_known());
    }

    #[test]
    fn text_is_cleaned_and_bounded() {
        assert_eq!(cleaned("  a\u{0}b\r\n\u{7}c ").as_deref(), Some("ab\nc"));
        assert_eq!(cleaned("\u{0}"), None);
        assert_eq!(cleaned(&"é".repeat(TEXT_MAX + 5)).map(|text| text.chars().count()), Some(TEXT_MAX));
    }
}
