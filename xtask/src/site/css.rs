//! One style sheet out of `style/`: imports put in their place, comments and idle space taken out.
//!
//! It knows the `@import` of this project, `@import "file.css" layer(name);`, and leaves nesting and everything modern to the browser.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Reads a style sheet and what it imports.
pub(super) fn bundle(path: &Path) -> Result<String> {
    Ok(minify(&inline(path)?))
}

fn inline(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bundled = String::new();
    for line in text.lines() {
        let Some(import) = line.trim().strip_prefix("@import") else {
            bundled.push_str(line);
            bundled.push('\n');
            continue;
        };
        let (name, layer) = parse_import(import).with_context(|| format!("{}: `{line}`", path.display()))?;
        let inner = inline(&path.with_file_name(name))?;
        match layer {
            Some(layer) => bundled.extend(["@layer ", layer, " {\n", &inner, "}\n"]),
            None => bundled.push_str(&inner),
        }
    }
    Ok(bundled)
}

/// `"tokens.css" layer(tokens);` or `url("tokens.css");`
fn parse_import(import: &str) -> Result<(&str, Option<&str>)> {
    let Some((_, rest)) = import.split_once(['"', '\'']) else { bail!("an import names its file in quotes") };
    let Some((name, rest)) = rest.split_once(['"', '\'']) else { bail!("an import's quote is not closed") };
    let rest = rest.trim_start_matches(')').trim().trim_end_matches(';').trim();
    if rest.is_empty() {
        return Ok((name, None));
    }
    let layer = rest.strip_prefix("layer(").and_then(|rest| rest.strip_suffix(')'));
    layer.map(|layer| (name, Some(layer))).context("only `layer(name)` may follow an import's file")
}

/// Removes comments, folds white space and drops it where it can mean nothing. Strings stay as they are.
fn minify(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
        } else if next == '"' || next == '\'' {
            let length = string_length(rest, next);
            small.push_str(&rest[..length]);
            rest = &rest[length..];
        } else if next.is_whitespace() {
            rest = rest.trim_start();
            let before = small.chars().next_back();
            // A space before `:` or around `>` and `+` can be a descendant selector or part of `calc`: those stay.
            let idle = |side: Option<char>| side.is_none_or(|side| matches!(side, '{' | '}' | ';' | ','));
            if !idle(before) && !idle(rest.chars().next()) && before != Some(' ') {
                small.push(' ');
            }
        } else {
            if next == '}' && small.ends_with(';') {
                small.pop();
            }
            small.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    small
}

fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (position, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return position + character.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_that_means_something_stays() {
        let text = "a :hover {\n  /* why */ width: calc(1px + 2px);\n  content: \"  /* kept */ \";\n}\n\n.b , .c { }\n";
        assert_eq!(minify(text), "a :hover{width: calc(1px + 2px);content: \"  /* kept */ \"}.b,.c{}");
    }

    #[test]
    fn an_import_names_its_file_and_its_layer() {
        assert_eq!(parse_import(" \"tokens.css\" layer(tokens);").unwrap(), ("tokens.css", Some("tokens")));
        assert_eq!(parse_import(" url('page.css');").unwrap(), ("page.css", None));
        assert!(parse_import(" \"print.css\" print;").is_err());
    }
}
