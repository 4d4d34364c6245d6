//! Linking two machines by hand: one is found, then the other, which must be of the other side.

use engine::{Engine, Error};
use leptos::prelude::*;
use model::{account::Actor, identity::Candidate, ids::ObjectId};

use super::{PATH, table::source};
use crate::{
    components::{Card, Head, PlainTable},
    drawn::{action, hidden},
    error::AppError,
    table::{href, parameter},
};

const HEADS: [Head; 5] = [
    Head::Text("Machine"),
    Head::Text("Seen by"),
    Head::Text("Host name"),
    Head::Text("Addresses"),
    Head::Unseen("Choose"),
];
/// Addresses of one machine that a row shows.
const ADDRESSES: usize = 3;

/// The address says how far it has come: `?machine=7&find=web`.
pub(super) async fn card(engine: &Engine, actor: &Actor, search: &str) -> Result<AnyView, AppError> {
    let named = parameter(search, "machine").and_then(|id| id.parse::<ObjectId>().ok());
    let chosen = match named {
        Some(id) => match engine.link_side(actor, id).await {
            Ok(chosen) => Some(chosen),
            // It was archived meanwhile: the choice begins anew.
            Err(Error::NotFound) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    // What the first is called is the best guess for the second.
    let text = parameter(search, "find").or_else(|| chosen.as_ref().map(|chosen| chosen.machine.name.clone()));
    let text = text.unwrap_or_default();
    let found = engine.link_candidates(actor, &text, chosen.as_ref()).await?;
    let note = match &chosen {
        None => "first one of them, then the other".to_owned(),
        Some(chosen) => format!("{} of {} is …", chosen.machine.name, chosen.source.name),
    };
    let side = match &chosen {
        None => "Find a machine",
        Some(chosen) if chosen.is_monitored() => "Find it on a platform",
        Some(_) => "Find it in a monitoring system",
    };
    let nothing = (found.is_empty() && !text.trim().is_empty()).then(|| {
        view! { <p class="none">{format!("No machine of that side has “{text}” in its name, host name or addresses.")}</p> }
    });
    let again = chosen.is_some().then(|| {
        view! {
            <a class="button quiet" href=PATH>
                "Choose another first machine"
            </a>
        }
    });
    let machine = chosen.as_ref().map(|chosen| hidden("machine", chosen.machine.id));
    let rows = (!found.is_empty()).then(|| {
        let rows = found.into_iter().map(|found| row(found, chosen.as_ref())).collect_view();
        view! {
            <PlainTable caption="Machines found" heads=HEADS>
                {rows}
            </PlainTable>
        }
    });
    Ok(view! {
        <Card title="Link by hand" note>
            <form class="filters finding" method="get" action=PATH>
                {machine}
                <label>
                    <span>{side}</span>
                    <input type="search" name="find" value=text maxlength="200" autocomplete="off" spellcheck="false" />
                </label>
                <button class="button" type="submit">
                    "Find"
                </button>
                {again}
            </form>
            {nothing}
            {rows}
        </Card>
    }
    .into_any())
}

fn row(found: Candidate, chosen: Option<&Candidate>) -> AnyView {
    let more = found.addresses.len().saturating_sub(ADDRESSES);
    let mut addresses = found.addresses.iter().take(ADDRESSES).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        addresses = format!("{addresses} and {more} more");
    }
    let choose = match chosen {
        None => {
            let address = href(PATH, &[("machine".to_owned(), found.machine.id.to_string())]);
            view! {
                <a class="button small" href=address aria-label=format!("Choose {}", found.machine.name)>
                    "Choose"
                </a>
            }
            .into_any()
        }
        Some(chosen) => {
            let (monitored, platform) = if found.is_monitored() { (&found, chosen) } else { (chosen, &found) };
            view! {
                <form method="post" action=action("decide_link")>
                    {hidden("monitored", monitored.machine.id)}
                    {hidden("platform", platform.machine.id)}
                    {hidden("is_one", true)}
                    {hidden("next", PATH)}
                    <button class="button small" type="submit" aria-label=format!("Same machine: {}", found.machine.name)>
                        "Same machine"
                    </button>
                </form>
            }
            .into_any()
        }
    };
    let dash = || "—".to_owned();
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/vms/{}", found.machine.id)>{found.machine.name.clone()}</a>
            </th>
            <td>{source(&found.source)}</td>
            <td>{found.host_name.clone().unwrap_or_else(dash)}</td>
            <td>{if addresses.is_empty() { dash() } else { addresses }}</td>
            <td>{choose}</td>
        </tr>
    }
    .into_any()
}
