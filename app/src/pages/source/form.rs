//! The form of a source: what is typed, a test of it before anything is saved, and saving.
//!
//! Sent without script, the form comes back as a draft with the outcome; the password alone has to be typed again.

mod connection;
mod schedule;
mod trust;

use leptos::{
    form::{ActionForm, FromFormData},
    html,
    prelude::*,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::check::CheckOutcome;

use self::{connection::ConnectionCard, schedule::ScheduleCard, trust::TrustCard};
use super::outcome::Outcome;
use crate::{
    components::{FormError, FormResult, Glyph, Icon},
    frame::Sources,
    server::{
        source_form::Draft,
        sources::{CheckSource, SaveSource},
    },
};

/// Fields that show their own errors.
const FIELDS: &[&str] =
    &["name", "endpoint", "username", "password", "pem", "fingerprint", "tls", "interval", "measure_interval"];

#[component]
pub(super) fn SourceFields(draft: Draft, has_password: bool) -> impl IntoView {
    let Draft { form, outcome, error } = draft;
    let save = ServerAction::<SaveSource>::new();
    let check = ServerAction::<CheckSource>::new();
    let form_ref = NodeRef::<html::Form>::new();
    let tls = RwSignal::new(form.tls.clone());
    let fingerprint = RwSignal::new(form.fingerprint.clone());

    let errors = latest_error(save, check, error);
    let shown = Signal::derive(move || match check.value().get() {
        Some(result) => result.ok(),
        None => outcome.clone(),
    });
    let run_check = move || {
        let Some(element) = form_ref.get_untracked() else { return };
        if !element.report_validity() {
            return;
        }
        if let Ok(data) = leptos::web_sys::FormData::new_with_form(&element)
            && let Ok(arguments) = CheckSource::from_form_data(&data)
        {
            check.dispatch(arguments);
        }
    };
    let pin = Callback::new(move |pinned: String| {
        tls.set("pinned".to_owned());
        fingerprint.set(pinned);
        // The fields take the new values first.
        request_animation_frame(run_check);
    });
    leave_when_saved(save);
    let is_new = form.id.is_none();
    view! {
        <ActionForm action=save node_ref=form_ref>
            <div class="grid">
                <ConnectionCard form=form.clone() has_password errors />
                <TrustCard form=form.clone() tls fingerprint errors />
                <ScheduleCard form errors />
                <div class="c12 submit">
                    <FormError errors fields=FIELDS />
                    <div role="status">
                        {move || check.pending().get().then(|| view! { <p class="busy">"Testing the connection…"</p> })}
                        {move || {
                            shown.get().filter(|_| !check.pending().get()).map(|outcome| view! { <Outcome outcome pin /> })
                        }}
                    </div>
                    <div class="buttons">
                        <button class="button primary" type="submit" disabled=move || save.pending().get()>
                            {if is_new { "Add source" } else { "Save" }}
                        </button>
                        <button
                            class="button"
                            type="submit"
                            formaction="/api/fn/check_source"
                            disabled=move || check.pending().get()
                            on:click=move |event| {
                                event.prevent_default();
                                run_check();
                            }
                        >
                            <Icon glyph=Glyph::Plug />
                            "Test connection"
                        </button>
                        <a class="button quiet" href="/sources">
                            "Cancel"
                        </a>
                    </div>
                </div>
            </div>
        </ActionForm>
    }
}

/// The error of whichever was done last: saving or testing; before both, the draft's.
fn latest_error(
    save: ServerAction<SaveSource>,
    check: ServerAction<CheckSource>,
    draft: Option<crate::error::AppError>,
) -> FormResult {
    Signal::derive(move || {
        let saved = save.value().get().and_then(Result::err);
        let checked: Option<Result<CheckOutcome, _>> = check.value().get();
        saved.or_else(|| checked.and_then(Result::err)).or_else(|| draft.clone())
    })
}

fn leave_when_saved(save: ServerAction<SaveSource>) {
    let Sources(sources) = expect_context();
    let navigate = use_navigate();
    Effect::new(move || {
        if save.value().with(|value| matches!(value, Some(Ok(_)))) {
            sources.refetch();
            navigate("/sources", NavigateOptions::default());
        }
    });
}
