//! Sort keys of names: `web2` before `web10`, capitals beside small letters.

/// The longest key, in characters: PostgreSQL's indices hold at most 2,700 bytes a row.
const KEY_MAX_CHARS: usize = 400;

/// Lower case, each run of digits as its length (two digits) and its digits without leading zeros. Compared by bytes.
pub(crate) fn natural_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 8);
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            let digits = &digits[..digits.len().min(99)];
            let length = digits.len();
            key.push(char::from(b'0' + (length / 10) as u8));
            key.push(char::from(b'0' + (length % 10) as u8));
            key.push_str(digits);
            rest = &rest[end..];
        } else {
            key.extend(first.to_lowercase());
            rest = &rest[first.len_utf8()..];
        }
    }
    match key.char_indices().nth(KEY_MAX_CHARS) {
        Some((at, _)) => key[..at].to_owned(),
        None => key,
    }
}

#[cfg(test)]
mod tests {
    use super::natural_key;

    #[test]
    fn numbers_in_names_sort_by_size() {
        let mut names = ["web10", "Web2", "web-1", "web1", "web", "w100x", "w99y", "äpfel"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(names, ["w99y", "w100x", "web", "web-1", "web1", "Web2", "web10", "äpfel"]);
    }

    #[test]
    fn long_names_have_bounded_keys() {
        assert!(natural_key(&"é".repeat(10_000)).len() <= 800);
        assert!(natural_key(&"7".repeat(10_000)).len() <= 110);
    }
}
