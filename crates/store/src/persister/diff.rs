//! Which fields of a configuration changed, as text that people read.
//!
//! Works on the JSON of any kind's configuration: lists whose items have a key (disks, adapters, snapshots, rules) or a
//! name are aligned by it, other lists are compared as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::search_text::truncate;

/// The longest kept text of a value, and the most changes kept of one object in one run.
const TEXT_MAX: usize = 500;
const CHANGES_MAX: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldChange {
    /// For example `memory_bytes` or `disks.2000.capacity_bytes`.
    pub(super) field: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// The changes from one document to another, in the order of the fields' names.
pub(super) fn documents(old: &str, new: &str) -> Vec<FieldChange> {
    let (Ok(old), Ok(new)) = (serde_json::from_str::<Value>(old), serde_json::from_str::<Value>(new)) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    compare(String::new(), &old, &new, &mut changes);
    if changes.len() > CHANGES_MAX {
        let more = changes.len() - CHANGES_MAX;
        changes.truncate(CHANGES_MAX);
        changes.push(FieldChange { field: "…".to_owned(), old: None, new: Some(format!("{more} more changes")) });
    }
    changes
}

pub(super) fn bounded(text: &str) -> String {
    match truncate(text, TEXT_MAX) {
        whole if whole.len() == text.len() => text.to_owned(),
        cut => format!("{cut}…"),
    }
}

fn compare(path: String, old: &Value, new: &Value, changes: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    match (as_fields(old), as_fields(new)) {
        (Some(old), Some(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let (old, new) = (old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
                compare(join(&path, name), old, new, changes);
            }
        }
        _ => match (as_items(old), as_items(new)) {
            (Some(old), Some(new)) if !(old.is_empty() && new.is_empty()) => compare_items(&path, &old, &new, changes),
            _ => push(path, text(old), text(new), changes),
        },
    }
}

fn compare_items(
    path: &str,
    old: &BTreeMap<String, &Value>,
    new: &BTreeMap<String, &Value>,
    changes: &mut Vec<FieldChange>,
) {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let path = join(path, key);
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => compare(path, old, new, changes),
            // An item that comes or goes is one change, not one for each of its fields.
            (old, new) => push(path, old.and_then(|v| summary(v)), new.and_then(|v| summary(v)), changes),
        }
    }
}

fn push(field: String, old: Option<String>, new: Option<String>, changes: &mut Vec<FieldChange>) {
    if old != new {
        let bounded = |text: Option<String>| text.map(|text| bounded(&text));
        changes.push(FieldChange { field, old: bounded(old), new: bounded(new) });
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn as_fields(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}

/// The items of a list by their key or name; `None` for a list of plain values, and where keys repeat.
fn as_items(value: &Value) -> Option<BTreeMap<String, &Value>> {
    let list = match value {
        Value::Null => return Some(BTreeMap::new()),
        Value::Array(list) => list,
        _ => return None,
    };
    let mut items = BTreeMap::new();
    for item in list {
        let item_key = item.get("key").or_else(|| item.get("name")).and_then(Value::as_str)?;
        // Tags of two categories may share a name.
        let item_key = match item.get("category").and_then(Value::as_str) {
            Some(category) => format!("{category}:{item_key}"),
            None => item_key.to_owned(),
        };
        if items.insert(item_key, item).is_some() {
            return None;
        }
    }
    Some(items)
}

/// An item in a few words: its label or name, and its value or size.
fn summary(item: &Value) -> Option<String> {
    let word = |name: &str| item.get(name).and_then(text);
    let name = word("label").or_else(|| word("name")).or_else(|| word("key"))?;
    let size = item.get("capacity_bytes").and_then(Value::as_i64).map(model::format::bytes);
    Some(match size.or_else(|| word("value")).or_else(|| word("mac")) {
        Some(more) => format!("{name}: {more}"),
        None => name,
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(list) => {
            let words: Vec<String> = list.iter().filter_map(|item| summary(item).or_else(|| text(item))).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, old: Option<&str>, new: Option<&str>) -> FieldChange {
        FieldChange { field: field.to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    #[test]
    fn disks_are_aligned_by_key_whatever_their_order() {
        let old = r#"{"vcpu":2,"disks":[{"key":"2000","capacity_bytes":1},{"key":"2001","label":"Hard disk 2","capacity_bytes":1024}]}"#;
        let new = r#"{"vcpu":4,"disks":[{"key":"2002","label":"Hard disk 3"},{"key":"2000","capacity_bytes":2}]}"#;
        assert_eq!(
            documents(old, new),
            [
                change("disks.2000.capacity_bytes", Some("1"), Some("2")),
                change("disks.2001", Some("Hard disk 2: 1 KiB"), None),
                change("disks.2002", None, Some("Hard disk 3")),
                change("vcpu", Some("2"), Some("4")),
            ]
        );
    }

    #[test]
    fn plain_lists_unknown_values_and_new_fields_compare_as_text() {
        let old = r#"{"ip_addresses":["10.0.0.1"],"annotation":null,"tags":[]}"#;
        let new = r#"{"ip_addresses":["10.0.0.1","fe80::1"],"annotation":"","tags":[{"category":"env","name":"prod"}],"x":true}"#;
        assert_eq!(
            documents(old, new),
            [
                change("ip_addresses", Some("10.0.0.1"), Some("10.0.0.1, fe80::1")),
                change("tags.env:prod", None, Some("prod")),
                change("x", None, Some("true")),
            ]
        );
    }

    #[test]
    fn long_values_and_long_lists_of_changes_are_bounded() {
        let many: std::collections::BTreeMap<_, _> = (0..100).map(|at| (format!("f{at}"), "é".repeat(1_000))).collect();
        let changes = documents("{}", &serde_json::to_string(&many).unwrap());
        assert_eq!(changes.len(), CHANGES_MAX + 1);
        assert!(changes.iter().all(|change| change.new.as_ref().is_some_and(|text| text.len() <= TEXT_MAX + 3)));
    }
}
