//! The records of other systems that are this machine, or may be: with the evidence, and somebody's last word.

use leptos::{form::ActionForm, prelude::*};
use model::{
    account::Role,
    identity::{LinkState, LinkView},
    ids::ObjectId,
    series::{MetricOrigin, OriginReason},
};

use crate::{
    components::{Age, Card, FormError, Head, PlainTable, StatePill, Tone, errors_of},
    frame::Me,
    live::Live,
    loading::resource,
    server::links::{DecideLink, read_links},
};

const HEADS: [Head; 6] = [
    Head::Text("Seen by"),
    Head::Text("As"),
    Head::Text("State"),
    Head::Text("Evidence"),
    Head::Text("Since"),
    Head::Unseen("Decide"),
];
const ORIGIN_HEADS: [Head; 3] = [Head::Text("Metric"), Head::Text("From"), Head::Text("Because")];

/// Nothing where no other system knows the machine.
#[component]
pub(super) fn LinkCard(id: ObjectId) -> impl IntoView {
    let decide = ServerAction::<DecideLink>::new();
    let live = Live::current();
    let links = resource(move || (decide.version().get(), live.inventory_version()), move |_| read_links(id));
    view! {
        <Transition>
            {move || {
                let (links, origins) = links.get()?.ok().filter(|(links, _)| !links.is_empty())?;
                Some(
                    view! {
                        <Card title="Other systems" note="the same machine, as monitoring sees it">
                            <FormError errors=errors_of(decide) />
                            <LinkTable links decide />
                            <Origins origins />
                        </Card>
                    },
                )
            }}
        </Transition>
    }
}

/// The links of a machine, or suggestions of many.
#[component]
pub(crate) fn LinkTable(links: Vec<LinkView>, decide: ServerAction<DecideLink>) -> impl IntoView {
    let may_decide = Me::may(Role::Manager);
    let rows = links.into_iter().map(|link| row(link, decide, may_decide)).collect_view();
    view! {
        <PlainTable caption="Other systems" heads=HEADS>
            {rows}
        </PlainTable>
    }
}

fn row(link: LinkView, decide: ServerAction<DecideLink>, may_decide: bool) -> AnyView {
    let (tone, state) = match link.state {
        LinkState::Linked => (Tone::Ok, "Linked"),
        LinkState::Suggested => (Tone::Warn, "Suggested"),
        LinkState::Refused => (Tone::Idle, "Refused"),
    };
    let evidence = match (&link.decided_by, link.evidence.is_empty()) {
        (Some(by), _) => format!("{by} said so"),
        (None, true) => link.rung.label().to_owned(),
        (None, false) => format!("{}: {}", link.rung.label(), link.evidence),
    };
    let button = |is_one: bool, words: &'static str| {
        let label = format!("{words}: {} of {}", link.monitored.name, link.monitored_source.name);
        view! {
            <ActionForm action=decide>
                <input type="hidden" name="monitored" value=link.monitored.id.to_string() />
                <input type="hidden" name="platform" value=link.platform.id.to_string() />
                <input type="hidden" name="is_one" value=is_one.to_string() />
                <button class="button small" type="submit" aria-label=label>
                    {words}
                </button>
            </ActionForm>
        }
    };
    let buttons = may_decide.then(|| {
        view! {
            <div class="buttons">
                {(link.state == LinkState::Suggested).then(|| button(true, "Same machine"))} {button(false, "Not the same")}
            </div>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/sources/{}", link.monitored_source.id)>{link.monitored_source.name.clone()}</a>
                <small>" " {link.monitored_source.kind.platform()}</small>
            </th>
            <td>
                <a href=format!("/vms/{}", link.monitored.id)>{link.monitored.name.clone()}</a>
                " for "
                <a href=format!("/vms/{}", link.platform.id)>{link.platform.name.clone()}</a>
            </td>
            <td>
                <StatePill tone label=state />
            </td>
            <td>{evidence}</td>
            <td>
                <Age ms=link.since_ms />
            </td>
            <td>{buttons}</td>
        </tr>
    }
    .into_any()
}

/// Which source tells which metric, and why that one.
#[component]
fn Origins(origins: Vec<MetricOrigin>) -> impl IntoView {
    (!origins.is_empty()).then(|| {
        let rows = origins.into_iter().map(|origin| {
            let from = origin.by.map_or_else(|| "its platform".to_owned(), |source| source.name);
            let because = match origin.reason {
                OriginReason::OnlyOne => "no other system measures it",
                OriginReason::Preferred => "it knows best",
                OriginReason::PreferredIsStale => "the one that knows best has stopped measuring",
            };
            view! {
                <tr>
                    <th scope="row">{origin.summary.metric.label()}</th>
                    <td>{from}</td>
                    <td>{because}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <details class="more">
                <summary>"Which system tells which metric"</summary>
                <PlainTable caption="Origin of metrics" heads=ORIGIN_HEADS>
                    {rows}
                </PlainTable>
            </details>
        }
    })
}
