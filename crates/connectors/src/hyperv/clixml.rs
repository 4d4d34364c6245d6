//! What PowerShell says on its error stream: CLIXML, turned into the few words that a person can read. Pure.
//!
//! `#< CLIXML` and an `<Objs>` document ([MS-PSRP] 2.2.5): texts are `<S S="Error">…</S>`, with control characters as
//! `_x000D_`; progress records are of no interest.

use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

use super::value::cleaned;

/// What is read of an error stream, and what is told of it.
const READ_MAX: usize = 256 * 1024;
const TOLD_MAX: usize = 600;

/// The errors in one line, or the plain text where it is no CLIXML; `None` where there is nothing to say.
pub fn message(stderr: &[u8]) -> Option<String> {
    let read = String::from_utf8_lossy(&stderr[..stderr.len().min(READ_MAX)]);
    let text = read.trim_start_matches('\u{feff}');
    let mut told = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("#< CLIXML") {
        told.push_str(&rest[..at]);
        let document = &rest[at + "#< CLIXML".len()..];
        let end = document.find("</Objs>").map_or(document.len(), |end| end + "</Objs>".len());
        told.push_str(&errors(&document[..end]));
        told.push('\n');
        rest = &document[end..];
    }
    told.push_str(rest);
    let words: Vec<&str> = told.split_whitespace().collect();
    let line = cleaned(&words.join(" "))?;
    let end = line.char_indices().nth(TOLD_MAX).map(|(at, _)| at);
    Some(end.map_or_else(|| line.clone(), |end| format!("{}…", &line[..end])))
}

/// The texts of the error stream, as far as the document can be read.
fn errors(document: &str) -> String {
    let mut reader = Reader::from_str(document.trim_start());
    reader.config_mut().check_end_names = false;
    let mut all = String::new();
    let mut is_error = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let mut attributes = start.attributes().flatten();
                is_error = start.local_name().as_ref() == "S"
                    && attributes.any(|attribute| attribute.key.as_ref() == "S" && &*attribute.value == "Error");
            }
            Ok(Event::Text(text)) if is_error => all.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(entity)) if is_error => {
                let character = entity.resolve_char_ref().ok().flatten();
                if let Some(character) = character {
                    all.push(character);
                } else {
                    all.push_str(resolve_predefined_entity(&entity).unwrap_or_default());
                }
            }
            Ok(Event::End(_)) => is_error = false,
            Ok(Event::Eof) | Err(_) => return unescaped(&all),
            Ok(_) => {}
        }
    }
}

/// `_x000D_` is one UTF-16 unit; what is not one stays as it is.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        units.extend(rest[..at].encode_utf16());
        rest = &rest[at..];
        let hex = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_'));
        if let Some(unit) = hex.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
            units.push(unit);
            rest = &rest[7..];
        } else {
            units.extend(rest[..2].encode_utf16());
            rest = &rest[2..];
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_without_progress_and_markup() {
        let stderr = br#"#< CLIXML
<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>Module werden vorbereitet</AV></PR></MS></Obj><S S="Error">Get-VM : Die Benennung &quot;Get-VM&quot; wurde nicht erkannt_x002E__x000D__x000A_</S><S S="Error">    + CategoryInfo &lt;x&gt;_x000D__x000A_</S></Objs>"#;
        let told = message(stderr).unwrap();
        assert_eq!(told, "Get-VM : Die Benennung \"Get-VM\" wurde nicht erkannt. + CategoryInfo <x>");
    }

    #[test]
    fn plain_and_broken_text_is_told_as_it_is() {
        assert_eq!(message(b"'powershell' is not recognized\r\n").as_deref(), Some("'powershell' is not recognized"));
        assert_eq!(message(b" \r\n"), None);
        // Code page 850: an umlaut that is no UTF-8.
        assert_eq!(message(b"Zugriff verw\x84hrt").as_deref(), Some("Zugriff verw\u{fffd}hrt"));
        assert_eq!(message(b"#< CLIXML\r\n<Objs><S S=\"Error\">cut off_x00").as_deref(), Some("cut off_x00"));
        assert_eq!(message(b"#< CLIXML\r\n<Objs></Objs>"), None);
    }

    #[test]
    fn long_errors_are_cut() {
        let told = message("ä".repeat(10_000).as_bytes()).unwrap();
        assert_eq!(told.chars().count(), TOLD_MAX + 1);
    }
}
