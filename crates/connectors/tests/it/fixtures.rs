//! The parsers against recorded answers of real vCenters (pyVmomi's recordings, beside the checkout; skipped where absent).

use std::fs;

use connectors::vcenter::{
    ServiceContent,
    answer::{AnswerError, read_parts, read_whole},
    object::Object,
    objects::{
        host::read_host,
        network::read_network,
        storage::read_datastore,
        vm::{read_vcls_evidence, read_vm},
    },
};

use crate::vcsim::workspace;

/// Requests and answers by recording. The recordings are YAML; their strings stand in quotes over several lines.
fn exchanges() -> Vec<(String, Vec<(String, String)>)> {
    let folder = workspace().join("../shared/fixtures/vsphere");
    let Ok(entries) = fs::read_dir(&folder) else {
        let is_required = std::env::var_os("IROA_REQUIRE_PEERS").is_some_and(|value| value == "1");
        let is_expected = is_required && workspace().join("../shared").is_dir();
        assert!(!is_expected, "the recordings of real systems are missing at {}", folder.display());
        eprintln!("skipped: the recordings of real systems are not here");
        return Vec::new();
    };
    let mut all: Vec<(String, Vec<(String, String)>)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            if path.extension()? != "yaml" {
                return None;
            }
            let name = path.file_stem()?.to_str()?.to_owned();
            Some((name, read_yaml(&fs::read_to_string(&path).ok()?)))
        })
        .collect();
    all.sort();
    assert_eq!(all.len(), 11, "recordings at {}", folder.display());
    all
}

fn recordings() -> Vec<(String, Vec<String>)> {
    let answers = |exchanges: Vec<(String, String)>| exchanges.into_iter().map(|(_, answer)| answer).collect();
    exchanges().into_iter().map(|(name, exchanges)| (name, answers(exchanges))).collect()
}

/// `request: body:` and `response: body: string:` of each interaction.
fn read_yaml(yaml: &str) -> Vec<(String, String)> {
    let interactions = yaml.split("\n- request:").skip(1);
    interactions
        .filter_map(|interaction| {
            let (request, response) = interaction.split_once("\n  response:")?;
            let request = request.split_once("body:").map(|(_, body)| scalar(body)).unwrap_or_default();
            Some((request, scalar(response.split_once("string:")?.1)))
        })
        .collect()
}

/// A quoted scalar; anything else (`null`) is empty.
fn scalar(text: &str) -> String {
    let text = text.trim_start();
    let text = text.strip_prefix("!!python/unicode ").unwrap_or(text);
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(&text[1..], quote),
        _ => String::new(),
    }
}

/// A YAML flow scalar: a line break folds to a space, an empty line to a line break; escapes in double quotes.
fn quoted(text: &str, quote: char) -> String {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if quote == '\'' && text[at + 1..].starts_with('\'') => {
                value.push('\'');
                characters.next();
            }
            c if c == quote => return value,
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
    value
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

/// One recorded `Fetch`: the object, the property, and the value's inside.
struct Fetched {
    class: String,
    id: String,
    property: String,
    value_type: String,
    inside: String,
}

fn fetched(request: &str, answer: &str) -> Option<Fetched> {
    let this = request.split_once("<_this")?.1;
    let class = this.split_once("type=\"")?.1.split_once('"')?.0;
    let id = this.split_once('>')?.1.split_once('<')?.0;
    let property = request.split_once("<prop")?.1.split_once('>')?.1.split_once('<')?.0;
    let value = answer.split_once("<returnval")?.1;
    let (attributes, inside) = value.split_once('>')?;
    let inside = inside.rsplit_once("</returnval>")?.0;
    let value_type =
        attributes.split_once("xsi:type=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(at, _)| at);
    Some(Fetched {
        class: class.to_owned(),
        id: id.to_owned(),
        property: property.to_owned(),
        value_type: value_type.to_owned(),
        inside: inside.to_owned(),
    })
}

/// Direct children of a structure, as paths below `property` and the text of an element each.
fn children(property: &str, inside: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(inside);
    let mut children: Vec<(String, String)> = Vec::new();
    loop {
        let start = reader.buffer_position() as usize;
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) => {
                let name = tag.name();
                reader.read_to_end(name).unwrap();
                let whole = &inside[start..reader.buffer_position() as usize];
                let name = name.as_ref();
                let value =
                    whole.strip_prefix(&format!("<{name}")).unwrap().strip_suffix(&format!("</{name}>")).unwrap();
                children.push((format!("{property}.{name}"), format!("<val{value}</val>")));
            }
            quick_xml::events::Event::Eof => return children,
            _ => {}
        }
    }
}

/// Repeated children as one `ArrayOf…` each, the way they arrive when a leaf is asked for.
fn lists(children: &[(String, String)]) -> Vec<(String, String)> {
    let mut lists: Vec<(String, String)> = Vec::new();
    for (path, item) in children {
        match lists.iter_mut().find(|(known, _)| known == path) {
            Some((_, items)) => items.push_str(item),
            None => lists.push((path.clone(), item.clone())),
        }
    }
    lists.into_iter().map(|(path, items)| (path, format!("<val>{items}</val>"))).collect()
}

/// The recordings read whole structures property by property (`Fetch`); a run asks for leaves of the same structures.
/// Here they are put together to the answer that a run would get, and become typed values.
#[test]
fn recorded_objects_become_typed_values() {
    let mut typed = Vec::new();
    for (name, exchanges) in exchanges() {
        let mut objects: Vec<(String, String, String)> = Vec::new();
        for (request, answer) in &exchanges {
            let Some(fetched) = fetched(request, answer) else { continue };
            let own = format!("<val xsi:type=\"{}\">{}</val>", fetched.value_type, fetched.inside);
            let mut properties = vec![(fetched.property.clone(), own)];
            if ["config", "summary", "runtime", "guest"].contains(&fetched.property.as_str()) {
                let mut leaves = children(&fetched.property, &fetched.inside);
                if let Some((path, network)) = leaves.iter().find(|(path, _)| path == "config.network").cloned() {
                    let inside = network.split_once('>').unwrap().1.strip_suffix("</val>").unwrap();
                    leaves.extend(lists(&children(&path, inside)));
                }
                let (extra, leaves): (Vec<_>, Vec<_>) =
                    leaves.into_iter().partition(|(path, _)| path == "config.extraConfig");
                properties.extend(leaves);
                properties.extend(lists(&extra));
            }
            let mut text = String::new();
            for (path, value) in &properties {
                text.extend(["<propSet><name>", path, "</name>", value, "</propSet>"]);
            }
            match objects.iter_mut().find(|(_, id, _)| *id == fetched.id) {
                Some((_, _, all)) => all.push_str(&text),
                None => objects.push((fetched.class, fetched.id, text)),
            }
        }
        for (class, id, properties) in objects {
            let answer = format!(
                r#"<e:Envelope xmlns:e="e"><e:Body><R><returnval><objects><obj type="{class}">{id}</obj>{properties}</objects></returnval></R></e:Body></e:Envelope>"#
            );
            let read = read_parts(answer.as_bytes(), |part| typed.extend(describe(&name, Object::of(part).unwrap())));
            assert!(read.is_ok(), "{name}: {id}");
        }
    }
    if !typed.is_empty() {
        insta::assert_snapshot!(typed.join("\n"));
    }
}

fn describe(recording: &str, object: Object<'_>) -> Option<String> {
    let value = match object.moref()?.kind.as_str() {
        "VirtualMachine" if read_vcls_evidence(object).is_some() => {
            read_vm(object).map(|raw| format!("a cluster service agent: {:#?}", raw.value.config))?
        }
        "VirtualMachine" => {
            read_vm(object).map(|raw| format!("{:#?}", (raw.value.name, raw.value.config, raw.value.state)))?
        }
        "HostSystem" => {
            read_host(object).map(|raw| format!("{:#?}", (raw.value.name, raw.value.config, raw.value.state)))?
        }
        "Datastore" => read_datastore(object).map(|raw| format!("{:#?}", (raw.value.name, raw.value.config)))?,
        "Network" | "DistributedVirtualPortgroup" => {
            read_network(object).map(|raw| format!("{:#?}", (raw.value.name, raw.value.config)))?
        }
        _ => return None,
    };
    Some(format!("{recording}: {value}"))
}
