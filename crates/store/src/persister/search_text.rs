//! The text that a bare word of a filter is looked for in: everything that identifies an object, in lower case.

use model::inventory::Vm;

/// Bounds of the whole text and of what is taken of a description, in bytes.
const TEXT_MAX: usize = 2_000;
const DESCRIPTION_MAX: usize = 200;

/// Name and the parts that are there, one a line.
pub(super) fn of(name: &str, parts: &[Option<&str>]) -> String {
    let mut text = name.to_lowercase();
    for part in parts.iter().flatten().filter(|part| !part.is_empty()) {
        if text.len() >= TEXT_MAX {
            break;
        }
        text.push('\n');
        text.push_str(&part.to_lowercase());
    }
    truncate(&text, TEXT_MAX).to_owned()
}

pub(super) fn of_vm(vm: &Vm) -> String {
    let config = &vm.config;
    let mut parts = vec![
        config.guest_host_name.as_deref(),
        config.bios_uuid.as_deref(),
        config.instance_uuid.as_deref(),
        config.guest_os_running.as_deref().or(config.guest_os.as_deref()),
    ];
    parts.extend(config.ip_addresses.iter().map(|address| Some(address.as_str())));
    parts.extend(config.adapters.iter().map(|adapter| adapter.mac.as_deref()));
    parts.extend(config.tags.iter().map(|tag| Some(tag.name.as_str())));
    parts.push(config.annotation.as_deref().map(|text| truncate(text, DESCRIPTION_MAX)));
    of(&vm.name, &parts)
}

/// The beginning of a text, cut between characters.
pub(super) fn truncate(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}
