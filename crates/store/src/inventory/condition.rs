//! Filters as SQL conditions: typed by the table's columns, with errors that say what would be right.

use model::{
    filter::{Filter, Op, Term, parse_bytes, parse_duration_s, parse_mhz},
    source::SourceKind,
    table::{Column, ValueType},
};

use super::{
    field::Field,
    sql::{Sql, escape_like},
};
use crate::QueryError;

/// What a filter can name in one table.
pub(super) struct Fields {
    pub(super) columns: &'static [Column],
    pub(super) field: fn(&str) -> Option<Field>,
    /// Other tables whose names a bare word is looked for in: pointer and table.
    pub(super) words_in: &'static [(&'static str, &'static str)],
}

impl Fields {
    /// Adds ` AND …` for every term.
    pub(super) fn restrict(&self, sql: &mut Sql, filter: &Filter) -> Result<(), QueryError> {
        for term in &filter.terms {
            // What is unknown does not match, and so is kept by a negated term.
            sql.push(if term.negated { " AND NOT coalesce((" } else { " AND (" });
            for (at, value) in term.values.iter().enumerate() {
                sql.push(if at > 0 { " OR " } else { "" });
                self.alternative(sql, term, value)?;
            }
            sql.push(if term.negated { "), FALSE)" } else { ")" });
        }
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Result<Field, QueryError> {
        (self.field)(name).ok_or_else(|| QueryError::UnknownField {
            field: name.to_owned(),
            known: self.columns.iter().map(|column| column.key.to_owned()).collect(),
        })
    }

    fn alternative(&self, sql: &mut Sql, term: &Term, value: &str) -> Result<(), QueryError> {
        let Some(name) = &term.field else {
            self.word(sql, value);
            return Ok(());
        };
        let field = self.find(name)?;
        let compared = Compared { name, op: term.op, value };
        match field {
            Field::Name => compared.text(sql, "t.name"),
            Field::Lines(expression) => compared.lines(sql, expression),
            Field::Named { pointer, table } => {
                sql.push(pointer).push(" IN (SELECT o.id FROM ").push(table).push(" o WHERE ");
                compared.text(sql, "o.name")?;
                sql.push(")");
                Ok(())
            }
            Field::Platform => compared.platform(sql),
            Field::Key(template) => compared.key(sql, template),
            Field::Value(expression) | Field::Nullable(expression) => {
                let value_type = self.columns.iter().find(|column| column.key == name).map(|column| column.value);
                compared.typed(sql, expression, value_type.unwrap_or(ValueType::Text))
            }
        }
    }

    /// A bare word: in everything that identifies the object, or in the names of where it is.
    fn word(&self, sql: &mut Sql, word: &str) {
        sql.contains("t.search", &word.to_lowercase());
        for (pointer, table) in self.words_in {
            sql.push(" OR ").push(pointer).push(" IN (SELECT o.id FROM ").push(table).push(" o WHERE ");
            sql.like("o.name", &format!("%{}%", escape_like(word))).push(")");
        }
    }
}

/// One comparison of a field with a value.
struct Compared<'a> {
    name: &'a str,
    op: Op,
    value: &'a str,
}

impl Compared<'_> {
    fn typed(&self, sql: &mut Sql, expression: &str, value_type: ValueType) -> Result<(), QueryError> {
        match value_type {
            ValueType::Text => self.text(sql, expression),
            ValueType::Choice(words) => self.choice(sql, expression, words),
            ValueType::Flag => self.flag(sql, expression),
            ValueType::Time => self.time(sql, expression),
            ValueType::Bytes => self.number(sql, expression, parse_bytes, "a size such as 16g, 512m or 1.5t"),
            ValueType::Mhz => self.number(sql, expression, parse_mhz, "a clock rate such as 800mhz or 2.4ghz"),
            ValueType::Duration => self.number(sql, expression, parse_duration_s, "a duration such as 12h, 30d or 2w"),
            ValueType::Number | ValueType::Percent => {
                self.number(sql, expression, |text| text.trim().parse().ok(), "a whole number")
            }
        }
    }

    fn text(&self, sql: &mut Sql, expression: &str) -> Result<(), QueryError> {
        let value = escape_like(self.value);
        match self.op {
            Op::Contains => sql.like(expression, &format!("%{value}%")),
            Op::Equals => sql.like(expression, &value),
            _ => return Err(self.operator()),
        };
        Ok(())
    }

    /// Contains: anywhere in a line. Equals: a whole line, or all of it behind a tag's category.
    fn lines(&self, sql: &mut Sql, expression: &str) -> Result<(), QueryError> {
        let value = escape_like(self.value);
        match self.op {
            Op::Contains => {
                sql.like(expression, &format!("%{value}%"));
            }
            Op::Equals => {
                let line_end = if sql.is_postgres() { "chr(10)" } else { "char(10)" };
                let framed = format!("({line_end} || {expression} || {line_end})");
                sql.push("(").like(&framed, &format!("%\n{value}\n%")).push(" OR ");
                sql.like(&framed, &format!("%:{value}\n%")).push(")");
            }
            _ => return Err(self.operator()),
        }
        Ok(())
    }

    fn number(
        &self,
        sql: &mut Sql,
        expression: &str,
        parse: impl Fn(&str) -> Option<i64>,
        expected: &str,
    ) -> Result<(), QueryError> {
        let number = parse(self.value).ok_or_else(|| self.bad(expected))?;
        sql.push(expression).push(self.comparison()).bind(number);
        Ok(())
    }

    fn flag(&self, sql: &mut Sql, expression: &str) -> Result<(), QueryError> {
        let flag = match self.value.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => true,
            "no" | "false" | "off" | "0" => false,
            _ => return Err(self.bad("yes or no")),
        };
        self.only_equal()?;
        sql.push(expression).push(" = ").bind(flag);
        Ok(())
    }

    fn choice(&self, sql: &mut Sql, expression: &str, words: &[&str]) -> Result<(), QueryError> {
        self.only_equal()?;
        let word = self.value.to_ascii_lowercase();
        if !words.contains(&word.as_str()) {
            return Err(self.bad(&format!("one of {}", words.join(", "))));
        }
        sql.push(expression).push(" = ").bind(word);
        Ok(())
    }

    fn platform(&self, sql: &mut Sql) -> Result<(), QueryError> {
        self.only_equal()?;
        let kind = SourceKind::ALL.into_iter().find(|kind| {
            self.value.eq_ignore_ascii_case(kind.key()) || self.value.eq_ignore_ascii_case(kind.platform())
        });
        let expected = SourceKind::ALL.map(SourceKind::key).join(", ");
        let kind = kind.ok_or_else(|| self.bad(&format!("one of {expected}")))?;
        sql.push("t.source_id IN (SELECT o.id FROM source o WHERE o.kind = ").bind(kind.key()).push(")");
        Ok(())
    }

    fn key(&self, sql: &mut Sql, template: &str) -> Result<(), QueryError> {
        self.only_equal()?;
        let id: i64 = self.value.parse().map_err(|_| self.bad("a number"))?;
        let (before, after) = template.split_once('#').unwrap_or((template, ""));
        sql.push(before).bind(id).push(after);
        Ok(())
    }

    /// A day stands for all of it, an instant for itself.
    fn time(&self, sql: &mut Sql, expression: &str) -> Result<(), QueryError> {
        let (from_ms, until_ms) = instants(self.value)
            .ok_or_else(|| self.bad("a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z"))?;
        sql.push("(").push(expression);
        match self.op {
            Op::Less => sql.push(" < ").bind(from_ms),
            Op::LessOrEqual => sql.push(" < ").bind(until_ms),
            Op::Greater => sql.push(" >= ").bind(until_ms),
            Op::GreaterOrEqual => sql.push(" >= ").bind(from_ms),
            Op::Contains | Op::Equals => {
                sql.push(" >= ").bind(from_ms).push(" AND ").push(expression).push(" < ").bind(until_ms)
            }
        };
        sql.push(")");
        Ok(())
    }

    fn comparison(&self) -> &'static str {
        match self.op {
            Op::Contains | Op::Equals => " = ",
            Op::Less => " < ",
            Op::LessOrEqual => " <= ",
            Op::Greater => " > ",
            Op::GreaterOrEqual => " >= ",
        }
    }

    fn only_equal(&self) -> Result<(), QueryError> {
        if matches!(self.op, Op::Contains | Op::Equals) { Ok(()) } else { Err(self.operator()) }
    }

    fn operator(&self) -> QueryError {
        QueryError::BadOperator { field: self.name.to_owned(), op: self.op.sign() }
    }

    fn bad(&self, expected: &str) -> QueryError {
        QueryError::BadValue {
            field: self.name.to_owned(),
            value: self.value.to_owned(),
            expected: expected.to_owned(),
        }
    }
}

/// The first millisecond that a text stands for, and the first one after it.
fn instants(text: &str) -> Option<(i64, i64)> {
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        let days = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).ok()?.get_days();
        let from_ms = i64::from(days) * 86_400_000;
        return Some((from_ms, from_ms + 86_400_000));
    }
    let at: jiff::Timestamp = text.parse().ok()?;
    Some((at.as_millisecond(), at.as_millisecond() + 1))
}
