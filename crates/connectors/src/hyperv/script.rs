//! The scripts that a host runs, made small, and the command that starts them: one for its inventory, one for its counters.
//!
//! The command line has room for some 8,000 characters only, so it carries a bootstrap that takes the script from the
//! standard input. What a script prints is `answer`'s.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The inventory's script as the repository keeps it, with its reasons.
pub const INVENTORY: &str = concat!(
    include_str!("script/begin.ps1"),
    include_str!("script/inventory.ps1"),
    include_str!("script/places.ps1"),
    include_str!("script/end.ps1"),
);

/// The same of the measurements' script.
pub const COUNTERS: &str = concat!(
    include_str!("script/begin.ps1"),
    include_str!("script/counters.ps1"),
    include_str!("script/places.ps1"),
    include_str!("script/end.ps1"),
);

/// `$input` is what the PowerShell host itself reads from the standard input; anything else would race with it.
const BOOTSTRAP: &str =
    "$ProgressPreference='SilentlyContinue';$stdin=@($input)-join\"`n\";&([ScriptBlock]::Create($stdin))";

static SMALL_INVENTORY: LazyLock<String> = LazyLock::new(|| minified(INVENTORY));
static SMALL_COUNTERS: LazyLock<String> = LazyLock::new(|| minified(COUNTERS));

/// The command line. No profile: what people put into theirs must not be run, and not be printed.
pub fn command() -> String {
    let encoded: Vec<u8> = BOOTSTRAP.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encoded = BASE64_STANDARD.encode(encoded);
    format!("powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand {encoded}")
}

/// What the command reads from its standard input for an inventory.
pub fn inventory() -> &'static [u8] {
    SMALL_INVENTORY.as_bytes()
}

/// The same for measurements.
pub fn counters() -> &'static [u8] {
    SMALL_COUNTERS.as_bytes()
}

/// The script without comments, indentation and empty lines; what it means is the same. It knows strings with both
/// quotes and their escapes; here-strings and block comments are not used in the source.
pub fn minified(source: &str) -> String {
    let mut small = String::with_capacity(source.len());
    let mut quote = None;
    for line in source.lines() {
        // A string that goes on from the line before keeps its spaces.
        let line = if quote.is_some() { line } else { line.trim_start() };
        let mut end = line.len();
        let mut before = ' ';
        let mut chars = line.char_indices();
        while let Some((at, c)) = chars.next() {
            match (quote, c) {
                (Some('"') | None, '`') => {
                    chars.next();
                }
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                // Within a word it is a part of the word.
                (None, '#') if before.is_whitespace() || "(){};,=".contains(before) => {
                    end = at;
                    break;
                }
                _ => {}
            }
            before = c;
        }
        let kept = if quote.is_some() { &line[..end] } else { line[..end].trim_end() };
        if !kept.is_empty() || quote.is_some() {
            small.push_str(kept);
            small.push('\n');
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use tree_sitter::{Node, Parser, Tree};

    use super::*;

    fn parsed(text: &str) -> Tree {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
        parser.parse(text, None).unwrap()
    }

    const BOTH: [&str; 2] = [INVENTORY, COUNTERS];

    /// The first place that the grammar does not accept.
    fn error(text: &str) -> Option<String> {
        let tree = parsed(text);
        let mut found = None;
        walk(tree.root_node(), &mut |node| {
            if found.is_none() && (node.is_error() || node.is_missing()) {
                found = Some(format!("line {}", node.start_position().row + 1));
            }
        });
        found
    }

    fn walk<'t>(node: Node<'t>, see: &mut impl FnMut(Node<'t>)) {
        see(node);
        let mut cursor = node.walk();
        let children: Vec<Node<'t>> = node.children(&mut cursor).collect();
        for child in children {
            walk(child, see);
        }
    }

    /// The words and signs of a script, without comments and the space between them.
    fn tokens(text: &str) -> Vec<String> {
        let tree = parsed(text);
        let mut tokens = Vec::new();
        walk(tree.root_node(), &mut |node| {
            let token = &text[node.byte_range()];
            if node.child_count() == 0 && node.kind() != "comment" && !token.trim().is_empty() {
                tokens.push(token.trim().to_owned());
            }
        });
        tokens
    }

    #[test]
    fn the_scripts_are_powershell_and_broken_copies_are_not() {
        assert_eq!(error(BOOTSTRAP), None);
        for source in BOTH {
            assert_eq!(error(source), None);
            assert_eq!(error(&minified(source)), None);
            let last_brace = source.rfind('}').unwrap();
            let broken = [
                format!("{}{}", &source[..last_brace], &source[last_brace + 1..]),
                source.replacen(
                    "foreach ($volume in Get-ClusterSharedVolume) {",
                    "foreach ($volume in Get-Volume {",
                    1,
                ),
                source.replacen("'<<<IROA-HYPERV 1>>>'", "'<<<IROA-HYPERV 1>>>", 1),
                source.replacen("return [bool]$value\n}", "return [bool]$value\n}}", 1),
            ];
            for (at, broken) in broken.iter().enumerate() {
                assert_ne!(broken, source);
                assert!(error(broken).is_some(), "broken copy {at} is accepted");
            }
        }
    }

    #[test]
    fn every_try_has_its_catch() {
        let without = |text: &str| {
            let mut bare = Vec::new();
            let tree = parsed(text);
            walk(tree.root_node(), &mut |node| {
                if node.kind() == "try_statement" {
                    let mut cursor = node.walk();
                    if !node.children(&mut cursor).any(|child| child.kind() == "catch_clauses") {
                        bare.push(node.start_position().row + 1);
                    }
                }
            });
            bare
        };
        for source in BOTH {
            assert_eq!(without(source), Vec::<usize>::new());
            assert!(source.matches("try {").count() >= 6);
        }
        assert_eq!(without("try { Get-VM } finally { 1 }"), [1]);
    }

    #[test]
    fn the_small_scripts_say_the_same() {
        for source in BOTH {
            let small = minified(source);
            assert_eq!(tokens(&small), tokens(source));
            assert!(small.len() < source.len() * 4 / 5, "{} of {}", small.len(), source.len());
            assert!(!small.contains("\n ") && !small.contains("\n#") && !small.contains("\n\n"));
        }
        let odd = "a 'x # y'  # note\n  # alone\n b \"`\"#\" #c\n$h=@{}#d\na#b\n";
        assert_eq!(minified(odd), "a 'x # y'\nb \"`\"#\"\n$h=@{}\na#b\n");
    }

    #[test]
    fn the_scripts_survive_any_code_page_and_old_versions() {
        for source in BOTH {
            assert!(source.is_ascii(), "the standard input is decoded by the console's code page");
            for forbidden in
                ["@\"", "@'", "<#", "::new(", "class ", "Get-ItemPropertyValue", "??", "?.", " && ", " || "]
            {
                assert!(!source.contains(forbidden), "{forbidden} is not in PowerShell 4, or cannot be made small");
            }
        }
        assert!(inventory().len() < 100_000 && counters().len() < 20_000, "one message each");
    }

    #[test]
    fn nothing_is_asked_for_each_machine() {
        // The loop over machines holds properties and our own functions, and no cmdlet.
        let start = INVENTORY.find("Section 'machines'").unwrap();
        let section = &INVENTORY[start..start + INVENTORY[start..].find("\n}\n").unwrap()];
        assert_eq!(section.matches("Get-").count(), 1, "Get-VM itself");
        for cmdlet in ["Measure-VM", "Get-VMProcessor", "Get-VMMemory", "Get-VMFirmware", "Get-VMBios", "-VMId"] {
            assert!(BOTH.iter().all(|source| !source.contains(cmdlet)), "{cmdlet}");
        }
        for changing in ["Set-", "Start-", "Stop-", "Remove-VM", "New-VM", "Invoke-", "Move-", "Suspend-", "Save-"] {
            assert!(BOTH.iter().all(|source| !source.contains(changing)), "{changing}");
        }
        for slow in ["in Get-VM ", "Get-VMHost", "Get-VHD", "$script:inventory = $true"] {
            assert!(!COUNTERS.contains(slow), "{slow} takes too long for every five minutes");
        }
    }

    #[test]
    fn the_command_line_is_short_and_carries_the_bootstrap() {
        let command = command();
        assert!(command.len() < 1_000, "{}", command.len());
        let encoded = command.rsplit(' ').next().unwrap();
        let bytes = BASE64_STANDARD.decode(encoded).unwrap();
        let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        assert_eq!(String::from_utf16(&units).unwrap(), BOOTSTRAP);
    }
}
