//! How often a source is synced by itself, and whether at all.

use leptos::prelude::*;

use crate::{
    components::{Card, Field, FormResult},
    server::source_form::SourceForm,
};

const INTERVALS: [(i64, &str); 9] = [
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

#[component]
pub(super) fn ScheduleCard(form: SourceForm, errors: FormResult) -> impl IntoView {
    let options = INTERVALS.map(|(seconds, label)| {
        view! {
            <option value=seconds selected=seconds == form.interval>
                {label}
            </option>
        }
    });
    let unlisted = INTERVALS.iter().all(|(seconds, _)| *seconds != form.interval).then(|| {
        let label = format!("Every {}", model::format::duration_s(form.interval));
        view! { <option value=form.interval selected>{label}</option> }
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
                    <select id="interval" name="form[interval]" aria-describedby="interval-help">
                        {options.collect_view()}
                        {unlisted}
                    </select>
                </Field>
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
