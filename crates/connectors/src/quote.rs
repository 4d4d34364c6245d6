//! What a server says, made fit to be shown: one line, bounded, without control characters.

use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, SERVER},
};

/// A server's text is shown up to this many characters.
const SHOWN_CHARACTERS: usize = 300;
const SHOWN_HEADER: usize = 60;

pub(crate) fn shortened(text: &str) -> String {
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    clean.chars().filter(|c| !c.is_control()).take(SHOWN_CHARACTERS).collect()
}

/// `vc1.lab:443 answered 404 Not Found (nginx, text/html)`.
pub(crate) fn describe(host: &str, status: StatusCode, headers: &HeaderMap) -> String {
    let mut by = vec![header(headers, SERVER.as_str()), header(headers, CONTENT_TYPE.as_str())];
    by.retain(|text| !text.is_empty());
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) };
    format!("{host} answered {status}{by}")
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.chars().filter(|c| !c.is_control()).take(SHOWN_HEADER).collect()
}
