//! The records of other systems that are this machine, or may be; and which system tells which of its metrics.

use engine::Engine;
use futures::future::try_join;
use leptos::prelude::*;
use model::{
    account::{Actor, Role},
    ids::ObjectId,
    series::{MetricOrigin, OriginReason},
};

use crate::{
    components::{Card, Head, PlainTable},
    drawn::Told,
    error::AppError,
    pages::links::{self, link_table},
    table::href,
};

const HEADS: [Head; 3] = [Head::Text("Metric"), Head::Text("From"), Head::Text("Because")];

/// Nothing where no monitoring system is read.
pub(super) async fn card(
    engine: &Engine,
    actor: &Actor,
    id: ObjectId,
    search: &str,
    now_ms: i64,
) -> Result<Option<AnyView>, AppError> {
    if !engine.is_monitored(actor).await? {
        return Ok(None);
    }
    let (found, origins) = try_join(engine.links_of(actor, id), engine.metric_origins(actor, id)).await?;
    let may_decide = actor.may(Role::Manager);
    let path = format!("/vms/{id}");
    let body = if found.is_empty() {
        view! { <p class="none">"No other system is known to see this machine."</p> }.into_any()
    } else {
        link_table(found, "Other systems", may_decide.then_some(path.as_str()), now_ms)
    };
    let told = Told::read(actor, search, "decide_link");
    let end = move || {
        may_decide.then(|| {
            let address = href(links::PATH, &[("machine".to_owned(), id.to_string())]);
            view! { <a href=address>"Link by hand"</a> }
        })
    };
    Ok(Some(
        view! {
            <Card title="Other systems" note="the same machine, as others see it" class="c12 systems" end>
                {Told::advice(told.as_ref(), &[])}
                {body}
                {table(origins)}
            </Card>
        }
        .into_any(),
    ))
}

/// Which source tells which metric, and why that one.
fn table(origins: Vec<MetricOrigin>) -> Option<AnyView> {
    if origins.is_empty() {
        return None;
    }
    let rows = origins.into_iter().map(|origin| {
        view! {
            <tr>
                <th scope="row">{origin.summary.metric.label()}</th>
                <td>
                    {origin.by.name} <small>" " {origin.by.kind.platform()}</small>
                </td>
                <td>{because(origin.reason)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <details class="more" id="origins">
                <summary>"Which system tells which metric"</summary>
                <PlainTable caption="Origin of metrics" heads=HEADS>
                    {rows}
                </PlainTable>
            </details>
        }
        .into_any(),
    )
}

const fn because(reason: OriginReason) -> &'static str {
    match reason {
        OriginReason::OnlyOne => "no other system measures it",
        OriginReason::Preferred => "it knows best",
        OriginReason::PreferredIsStale => "the one that knows best has stopped measuring",
        OriginReason::Set => "preferred by setting",
        OriginReason::SetIsStale => "the one that is preferred by setting has stopped measuring",
        OriginReason::NoBetter => "none that would know better measures it",
    }
}
