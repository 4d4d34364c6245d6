//! What capacity is judged by: shown to all, changed by managers.

use leptos::prelude::*;
use model::{account::Actor, capacity::CapacitySettings};

use crate::{
    components::Card,
    drawn::{Told, action, input},
};

const FIELDS: &[&str] =
    &["cpu_overcommit", "memory_overcommit", "cpu_buffer", "memory_buffer", "storage_buffer", "failures"];

pub(super) fn settings_card(settings: &CapacitySettings, may_change: bool, actor: &Actor, search: &str) -> AnyView {
    let told = Told::read(actor, search, "set_capacity_settings");
    let told = told.as_ref();
    let failures = settings.planned_failures.map_or_else(String::new, |failures| failures.to_string());
    let fields = [
        (
            "cpu_overcommit",
            "vCPU per core",
            "Physical cores; hardware threads are no cores.",
            settings.cpu_overcommit.to_string(),
        ),
        (
            "memory_overcommit",
            "Memory given to memory there",
            "1 gives away what there is.",
            settings.memory_overcommit.to_string(),
        ),
        ("cpu_buffer", "CPU buffer, %", "Kept free for peaks.", settings.cpu_buffer_percent.to_string()),
        ("memory_buffer", "Memory buffer, %", "", settings.memory_buffer_percent.to_string()),
        ("storage_buffer", "Storage buffer, %", "", settings.storage_buffer_percent.to_string()),
        (
            "failures",
            "Hosts that may fail",
            "The largest of each cluster. Empty: as the cluster's own admission control says.",
            failures,
        ),
    ];
    let fields = fields.map(|(name, label, help, kept)| {
        let value = Told::typed(told, name).unwrap_or(kept);
        let help_id = format!("{name}-help");
        let field = view! {
            <input id=name name=name inputmode="decimal" value=value disabled=!may_change aria-describedby=help_id />
        };
        input(told, name, label, help, field.into_any())
    });
    let save = may_change.then(|| {
        view! {
            <div class="buttons">
                <button class="button" type="submit">
                    "Save"
                </button>
            </div>
        }
    });
    let (advice, fields) = (Told::advice(told, FIELDS), fields.collect_view());
    view! {
        <Card title="What it is judged by" note="for the whole estate">
            {advice}
            <form class="form columns" method="post" action=action("set_capacity_settings")>
                {fields}
                {save}
            </form>
        </Card>
    }
    .into_any()
}
