//! When a source is read by itself: its inventory, and its measurements.

use leptos::prelude::*;

use crate::{
    components::{Card, Field, FormResult},
    server::source_form::SourceForm,
};

const SYNCS: &[(i64, &str)] = &[
    (0, "Only by hand"),
    (300, "Every 5 minutes"),
    (900, "Every 15 minutes"),
    (1_800, "Every 30 minutes"),
    (3_600, "Every hour"),
    (14_400, "Every 4 hours"),
    (28_800, "Every 8 hours"),
    (43_200, "Every 12 hours"),
    (86_400, "Every day"),
];
const MEASUREMENTS: &[(i64, &str)] = &[
    (0, "Never"),
    (300, "Every 5 minutes"),
    (600, "Every 10 minutes"),
    (900, "Every 15 minutes"),
    (1_800, "Every 30 minutes"),
];

#[component]
pub(super) fn ScheduleCard(form: SourceForm, errors: FormResult) -> impl IntoView {
    let measured = form.kind.is_measured().then(|| {
        view! {
            <Field
                id="measure_interval"
                label="Measurements"
                help="Use of machines, hosts and datastores. Half an hour is the most: hosts keep theirs for one."
                errors
            >
                <select
                    id="measure_interval"
                    name="form[measure_interval]"
                    aria-describedby="measure_interval-error measure_interval-help"
                >
                    {options(MEASUREMENTS, form.measure_interval)}
                </select>
            </Field>
        }
    });
    view! {
        <Card title="Automatic sync">
            <div class="form wide">
                <Field
                    id="interval"
                    label="Interval"
                    help="Runs never overlap; after failures they come less often, after a wrong password not until it changes."
                    errors
                >
                    <select id="interval" name="form[interval]" aria-describedby="interval-error interval-help">
                        {options(SYNCS, form.interval)}
                    </select>
                </Field>
                {measured}
                <label class="check-line">
                    <input type="checkbox" name="form[enabled]" value="on" checked=form.enabled.is_some() />
                    <span>
                        "Enabled" <small>"A disabled source keeps its inventory and is not asked."</small>
                    </span>
                </label>
            </div>
        </Card>
    }
}

/// The choices; an interval that is none of them (set by another way) stays one of its own.
fn options(choices: &'static [(i64, &'static str)], chosen: i64) -> AnyView {
    let listed = choices.iter().map(|(seconds, label)| {
        view! {
            <option value=*seconds selected=*seconds == chosen>
                {*label}
            </option>
        }
    });
    let unlisted = choices.iter().all(|(seconds, _)| *seconds != chosen).then(|| {
        let label = format!("Every {}", model::format::duration_s(chosen));
        view! { <option value=chosen selected>{label}</option> }
    });
    view! {
        {listed.collect_view()}
        {unlisted}
    }
    .into_any()
}
