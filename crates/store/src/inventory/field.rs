//! What a field of a filter or a sort stands for in SQL.

/// How a field is found in the tables. Expressions are over `t`, the kind's own table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// The object's name.
    Name,
    /// A value of the type that the table's column has.
    Value(&'static str),
    /// A value that may be unknown: sorted last in either direction.
    Nullable(&'static str),
    /// Several texts in one, a line each.
    Lines(&'static str),
    /// An object of another table, by name: the column that points to it and the table.
    Named { pointer: &'static str, table: &'static str },
    /// The source's kind.
    Platform,
    /// A key, compared with the number that is bound at `#`.
    Key(&'static str),
}

impl Field {
    /// The fields that the tables of all kinds have.
    pub(super) fn of_every_kind(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Name,
            "datacenter" => Self::Named { pointer: "t.datacenter_id", table: "datacenter" },
            "source" => Self::Named { pointer: "t.source_id", table: "source" },
            "platform" => Self::Platform,
            "seen" => Self::Value("t.first_seen_ms"),
            "archived" => Self::Nullable("t.archived_at_ms"),
            "id" => Self::Key("t.id = #"),
            "datacenter_id" => Self::Key("t.datacenter_id = #"),
            "source_id" => Self::Key("t.source_id = #"),
            _ => return None,
        })
    }

    /// What rows are ordered by, and whether it can be unknown. `None` for lists and keys.
    pub(super) fn order(self) -> Option<(String, bool)> {
        match self {
            Self::Name => Some(("t.name_key".to_owned(), false)),
            Self::Value(expression) => Some((expression.to_owned(), false)),
            Self::Nullable(expression) => Some((expression.to_owned(), true)),
            Self::Named { pointer, table: "source" } => {
                Some((format!("(SELECT lower(o.name) FROM source o WHERE o.id = {pointer})"), false))
            }
            Self::Named { pointer, table } => {
                Some((format!("(SELECT o.name_key FROM {table} o WHERE o.id = {pointer})"), true))
            }
            Self::Platform => Some(("(SELECT o.kind FROM source o WHERE o.id = t.source_id)".to_owned(), false)),
            Self::Lines(_) | Self::Key(_) => None,
        }
    }
}
