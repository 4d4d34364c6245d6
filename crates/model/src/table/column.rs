//! What a column is.

/// One column of a table; tables hold them as constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Stable: stands in URLs, filters and stored preferences.
    pub key: &'static str,
    pub label: &'static str,
    pub value: ValueType,
    pub shown_by_default: bool,
    pub sortable: bool,
    /// One sentence for people who ask what the figure means.
    pub help: Option<&'static str>,
}

/// How a column's values are compared, filtered and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    Text,
    Number,
    Bytes,
    Mhz,
    Percent,
    /// A point in time, UTC milliseconds.
    Time,
    /// Seconds.
    Duration,
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl ValueType {
    /// Compared by size, aligned to the right.
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Bytes | Self::Mhz | Self::Percent | Self::Time | Self::Duration)
    }
}

impl ValueType {
    /// What a plain value counts; `None` for words and for numbers of things.
    const fn plain_unit(self) -> Option<&'static str> {
        Some(match self {
            Self::Bytes => "bytes",
            Self::Mhz => "MHz",
            Self::Percent => "%",
            Self::Time => "UTC",
            Self::Duration => "s",
            Self::Text | Self::Number | Self::Flag | Self::Choice(_) => return None,
        })
    }
}

impl Column {
    pub const fn new(key: &'static str, label: &'static str, value: ValueType) -> Self {
        Self { key, label, value, shown_by_default: true, sortable: true, help: None }
    }

    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.shown_by_default = false;
        self
    }

    /// The heading where values stand plain, as in CSV: with their unit, `Memory (bytes)`.
    pub fn plain_label(&self) -> String {
        match self.value.plain_unit() {
            Some(unit) => format!("{} ({unit})", self.label),
            None => self.label.to_owned(),
        }
    }

    /// For lists, which have no order.
    #[must_use]
    pub const fn unsortable(mut self) -> Self {
        self.sortable = false;
        self
    }

    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}
