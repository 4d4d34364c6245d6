//! Draws the page: what waits for somebody's word, two machines that somebody links, and what people have said.

use engine::Engine;
use futures::future::try_join;
use leptos::prelude::*;
use model::{
    account::{Actor, Role},
    identity::LinkView,
};

use super::{PATH, by_hand, table::link_table};
use crate::{components::Card, drawn::Told, error::AppError};

pub(crate) async fn draw(engine: &Engine, actor: &Actor, search: &str, now_ms: i64) -> Result<String, AppError> {
    let (suggestions, decided) = try_join(engine.link_suggestions(actor), engine.decided_links(actor)).await?;
    let may_decide = actor.may(Role::Manager);
    let by_hand = if may_decide { Some(by_hand::card(engine, actor, search).await?) } else { None };
    let next = may_decide.then_some(PATH);
    let told = Told::read(actor, search, "decide_link");
    let table = |links: Vec<LinkView>, caption, none: &'static str| {
        if links.is_empty() {
            view! { <p class="none">{none}</p> }.into_any()
        } else {
            link_table(links, caption, next, now_ms)
        }
    };
    let waiting = table(
        suggestions,
        "Suggestions",
        "Nothing to decide. Machines of monitoring systems are linked with those of the platforms by UUID, MAC address or host name; what is not certain is listed here.",
    );
    let said = table(
        decided,
        "Said by people",
        "Nobody has linked or refused anything. What is, stays so until it is taken back.",
    );
    let html = view! {
        <div class="grid">
            {told.map(|told| view! { <div class="c12">{Told::advice(Some(&told), &[])}</div> })}
            <Card title="Suggestions" note="evidence that does not suffice">
                {waiting}
            </Card>
            {by_hand}
            <Card title="Said by people" note="stronger than any evidence">
                {said}
            </Card>
        </div>
    };
    Ok(html.to_html())
}
