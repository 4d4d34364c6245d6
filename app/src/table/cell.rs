//! Draws a cell by its type: states with sign and word, shares as bars with figures, the unknown as a dash with its reason.

use leptos::prelude::*;
use model::{
    format,
    inventory::{ConnectionState, Health, PowerState, VmRole},
    table::{Cell, MeterUnit},
};

use super::grid::ObjectLink;
use crate::components::{Dot, Glyph, Meter, Timestamp, Tone};

/// Values of a list that are drawn in full; the others are a count with the whole list behind it.
const LIST_SHOWN: usize = 1;

/// Draws the cell of a column. The column's key tells where a platform's word has a better one.
pub(crate) fn draw(key: &str, cell: Cell) -> AnyView {
    match cell {
        Cell::Unknown(reason) => dash(&reason, -1),
        Cell::Text(text) => draw_text(key, text),
        Cell::Object(object) => view! { <ObjectLink kind=object.kind id=object.id name=object.name /> }.into_any(),
        Cell::Source(source) => view! { <a href=format!("/sources/{}", source.id)>{source.name}</a> }.into_any(),
        Cell::Meter { used, total, unit } => draw_meter(used, total, unit),
        Cell::Time(ms) => view! { <Timestamp ms /> }.into_any(),
        Cell::Power(power) => power_state(power),
        Cell::Connection(connection) => connection_state(connection),
        Cell::Health(health) => health_state(health),
        Cell::List(values) => draw_list(values),
        Cell::Number(_) | Cell::Bytes(_) | Cell::Mhz(_) | Cell::Percent(_) | Cell::Duration(_) | Cell::Flag(_) => {
            plain(&cell).into_any()
        }
    }
}

/// A value as text, for cells that are nothing else.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => format::count(*number),
        Cell::Bytes(bytes) => format::bytes(*bytes),
        Cell::Mhz(mhz) => format::mhz(*mhz),
        Cell::Percent(percent) => format::percent(*percent),
        Cell::Duration(seconds) => format::duration_s(*seconds),
        Cell::Flag(flag) => if *flag { "Yes" } else { "No" }.to_owned(),
        other => other.csv(),
    }
}

/// The unknown. On a page of facts the reason can be focused (0); in a table arrow keys reach it (−1), or else the
/// way from the table to what follows it would have hundreds of stops.
pub(crate) fn dash(reason: &str, tab_index: i32) -> AnyView {
    view! {
        <span class="unknown" title=reason.to_owned() tabindex=tab_index>
            <span aria-hidden="true">"—"</span>
            <span class="visually-hidden">{format!("unknown: {reason}")}</span>
        </span>
    }
    .into_any()
}

fn draw_text(key: &str, text: String) -> AnyView {
    match key {
        "platform" => view! { <span class="tag">{text}</span> }.into_any(),
        "tools" => words(&text).into_any(),
        "role" => VmRole::from_key(&text).map_or(text, |role| role_words(role).to_owned()).into_any(),
        "type" | "firmware" => capital(&text).into_any(),
        "uuid" | "url" => view! { <span class="mono">{text}</span> }.into_any(),
        "notes" | "folder" | "os" | "model" | "cpu_model" => {
            view! { <span class="clip" title=text.clone()>{text.clone()}</span> }.into_any()
        }
        _ => text.into_any(),
    }
}

fn draw_meter(used: i64, total: i64, unit: MeterUnit) -> AnyView {
    let print = |value: i64| match unit {
        MeterUnit::Bytes => format::bytes(value),
        MeterUnit::Mhz => format::mhz(value),
    };
    let percent = used as f64 * 100.0 / total.max(1) as f64;
    let label = format!("{} of {}", print(used), print(total));
    view! {
        <span class="share" title=label.clone()>
            <Meter percent label=label.clone() />
            <span>{format!("{percent:.0} %")}</span>
        </span>
    }
    .into_any()
}

fn draw_list(values: Vec<String>) -> AnyView {
    let more = values.len().saturating_sub(LIST_SHOWN);
    if more == 0 {
        return values.join(", ").into_any();
    }
    let all = values.join(", ");
    let shown = values[..LIST_SHOWN].join(", ");
    let rest = values[LIST_SHOWN..].join(", ");
    view! {
        <span class="listed" title=all tabindex="-1">
            {shown}
            " "
            <span class="tag" aria-hidden="true">{format!("+{more}")}</span>
            <span class="visually-hidden">{format!("and {rest}")}</span>
        </span>
    }
    .into_any()
}

pub(crate) fn power_state(power: PowerState) -> AnyView {
    let (tone, glyph, label) = match power {
        PowerState::On => (Tone::Ok, Glyph::Check, "On"),
        PowerState::Off => (Tone::Idle, Glyph::Off, "Off"),
        PowerState::Suspended => (Tone::Warn, Glyph::Pause, "Suspended"),
        PowerState::Unknown => (Tone::Idle, Glyph::Question, "Unknown"),
    };
    view! { <Dot tone label glyph=glyph /> }.into_any()
}

pub(crate) fn connection_state(connection: ConnectionState) -> AnyView {
    let (tone, glyph) = match connection {
        ConnectionState::Connected => (Tone::Ok, Glyph::Check),
        ConnectionState::Unknown => (Tone::Idle, Glyph::Question),
        _ => (Tone::Bad, Glyph::Warning),
    };
    view! { <Dot tone label=connection_words(connection) glyph=glyph /> }.into_any()
}

pub(crate) fn health_state(health: Health) -> AnyView {
    let (tone, glyph, label) = match health {
        Health::Green => (Tone::Ok, Glyph::Check, "Good"),
        Health::Yellow => (Tone::Warn, Glyph::Warning, "Warning"),
        Health::Red => (Tone::Bad, Glyph::Warning, "Alert"),
        Health::Gray => (Tone::Idle, Glyph::Question, "Not told"),
    };
    view! { <Dot tone label glyph=glyph /> }.into_any()
}

pub(crate) const fn connection_words(connection: ConnectionState) -> &'static str {
    match connection {
        ConnectionState::Connected => "Connected",
        ConnectionState::Disconnected => "Disconnected",
        ConnectionState::NotResponding => "Not responding",
        ConnectionState::Orphaned => "Orphaned",
        ConnectionState::Inaccessible => "Inaccessible",
        ConnectionState::Invalid => "Invalid",
        ConnectionState::Unknown => "Unknown",
    }
}

pub(crate) const fn role_words(role: VmRole) -> &'static str {
    match role {
        VmRole::Ordinary => "Ordinary machine",
        VmRole::Template => "Template",
        VmRole::Vcls => "vSphere Cluster Services agent",
        VmRole::FaultToleranceSecondary => "Fault Tolerance secondary",
        VmRole::Replica => "Hyper-V Replica",
    }
}

/// A platform's identifier as words: `toolsNotInstalled` reads `Tools not installed`.
pub(crate) fn words(identifier: &str) -> String {
    let mut text = String::with_capacity(identifier.len() + 4);
    let mut before = ' ';
    for c in identifier.chars() {
        if c == '_' {
            text.push(' ');
        } else if c.is_uppercase() && before.is_lowercase() {
            text.push(' ');
            text.extend(c.to_lowercase());
        } else {
            text.push(c);
        }
        before = c;
    }
    capital(&text)
}

/// With a capital first letter, where the word is not one of the platform's own spelling (`vsan`, `vVOL`, `bios`).
fn capital(text: &str) -> String {
    match text {
        "bios" | "efi" => return text.to_uppercase(),
        "vsan" => return "vSAN".to_owned(),
        _ if text.starts_with("vV") => return text.to_owned(),
        _ => {}
    }
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use model::{ids::ObjectId, inventory::ObjectKind, table::Reference};

    use super::*;

    fn html(key: &str, cell: Cell) -> String {
        let owner = Owner::new();
        owner.with(|| draw(key, cell).to_html())
    }

    #[test]
    fn the_unknown_is_a_dash_with_its_reason() {
        let html = html("cpu", Cell::unknown("the machine does not run"));
        assert!(html.contains("—") && html.contains("title=\"the machine does not run\""), "{html}");
        assert!(!html.contains('0'), "unknown is never zero: {html}");
    }

    #[test]
    fn a_state_is_a_word_beside_its_sign() {
        let html = html("power", Cell::Power(PowerState::Suspended));
        assert!(html.contains("Suspended") && html.contains("<svg"), "{html}");
    }

    #[test]
    fn a_share_has_figures() {
        let html = html("mem", Cell::Meter { used: 1 << 30, total: 4 << 30, unit: MeterUnit::Bytes });
        assert!(html.contains("1 GiB of 4 GiB") && html.contains("25 %"), "{html}");
        assert!(!html.contains("style="), "the policy lets no inline style pass: {html}");
    }

    #[test]
    fn a_long_list_is_counted_and_still_there() {
        let html = html("ip", Cell::List(vec!["10.0.0.1".into(), "10.0.0.2".into(), "fe80::1".into()]));
        assert!(html.contains("+2") && html.contains("10.0.0.1, 10.0.0.2, fe80::1"), "{html}");
    }

    #[test]
    fn an_object_is_a_link_and_a_name_is_escaped() {
        let object = Reference { kind: ObjectKind::Host, id: ObjectId(7), name: "<esx>".into() };
        let html = html("host", Cell::Object(object));
        assert!(html.contains("href=\"/hosts/7\"") && html.contains("&lt;esx&gt;"), "{html}");
    }

    #[test]
    fn words_are_made_of_identifiers() {
        assert_eq!(words("toolsNotInstalled"), "Tools not installed");
        assert_eq!(words("independent_persistent"), "Independent persistent");
        assert_eq!(words("VMFS"), "VMFS");
    }
}
