//! Texts on their way into XML.

/// Appends a text so that a parser gives back the same characters, in an element as in an attribute.
pub(crate) fn escape_into(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            // Written as references: a parser turns bare ones into spaces or line feeds.
            '\r' => xml.push_str("&#13;"),
            '\n' => xml.push_str("&#10;"),
            '\t' => xml.push_str("&#9;"),
            character => xml.push(character),
        }
    }
}

/// True if XML 1.0 can carry the text at all ("Extensible Markup Language (XML) 1.0", section 2.2, `Char`).
pub(crate) fn is_writable(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_cannot_be_written() {
        assert!(is_writable("pässwörd 🔑\t"));
        assert!(!is_writable("bell\u{7}"));
        assert!(!is_writable("nul\0"));
    }
}
