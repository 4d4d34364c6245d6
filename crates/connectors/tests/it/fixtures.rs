//! The parsers against recorded answers of real vCenters (pyVmomi's recordings, beside the checkout; skipped where absent).

use std::fs;

use connectors::vcenter::{
    ServiceContent,
    answer::{AnswerError, read_parts, read_whole},
    object::Object,
    objects::{host::read_host, network::read_network, place::read_place, storage::read_datastore, vm::read_vm},
};

use crate::vcsim::workspace;

/// Recorded answers' texts by recording. The recordings are YAML; their strings stand in quotes over several lines.
pub(crate) fn recordings() -> Vec<(String, Vec<String>)> {
    let folder = workspace().join("../shared/fixtures/vsphere");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: the recordings of real systems are not here");
        return Vec::new();
    };
    let mut all: Vec<(String, Vec<String>)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            if path.extension()? != "yaml" {
                return None;
            }
            let name = path.file_stem()?.to_str()?.to_owned();
            Some((name, answers(&fs::read_to_string(&path).ok()?)))
        })
        .collect();
    all.sort();
    all
}

/// Strings of `response: body: string:`.
fn answers(yaml: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = yaml;
    while let Some((_, after)) = rest.split_once("string:") {
        let after = after.trim_start();
        let after = after.strip_prefix("!!python/unicode ").unwrap_or(after);
        let Some(quote) = after.chars().next().filter(|c| ['"', '\''].contains(c)) else {
            rest = after;
            continue;
        };
        let (text, length) = quoted(&after[1..], quote);
        found.push(text);
        rest = &after[1 + length..];
    }
    found
}

/// A YAML flow scalar: a line break folds to a space, an empty line to a line break; escapes in double quotes.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if quote == '\'' && text[at + 1..].starts_with('\'') => {
                value.push('\'');
                characters.next();
            }
            c if c == quote => return (value, at + 1),
            '\\' if quote == '"' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, '\n')) => while characters.next_if(|(_, c)| *c == ' ').is_some() {},
                Some((_, 'x')) => {
                    let code: String = (0..2).filter_map(|_| characters.next()).map(|(_, c)| c).collect();
                    value.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some((_, 'u')) => {
                    let code: String = (0..4).filter_map(|_| characters.next()).map(|(_, c)| c).collect();
                    value.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some((_, other)) => value.push(other),
                None => {}
            },
            '\n' => {
                while value.ends_with(' ') {
                    value.pop();
                }
                let mut breaks = 0;
                while let Some((_, c)) = characters.next_if(|(_, c)| c.is_whitespace()) {
                    breaks += usize::from(c == '\n');
                }
                if breaks == 0 { value.push(' ') } else { value.extend(std::iter::repeat_n('\n', breaks)) }
            }
            other => value.push(other),
        }
    }
    (value, text.len())
}

#[test]
fn every_recording_is_read() {
    let mut soap = 0;
    for (name, answers) in recordings() {
        assert!(!answers.is_empty(), "{name} holds no answers");
        for answer in answers.iter().filter(|answer| answer.contains("Envelope")) {
            match read_parts(answer.as_bytes(), |_| {}) {
                Ok(()) => {}
                Err(AnswerError::Fault(fault)) => assert!(!fault.class.is_empty(), "{name}: {fault:?}"),
                Err(error) => panic!("{name}: {error}\n{answer}"),
            }
            soap += 1;
        }
    }
    eprintln!("{soap} SOAP answers read");
}

#[test]
fn a_wrong_password_is_an_invalid_login() {
    let Some((_, answers)) = recordings().into_iter().find(|(name, _)| name == "basic_connection_bad_password") else {
        return;
    };
    let faults = answers.iter().filter_map(|answer| match read_whole(answer.as_bytes(), |_| ()) {
        Err(AnswerError::Fault(fault)) => Some(fault.class),
        _ => None,
    });
    assert_eq!(faults.collect::<Vec<_>>(), ["InvalidLogin"]);
}

#[test]
fn service_contents_are_those_of_vcenters() {
    let contents: Vec<ServiceContent> = recordings()
        .into_iter()
        .flat_map(|(_, answers)| answers)
        .filter(|answer| answer.contains("RetrieveServiceContentResponse"))
        .map(|answer| read_whole(answer.as_bytes(), ServiceContent::read).unwrap().expect("a service content"))
        .collect();
    for content in &contents {
        assert!(content.view_manager.is_some() && !content.about.is_host(), "{content:?}");
        assert!(content.about.instance_uuid.as_ref().is_some_and(|uuid| uuid.len() == 36));
    }
}

/// Objects of the recordings as the model sees them, the way a run reads them.
#[test]
fn recorded_objects_become_typed_values() {
    let mut typed = Vec::new();
    for (name, answers) in recordings() {
        for answer in answers.iter().filter(|answer| answer.contains("RetrievePropertiesEx")) {
            let read = read_parts(answer.as_bytes(), |part| {
                let Some(object) = Object::of(part) else { return };
                let id = object.moref().expect("a reference");
                typed.push(match id.kind.as_str() {
                    "VirtualMachine" => {
                        format!("{name}: {:#?}", read_vm(object).map(|raw| (raw.value.name, raw.value.config)))
                    }
                    "HostSystem" => {
                        format!("{name}: {:#?}", read_host(object).map(|raw| (raw.value.name, raw.value.config)))
                    }
                    "Datastore" => {
                        format!("{name}: {:#?}", read_datastore(object).map(|raw| (raw.value.name, raw.value.config)))
                    }
                    "Network" | "DistributedVirtualPortgroup" => {
                        format!("{name}: {:#?}", read_network(object).map(|raw| (raw.value.name, raw.value.config)))
                    }
                    _ => format!("{name}: {id:?} {:?}", read_place(object).map(|raw| raw.value.name)),
                });
            });
            assert!(read.is_ok(), "{name}");
        }
    }
    if !typed.is_empty() {
        insta::assert_snapshot!(typed.join("\n"));
    }
}
