//! The text syntax of filters: `web cluster:prod mem>16g power:on -tag:dr host:esx-1,esx-2`.
//!
//! A filter is a list of terms that must all hold. A bare word searches the name and everything else that identifies an
//! object. `field:value` means contains (for choices: is), `field=value` is exact, `<`, `<=`, `>`, `>=` compare sizes,
//! a comma lists alternatives, a leading `-` turns a term round, and double quotes keep spaces and signs literal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most terms that one filter may hold, and the longest text that is parsed, in bytes.
pub const TERMS_MAX: usize = 32;
pub const TEXT_MAX: usize = 2_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub negated: bool,
    /// `None` searches.
    pub field: Option<String>,
    pub op: Op,
    /// Any of these; never empty.
    pub values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    Contains,
    Equals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Op {
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Contains => ":",
            Self::Equals => "=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    TooLong,
    UnclosedQuote,
    /// `cluster:` with nothing behind it.
    MissingValue(String),
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the filter is longer than {TEXT_MAX} bytes or {TERMS_MAX} terms"),
            Self::UnclosedQuote => f.write_str("a double quote is not closed"),
            Self::MissingValue(field) => write!(f, "{field} needs a value"),
        }
    }
}

impl std::error::Error for FilterError {}

impl Filter {
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Reads the text form. Whether fields exist is the table's business.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > TEXT_MAX {
            return Err(FilterError::TooLong);
        }
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if terms.len() == TERMS_MAX {
                return Err(FilterError::TooLong);
            }
            let (term, after) = parse_term(rest)?;
            terms.push(term);
            rest = after.trim_start();
        }
        Ok(Self { terms })
    }
}

fn parse_term(text: &str) -> Result<(Term, &str), FilterError> {
    let (negated, text) = match text.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| !c.is_whitespace()) => (true, rest),
        _ => (false, text),
    };
    let field_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (field, after) = text.split_at(field_end);
    if let (false, Some((op, after))) = (field.is_empty(), parse_op(after)) {
        let (values, rest) = parse_values(after)?;
        if values.is_empty() {
            return Err(FilterError::MissingValue(field.to_owned()));
        }
        return Ok((Term { negated, field: Some(field.to_ascii_lowercase()), op, values }, rest));
    }
    let (word, rest) = parse_value(text, false)?;
    Ok((Term { negated, field: None, op: Op::Contains, values: vec![word] }, rest))
}

fn parse_op(text: &str) -> Option<(Op, &str)> {
    // Two-letter signs first.
    [Op::LessOrEqual, Op::GreaterOrEqual, Op::Less, Op::Greater, Op::Equals, Op::Contains]
        .into_iter()
        .find_map(|op| text.strip_prefix(op.sign()).map(|rest| (op, rest)))
}

fn parse_values(mut text: &str) -> Result<(Vec<String>, &str), FilterError> {
    let mut values = Vec::new();
    loop {
        let (value, rest) = parse_value(text, true)?;
        if !value.is_empty() {
            values.push(value);
        }
        match rest.strip_prefix(',') {
            Some(after) => text = after,
            None => return Ok((values, rest)),
        }
    }
}

/// One value: quoted (with `\"` and `\\`), or up to white space (and, in a list, up to a comma).
fn parse_value(text: &str, in_list: bool) -> Result<(String, &str), FilterError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| c.is_whitespace() || (in_list && c == ',')).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Ok((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &quoted[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    Err(FilterError::UnclosedQuote)
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{field}{}", self.op.sign())?;
        }
        for (at, value) in self.values.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            let plain = value
                .chars()
                .all(|c| c.is_alphanumeric() || "._/@+*".contains(c) || (c == '-' && self.field.is_some()));
            if plain && !value.is_empty() {
                f.write_str(value)?;
            } else {
                write!(f, "\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

/// Reads a size with an optional binary suffix: `16g`, `512m`, `1.5t`, `1024`. `None` where it is not one.
pub fn parse_bytes(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits_end = lower.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(lower.len());
    let (digits, suffix) = lower.split_at(digits_end);
    let factor = match suffix.trim().trim_end_matches("ib").trim_end_matches('b') {
        "" => 1_i64,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        "p" => 1 << 50,
        _ => return None,
    };
    scale(digits, factor)
}

/// Reads a clock rate: `2400`, `2.4ghz`, `800mhz`, in MHz.
pub fn parse_mhz(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.strip_suffix("ghz").or_else(|| lower.strip_suffix('g')) {
        Some(digits) => scale(digits, 1_000),
        None => scale(lower.trim_end_matches("mhz").trim_end_matches('m'), 1),
    }
}

/// Reads a duration: `90` (seconds), `30m`, `12h`, `30d`, `2w`, in seconds.
pub fn parse_duration_s(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits_end = lower.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(lower.len());
    let (digits, suffix) = lower.split_at(digits_end);
    let factor = match suffix {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    scale(digits, factor)
}

fn scale(digits: &str, factor: i64) -> Option<i64> {
    let value = digits.trim().parse::<f64>().ok()? * factor as f64;
    (value.is_finite() && value.abs() < 9e18).then_some(value.round() as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(negated: bool, field: Option<&str>, op: Op, values: &[&str]) -> Term {
        Term { negated, field: field.map(str::to_owned), op, values: values.iter().map(|v| (*v).to_owned()).collect() }
    }

    #[test]
    fn the_documented_example_parses() {
        let filter = Filter::parse(r#"web cluster:prod mem>16g power:on,off -tag:dr name="a b""#).unwrap();
        assert_eq!(
            filter.terms,
            [
                term(false, None, Op::Contains, &["web"]),
                term(false, Some("cluster"), Op::Contains, &["prod"]),
                term(false, Some("mem"), Op::Greater, &["16g"]),
                term(false, Some("power"), Op::Contains, &["on", "off"]),
                term(true, Some("tag"), Op::Contains, &["dr"]),
                term(false, Some("name"), Op::Equals, &["a b"]),
            ]
        );
    }

    #[test]
    fn a_mac_address_and_an_ip_are_words_to_search_only_when_they_carry_no_field() {
        let filter = Filter::parse("10.0.3.17").unwrap();
        assert_eq!(filter.terms, [term(false, None, Op::Contains, &["10.0.3.17"])]);
        let quoted = Filter::parse("\"00:50:56:aa:bb:cc\"").unwrap();
        assert_eq!(quoted.terms, [term(false, None, Op::Contains, &["00:50:56:aa:bb:cc"])]);
    }

    #[test]
    fn a_missing_value_and_an_open_quote_are_errors() {
        assert_eq!(Filter::parse("cluster:"), Err(FilterError::MissingValue("cluster".into())));
        assert_eq!(Filter::parse("name:\"a"), Err(FilterError::UnclosedQuote));
    }

    #[test]
    fn sizes_carry_suffixes() {
        assert_eq!(parse_bytes("16g"), Some(16 << 30));
        assert_eq!(parse_bytes("1.5 TiB"), Some(3 << 39));
        assert_eq!(parse_bytes("12x"), None);
        assert_eq!(parse_mhz("2.4GHz"), Some(2_400));
        assert_eq!(parse_duration_s("30d"), Some(2_592_000));
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails_without_panic(text in ".{0,200}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn what_is_printed_is_read_back(text in "[-a-z0-9:,<>=\" .\\\\äß]{0,80}") {
            if let Ok(filter) = Filter::parse(&text) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
