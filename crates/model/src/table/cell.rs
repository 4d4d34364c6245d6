//! A cell: a typed value, which the page draws and CSV writes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Reference, SourceReference};
use crate::{
    format,
    inventory::{ConnectionState, Health, PowerState},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Not known: drawn as an em dash with the reason, written as an empty field. Never zero.
    Unknown(Cow<'static, str>),
    Text(String),
    /// A link to an object's page.
    Object(Reference),
    Source(SourceReference),
    Number(i64),
    Bytes(i64),
    Mhz(i64),
    Percent(f64),
    /// A share of a whole, drawn as a bar with figures.
    Meter {
        used: i64,
        total: i64,
        unit: MeterUnit,
    },
    /// UTC milliseconds.
    Time(i64),
    /// Seconds.
    Duration(i64),
    Flag(bool),
    Power(PowerState),
    Connection(ConnectionState),
    Health(Health),
    List(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterUnit {
    Bytes,
    Mhz,
}

impl Cell {
    pub const NOT_REPORTED: &'static str = "not reported by the platform";

    /// Not known, and why.
    pub const fn unknown(reason: &'static str) -> Self {
        Self::Unknown(Cow::Borrowed(reason))
    }

    pub fn text(value: Option<&String>) -> Self {
        value.filter(|text| !text.is_empty()).map_or(Self::unknown(Self::NOT_REPORTED), |text| Self::Text(text.clone()))
    }

    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::unknown(Self::NOT_REPORTED), cell)
    }

    pub fn object(value: Option<&Reference>) -> Self {
        value.map_or(Self::unknown("none"), |reference| Self::Object(reference.clone()))
    }

    pub fn list(values: &[String]) -> Self {
        if values.is_empty() { Self::unknown(Self::NOT_REPORTED) } else { Self::List(values.to_vec()) }
    }

    pub fn meter(used: Option<i64>, total: Option<i64>, unit: MeterUnit) -> Self {
        match (used, total) {
            (Some(used), Some(total)) if total > 0 => Self::Meter { used, total, unit },
            _ => Self::unknown(Self::NOT_REPORTED),
        }
    }

    /// Plain values for machines: bytes, MHz, seconds and ISO 8601 times in UTC.
    pub fn csv(&self) -> String {
        match self {
            Self::Unknown(_) => String::new(),
            Self::Text(text) => text.clone(),
            Self::Object(reference) => reference.name.clone(),
            Self::Source(source) => source.name.clone(),
            Self::Number(number) | Self::Bytes(number) | Self::Mhz(number) | Self::Duration(number) => {
                number.to_string()
            }
            Self::Percent(percent) => format!("{percent:.2}"),
            Self::Meter { used, .. } => used.to_string(),
            Self::Time(ms) => format::iso_utc(*ms),
            Self::Flag(flag) => flag.to_string(),
            Self::Power(power) => power.key().to_owned(),
            Self::Connection(connection) => connection.key().to_owned(),
            Self::Health(health) => health.key().to_owned(),
            Self::List(values) => values.join("; "),
        }
    }
}
