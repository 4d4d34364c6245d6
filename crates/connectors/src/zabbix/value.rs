//! Values as Zabbix writes them: every number is a string, an empty object is `[]`, and what has an unexpected shape is unknown.

use std::{collections::BTreeMap, fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// A scalar, read from a string or a bare number or boolean; anything else, `null` included, is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar<T>(pub(super) Option<T>);

/// Text of up to [`LONGEST`] characters; the empty one is `None`: Zabbix has no other way to say "not set".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);

/// A list; an element that is no object is left out, and what is no list is an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

/// An object of texts; `[]` and everything else that is none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(pub(super) BTreeMap<String, Text>);

/// Texts of items may be megabytes; what IROA keeps of one is a name or a line.
const LONGEST: usize = 2_000;

impl<T> Default for Scalar<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Text {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(super) fn or_empty(&self) -> &str {
        self.as_str().unwrap_or_default()
    }

    pub(super) fn number<T: FromStr>(&self) -> Option<T> {
        self.as_str()?.trim().parse().ok()
    }

    /// Without control characters and surrounding space.
    pub(super) fn line(&self) -> Option<String> {
        let line: String = self.as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        (!line.is_empty()).then_some(line)
    }
}

impl Fields {
    pub(super) fn line(&self, name: &str) -> Option<String> {
        self.0.get(name)?.line()
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: FromStr> Visitor<'de> for ScalarVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.trim().parse().ok())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.to_string().parse().ok())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.to_string().parse().ok())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(number.to_string().parse().ok())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(i32::from(flag).to_string().parse().ok())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Scalar<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(PhantomData)).map(Self)
    }
}

/// What `Text` is parsed from: bounded, never refused.
struct Bounded(String);

impl FromStr for Bounded {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.chars().take(LONGEST).collect()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scalar(text) = Scalar::<Bounded>::deserialize(deserializer)?;
        Ok(Self(text.map(|Bounded(text)| text).filter(|text| !text.is_empty())))
    }
}

/// An object, or whatever stands in its place.
struct Maybe<T>(Option<T>);

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Maybe(Some(value)))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Maybe(None))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Maybe(element)) = seq.next_element()? {
            list.extend(element);
        }
        Ok(List(list))
    }

    /// With `preservekeys` and in some old versions a list is an object of its elements.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some((IgnoredAny, Maybe(element))) = map.next_entry()? {
            list.extend(element);
        }
        Ok(List(list))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Maybe(fields) = Maybe::<BTreeMap<String, Text>>::deserialize(deserializer)?;
        Ok(Self(fields.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Row {
        id: Scalar<u64>,
        value: Scalar<f64>,
        name: Text,
        inventory: Fields,
    }

    #[test]
    fn numbers_are_strings_and_what_is_none_is_unknown() {
        let list: List<Row> = serde_json::from_str(
            r#"[{"id":"18446744073709551615","value":"0.25","name":"a\nb","inventory":[]},
                {"id":7,"value":{"a":[1]},"name":null,"inventory":{"os":"Debian","x":[1]},"new":true},
                {"id":"-1","value":"18446744073709551616"}, 5, "text", [], null]"#,
        )
        .unwrap();
        let [first, second, third] = list.0.as_slice() else { panic!("{list:?}") };
        assert_eq!((first.id.0, first.value.0), (Some(u64::MAX), Some(0.25)));
        assert_eq!(first.name.line().as_deref(), Some("a b"));
        assert_eq!((second.id.0, second.value.0, second.name.as_str()), (Some(7), None, None));
        assert_eq!(second.inventory.line("os").as_deref(), Some("Debian"));
        assert_eq!((third.id.0, third.value.0), (None, Some(18_446_744_073_709_551_616.0)));
    }
}
