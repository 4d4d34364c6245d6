//! The platform's alarms that are up.

use leptos::prelude::*;
use model::overview::AlarmView;

use crate::{
    components::{Age, Card},
    table::{ObjectLink, health_state},
};

/// The card of an object's alarms; nothing where there are none.
#[component]
pub(in crate::pages) fn AlarmCard(alarms: Vec<AlarmView>) -> impl IntoView {
    (!alarms.is_empty()).then(|| {
        view! {
            <Card title="Alarms">
                <AlarmList alarms />
            </Card>
        }
    })
}

#[component]
pub(in crate::pages) fn AlarmList(
    alarms: Vec<AlarmView>,
    /// Name the object, too.
    #[prop(optional)]
    with_object: bool,
) -> AnyView {
    let alarms = alarms.into_iter().map(|alarm| alarm_line(alarm, with_object)).collect_view();
    view! { <ul class="list alarms">{alarms}</ul> }.into_any()
}

fn alarm_line(alarm: AlarmView, with_object: bool) -> AnyView {
    let object = with_object.then(|| match alarm.object {
        Some(id) => view! { <ObjectLink kind=alarm.kind id name=alarm.object_name.clone() /> }.into_any(),
        None => alarm.object_name.clone().into_any(),
    });
    let acknowledged = alarm.acknowledged.then(|| view! { <span class="tag">"acknowledged"</span> });
    view! {
        <li>
            {health_state(alarm.health)}
            <span class="grow">
                <strong>{alarm.name}</strong>
                <small>{object}</small>
            </span>
            {acknowledged}
            <small>{alarm.since_ms.map(|ms| view! { <Age ms /> })}</small>
        </li>
    }
    .into_any()
}
