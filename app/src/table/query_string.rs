//! Query strings as lists of pairs: read from the raw text of the URL, printed so that a filter stays legible in it.
//!
//! The router's own map decodes twice, which turns a machine named `a%2fb` into `a/b`.

pub(crate) type Pairs = Vec<(String, String)>;

/// Reads `a=1&b=x+y`, with or without a leading question mark. A broken escape stays as it is written.
pub(crate) fn parse(search: &str) -> Pairs {
    search
        .trim_start_matches('?')
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        // A form's field without a name, or `&&`: nothing that anybody could ask for.
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Prints pairs without a leading question mark; nothing for none.
pub(crate) fn print(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        encode(key, &mut text);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

/// The path with the pairs behind it.
pub(crate) fn href(path: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", print(pairs)) }
}

/// The last value of a key.
pub(crate) fn parameter(search: &str, key: &str) -> Option<String> {
    parse(search).into_iter().rev().find_map(|(name, value)| (name == key).then_some(value))
}

fn encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            // RFC 3986, 3.4: the signs among these may stand in a query as they are, too.
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'*' | b',' | b':' | b'@' | b'/' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = || Some(hex(*bytes.get(at + 1)?)? << 4 | hex(*bytes.get(at + 2)?)?);
        match bytes[at] {
            b'+' => decoded.push(b' '),
            b'%' => {
                if let Some(byte) = escaped() {
                    decoded.push(byte);
                    at += 2;
                } else {
                    decoded.push(b'%');
                }
            }
            byte => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8(decoded).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_filter_stays_legible() {
        let pairs = [("q".to_owned(), "cluster:prod mem>16g".to_owned()), ("page".to_owned(), "2".to_owned())];
        assert_eq!(print(&pairs), "q=cluster:prod+mem%3E16g&page=2");
        assert_eq!(href("/vms", &[]), "/vms");
    }

    #[test]
    fn names_with_escapes_in_them_survive() {
        let pairs = vec![("q".to_owned(), "name=\"a%2fb+ü\"".to_owned())];
        assert_eq!(parse(&print(&pairs)), pairs);
    }

    #[test]
    fn pairs_without_a_name_are_nothing() {
        assert_eq!(parse("?q=web&=&=x&&"), [("q".to_owned(), "web".to_owned())]);
    }

    #[test]
    fn a_broken_escape_is_text() {
        assert_eq!(parse("?q=100%&x"), [("q".to_owned(), "100%".to_owned()), ("x".to_owned(), String::new())]);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(pairs in proptest::collection::vec((".{1,8}", ".{0,30}"), 0..6)) {
            prop_assert_eq!(parse(&print(&pairs)), pairs);
        }

        #[test]
        fn any_text_is_read(text in ".{0,100}") {
            let _ = parse(&text);
        }
    }
}
