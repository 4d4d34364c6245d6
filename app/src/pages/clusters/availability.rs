//! A cluster's rules: HA with its admission control, DRS with its rules.

use leptos::prelude::*;
use model::{
    format,
    inventory::{AdmissionControl, AdmissionPolicy, ClusterConfig, DrsRule},
};

use crate::{
    components::{Card, Head, PlainTable},
    pages::object::{Fact, Facts, flag, text, unknown},
    table::words,
};

const RULE_HEADS: [Head; 5] =
    [Head::Text("Rule"), Head::Text("Kind"), Head::Text("Enabled"), Head::Text("Binding"), Head::Number("Machines")];

#[component]
pub(super) fn Availability(config: ClusterConfig) -> impl IntoView {
    let (control, policy) = match &config.admission_control {
        Some(control) => {
            let state = if control.enabled { "On" } else { "Off" };
            (state.into_any(), admission_words(control).into_any())
        }
        None => (unknown(), unknown()),
    };
    view! {
        <Facts facts=vec![
            Fact::new("HA", flag(config.ha_enabled, "On", "Off")).help("Restarts machines of a failed host."),
            Fact::new("Admission control", control)
                .help("Refuses to power on what could not be restarted after a failure."),
            Fact::new("Kept free for failures", policy),
            Fact::new("DRS", flag(config.drs_enabled, "On", "Off")).help("Balances machines over the hosts."),
            Fact::new("DRS automation", text(config.drs_mode.as_deref().map(words))),
        ] />
    }
}

fn admission_words(control: &AdmissionControl) -> String {
    match &control.policy {
        AdmissionPolicy::HostFailures { tolerated: Some(1) } => "1 host failure".to_owned(),
        AdmissionPolicy::HostFailures { tolerated } => format!("{} host failures", or_unknown(*tolerated)),
        AdmissionPolicy::Percentage { cpu_percent, memory_percent, automatic } => {
            let how = if *automatic == Some(true) { ", computed from the number of hosts" } else { "" };
            format!("{} % CPU, {} % memory{how}", or_unknown(*cpu_percent), or_unknown(*memory_percent))
        }
        AdmissionPolicy::DedicatedHosts { hosts } => match hosts.len() {
            1 => "1 dedicated host".to_owned(),
            count => format!("{count} dedicated hosts"),
        },
        AdmissionPolicy::Other { name } => words(name),
    }
}

fn or_unknown(number: Option<i64>) -> String {
    number.map_or_else(|| "—".to_owned(), format::count)
}

/// The card of DRS rules; nothing where there are none.
#[component]
pub(super) fn DrsRules(rules: Vec<DrsRule>) -> impl IntoView {
    (!rules.is_empty()).then(|| {
        let note = format::count(rules.len() as i64);
        let rows = rules.into_iter().map(rule_row).collect_view();
        view! {
            <Card title="DRS rules" note>
                <PlainTable caption="DRS rules" heads=RULE_HEADS>
                    {rows}
                </PlainTable>
            </Card>
        }
    })
}

fn rule_row(rule: DrsRule) -> AnyView {
    let kind = match rule.kind.as_str() {
        "affinity" => "Keep together".to_owned(),
        "anti_affinity" => "Keep apart".to_owned(),
        "vm_to_host" => "Machines to hosts".to_owned(),
        other => words(other),
    };
    view! {
        <tr>
            <th scope="row">{rule.name}</th>
            <td>{kind}</td>
            <td>{flag(rule.enabled, "Yes", "No")}</td>
            <td>{if rule.mandatory { "Must" } else { "Should" }}</td>
            <td class="num">{format::count(rule.vms.len() as i64)}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admission_control_is_told_in_numbers() {
        let words = |policy| admission_words(&AdmissionControl { enabled: true, policy });
        assert_eq!(words(AdmissionPolicy::HostFailures { tolerated: Some(2) }), "2 host failures");
        let percentage =
            |memory_percent| AdmissionPolicy::Percentage { cpu_percent: Some(25), memory_percent, automatic: None };
        assert_eq!(words(percentage(Some(30))), "25 % CPU, 30 % memory");
        assert_eq!(words(percentage(None)), "25 % CPU, — % memory", "unknown is not zero");
    }
}
