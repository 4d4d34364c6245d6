//! Links as rows: both records, the evidence, who decided and when, and buttons for whoever may say otherwise.

use leptos::prelude::*;
use model::{
    identity::{LinkState, LinkView, Rung},
    source::SourceKind,
    table::SourceReference,
};

use crate::{
    chart::age,
    components::{Head, PlainTable, StatePill, Tone},
    drawn::{action, hidden},
};

const HEADS: [Head; 6] = [
    Head::Text("Seen by"),
    Head::Text("As"),
    Head::Text("State"),
    Head::Text("Evidence"),
    Head::Text("Decided by"),
    Head::Unseen("Decide"),
];

/// `next`: the page that the buttons lead back to; without it there are none.
pub(crate) fn link_table(links: Vec<LinkView>, caption: &'static str, next: Option<&str>, now_ms: i64) -> AnyView {
    let rows = links.into_iter().map(|link| row(link, next, now_ms)).collect_view();
    view! {
        <PlainTable caption heads=HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn row(link: LinkView, next: Option<&str>, now_ms: i64) -> AnyView {
    let (tone, state) = match link.state {
        LinkState::Linked => (Tone::Ok, "Linked"),
        LinkState::Suggested => (Tone::Warn, "Suggested"),
        LinkState::Refused => (Tone::Idle, "Refused"),
    };
    let evidence = if link.evidence.is_empty() {
        link.rung.label().to_owned()
    } else {
        format!("{}: {}", link.rung.label(), link.evidence)
    };
    let decided = match (&link.decided_by, link.state) {
        (Some(by), _) => by.clone(),
        (None, LinkState::Suggested) => "nobody yet".to_owned(),
        (None, _) => "the evidence".to_owned(),
    };
    let buttons = next.map(|next| buttons(&link, next));
    view! {
        <tr>
            <th scope="row">{source(&link.monitored_source)}</th>
            <td>
                <a href=format!("/vms/{}", link.monitored.id)>{link.monitored.name.clone()}</a>
                " for "
                <a href=format!("/vms/{}", link.platform.id)>{link.platform.name.clone()}</a>
                <small>" " {link.platform_source.name.clone()}</small>
            </td>
            <td>
                <StatePill tone label=state />
            </td>
            <td class="evidence">{evidence}</td>
            <td>
                {decided} <small>" " {age(link.since_ms, now_ms)}</small>
            </td>
            <td>{buttons}</td>
        </tr>
    }
    .into_any()
}

/// A source by its name, with what it is.
pub(super) fn source(source: &SourceReference) -> AnyView {
    let platform = SourceKind::platform(source.kind);
    view! {
        <a href=format!("/sources/{}", source.id)>{source.name.clone()}</a>
        <small>" " {platform}</small>
    }
    .into_any()
}

/// What a person said is taken back; what evidence said is overruled.
fn buttons(link: &LinkView, next: &str) -> AnyView {
    let of = |words: &str| format!("{words}: {} of {}", link.monitored.name, link.monitored_source.name);
    let button = |function: &str, is_one: Option<bool>, words: &'static str| {
        view! {
            <form method="post" action=action(function)>
                {hidden("monitored", link.monitored.id)}
                {hidden("platform", link.platform.id)}
                {is_one.map(|is_one| hidden("is_one", is_one))}
                {hidden("next", next)}
                <button class="button small" type="submit" aria-label=of(words)>
                    {words}
                </button>
            </form>
        }
    };
    let same = || button("decide_link", Some(true), "Same machine");
    let other = || button("decide_link", Some(false), "Not the same");
    let back = |words: &'static str| button("forget_link", None, words);
    let is_said = link.decided_by.is_some();
    view! {
        <div class="row-actions">
            {match link.state {
                LinkState::Suggested => view! { {same()} {other()} }.into_any(),
                LinkState::Linked if is_said && link.rung == Rung::Manual => view! { {back("Undo the link")} }.into_any(),
                LinkState::Linked if is_said => view! { {back("Undo the link")} {other()} }.into_any(),
                LinkState::Linked => other().into_any(),
                LinkState::Refused => view! { {back("Take back")} {same()} }.into_any(),
            }}
        </div>
    }
    .into_any()
}
