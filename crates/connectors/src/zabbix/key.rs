//! Item keys, `name[param,"quoted, param",[array]]`, and patterns of them.
//!
//! <https://www.zabbix.com/documentation/current/en/manual/config/items/item/key>

/// A key taken apart; trailing empty parameters are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
}

const LONGEST: usize = 2_048;

impl Key {
    /// `None` where that is no key.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let text = text.trim();
        let Some((name, rest)) = text.split_once('[') else {
            return is_name(text).then(|| Self { name: text.to_owned(), parameters: Vec::new() });
        };
        let inner = rest.strip_suffix(']')?;
        let mut parameters = split(inner)?;
        while parameters.last().is_some_and(String::is_empty) {
            parameters.pop();
        }
        is_name(name).then(|| Self { name: name.to_owned(), parameters })
    }

    /// Whether this key, whose parts may contain `*`, covers the other one. Parameters that it does not name must be empty.
    pub(super) fn covers(&self, key: &Self) -> bool {
        let parameter = |of: &Self, at: usize| of.parameters.get(at).cloned().unwrap_or_default();
        glob(&self.name, &key.name)
            && (0..self.parameters.len().max(key.parameters.len()))
                .all(|at| glob(&parameter(self, at), &parameter(key, at)))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.*".contains(c))
}

/// Parameters between commas, without their quotes; commas in quotes and arrays separate nothing.
fn split(inner: &str) -> Option<Vec<String>> {
    let mut parameters = vec![String::new()];
    let (mut quoted, mut depth) = (false, 0_usize);
    let mut characters = inner.chars().peekable();
    while let Some(c) = characters.next() {
        let current = parameters.last_mut()?;
        match c {
            '\\' if quoted && characters.peek() == Some(&'"') => current.extend(characters.next()),
            '"' if quoted => quoted = false,
            '"' if current.trim().is_empty() => {
                current.clear();
                quoted = true;
            }
            '[' if !quoted => {
                depth += 1;
                current.push(c);
            }
            ']' if !quoted => {
                depth = depth.checked_sub(1)?;
                current.push(c);
            }
            ',' if !quoted && depth == 0 => parameters.push(String::new()),
            ' ' if !quoted && current.is_empty() => {}
            _ => current.push(c),
        }
    }
    (!quoted && depth == 0).then_some(parameters)
}

/// `*` stands for any run of characters, an empty one included. Linear in the text for each star.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut rest = rest;
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_apart() {
        for (text, parameters) in [
            ("system.cpu.util", &[][..]),
            ("system.cpu.util[,idle,]", &["", "idle"]),
            (r#"net.if.in["eth0"]"#, &["eth0"]),
            (r#"net.if.in["{#IFNAME}",dropped]"#, &["{#IFNAME}", "dropped"]),
            (
                r#"perf_counter_en["\PhysicalDisk(0 C:)\Disk Read Bytes/sec",60]"#,
                &[r"\PhysicalDisk(0 C:)\Disk Read Bytes/sec", "60"],
            ),
            (r#"x["a, \"b\"", [1,2] ,c]"#, &["a, \"b\"", "[1,2] ", "c"]),
        ] {
            assert_eq!(Key::parse(text).unwrap().parameters, parameters, "{text}");
        }
        for text in ["", "a b", "x[", "x[\"a]", "x[[]", "x[a]b", "[a]"] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
        assert_eq!(Key::parse(&"x".repeat(3_000)), None);
    }

    #[test]
    fn a_pattern_covers_what_its_stars_allow() {
        let covers = |pattern: &str, key: &str| Key::parse(pattern).unwrap().covers(&Key::parse(key).unwrap());
        assert!(covers("net.if.in[*]", r#"net.if.in["eth0"]"#));
        assert!(!covers("net.if.in[*]", r#"net.if.in["eth0",dropped]"#));
        assert!(covers("vfs.fs.*size[*,pused]", "vfs.fs.dependent.size[/,pused]"));
        assert!(covers("vfs.fs.*size[*,pused]", "vfs.fs.size[C:,pused]"));
        assert!(!covers("vfs.fs.*size[*,pused]", "vfs.fs.size[C:,pfree]"));
        assert!(covers(
            r"perf_counter_en[*Disk Read Bytes/sec,*]",
            r#"perf_counter_en["\X(_Total)\Disk Read Bytes/sec"]"#
        ));
        assert!(!covers("system.cpu.util", "system.cpu.util[,idle]"));
        assert!(glob("*a*b*", "xaxbx") && !glob("*a*b*", "xbxax") && glob("", "") && !glob("", "x") && glob("*", ""));
        assert!(!glob("ab*ba", "aba"));
    }
}
