//! Lists of objects in the disguises that PowerShell gives them. Pure.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use super::as_list;

/// The most rows of one list: 3,000 machines with 30 disks each.
const ROWS_MAX: usize = 100_000;

/// The rows of a list, and how many of them could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    pub rows: Vec<T>,
    /// For example names of types, which PowerShell prints past `-Depth`.
    pub unreadable: u64,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), unreadable: 0 }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for RowsVisitor<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_unit<E>(self) -> Result<Rows<T>, E> {
        Ok(Rows::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<Rows<T>, E> {
        // Each word is the name of a type: `Microsoft.HyperV.PowerShell.HardDiskDrive Microsoft.…`
        Ok(Rows { rows: Vec::new(), unreadable: text.split_whitespace().count() as u64 })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Rows<T>, E> {
        Ok(Rows { rows: Vec::new(), unreadable: 1 })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Rows<T>, E> {
        Ok(Rows { rows: Vec::new(), unreadable: 1 })
    }

    fn visit_u64<E>(self, _: u64) -> Result<Rows<T>, E> {
        Ok(Rows { rows: Vec::new(), unreadable: 1 })
    }

    fn visit_f64<E>(self, _: f64) -> Result<Rows<T>, E> {
        Ok(Rows { rows: Vec::new(), unreadable: 1 })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rows<T>, A::Error> {
        let one = Value::deserialize(MapAccessDeserializer::new(map))?;
        if matches!(as_list(&one), Cow::Borrowed(_)) {
            let items = one.get("value").cloned().unwrap_or_default();
            return Rows::deserialize(items).map_err(A::Error::custom);
        }
        Ok(T::deserialize(one)
            .map_or(Rows { rows: Vec::new(), unreadable: 1 }, |row| Rows { rows: vec![row], unreadable: 0 }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows<T>, A::Error> {
        let mut all = Rows::default();
        while let Some(Item(some)) = items.next_element::<Item<T>>()? {
            if all.rows.len() + some.rows.len() > ROWS_MAX {
                return Err(A::Error::custom(format!("a list has more than {ROWS_MAX} rows")));
            }
            all.rows.extend(some.rows);
            all.unreadable += some.unreadable;
        }
        Ok(all)
    }
}

/// One item of a list: an object as it streams by, or a list again.
struct Item<T>(Rows<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self(match value {
            Value::Object(_) => match T::deserialize(value) {
                Ok(row) => Rows { rows: vec![row], unreadable: 0 },
                Err(_) => Rows { rows: Vec::new(), unreadable: 1 },
            },
            Value::Null => Rows::default(),
            other => Rows::deserialize(other).map_err(D::Error::custom)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hyperv::value::number;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        #[serde(default, deserialize_with = "number")]
        id: Option<i64>,
    }

    fn ids(value: &Value) -> (Vec<i64>, u64) {
        let rows: Rows<Row> = serde_json::from_value(value.clone()).unwrap();
        (rows.rows.into_iter().filter_map(|row| row.id).collect(), rows.unreadable)
    }

    #[test]
    fn lists_are_lists_in_every_disguise() {
        for (value, expected) in [
            (json!([{"id": 1}, {"id": 2}]), (vec![1, 2], 0)),
            (json!({"id": 1}), (vec![1], 0)),
            (json!([{"id": 1}, [{"id": 2}, {"id": 3}]]), (vec![1, 2, 3], 0)),
            (json!({"value": [{"id": 1}], "Count": 1}), (vec![1], 0)),
            (json!({"value": [], "Count": 0}), (vec![], 0)),
            (json!(null), (vec![], 0)),
            (json!(""), (vec![], 0)),
            (json!("A.Type A.Type"), (vec![], 2)),
            (json!(["A.Type", {"id": 4}, null, 7]), (vec![4], 2)),
        ] {
            assert_eq!(ids(&value), expected, "{value}");
        }
    }
}
