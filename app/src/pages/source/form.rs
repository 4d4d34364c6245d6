//! The form of a source: what is typed, a test of it before anything is saved, and saving.
//!
//! Sent without script, the form comes back as a draft with the outcome; the password alone has to be typed again.

use leptos::{
    form::{ActionForm, FromFormData},
    html,
    prelude::*,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{check::CheckOutcome, source::TlsMode};

use super::{outcome::Outcome, schedule::ScheduleCard, wording};
use crate::{
    components::{Advice, Card, Field, FormError, FormResult, Glyph, Icon, PasswordField, Tone},
    frame::Sources,
    server::{
        source_form::{Draft, SourceForm},
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

#[component]
fn ConnectionCard(form: SourceForm, has_password: bool, errors: FormResult) -> impl IntoView {
    let wording = wording::of(form.kind);
    let placeholder = if has_password { "saved; type to replace it" } else { "" };
    view! {
        <Card title="Connection" note=form.kind.label() class="c6">
            <div class="form">
                {form.id.map(|id| view! { <input type="hidden" name="form[id]" value=id.to_string() /> })}
                <input type="hidden" name="form[kind]" value=form.kind.key() />
                <Field id="name" label="Name" help="As you call it; shown everywhere." errors>
                    <input
                        type="text"
                        id="name"
                        name="form[name]"
                        value=form.name
                        required
                        maxlength="100"
                        autocomplete="off"
                        aria-describedby="name-error name-help"
                    />
                </Field>
                <Field id="endpoint" label="Address" help=wording.address errors>
                    <input
                        type="text"
                        id="endpoint"
                        name="form[endpoint]"
                        value=form.endpoint
                        required
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        inputmode="url"
                        aria-describedby="endpoint-error endpoint-help"
                    />
                </Field>
                <Field
                    id="username"
                    label="User"
                    help=wording.user
                    errors
                >
                    <input
                        type="text"
                        id="username"
                        name="form[username]"
                        value=form.username
                        required=!form.kind.is_monitoring()
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="username-error username-help"
                    />
                </Field>
                <PasswordField
                    id="password"
                    name="form[password]"
                    error_name="password"
                    label="Password"
                    autocomplete="off"
                    placeholder=placeholder
                    required=!has_password
                    help=format!("Kept sealed, never shown again. {}", wording.password)
                    errors
                />
            </div>
        </Card>
    }
}

#[component]
fn TrustCard(
    form: SourceForm,
    tls: RwSignal<String>,
    fingerprint: RwSignal<String>,
    errors: FormResult,
) -> impl IntoView {
    let choice = move |key: &'static str, label: &'static str, help: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="form[tls]"
                    value=key
                    checked=tls.get_untracked() == key
                    prop:checked=move || tls.get() == key
                    on:change=move |_| tls.set(key.to_owned())
                />
                <span>
                    {label} <small>{help}</small>
                </span>
            </label>
        }
    };
    view! {
        <Card title="Certificate" note="who may claim to be this address" class="c6">
            <div class="form trust">
                <fieldset class="choices">
                    <legend class="visually-hidden">"How the certificate is judged"</legend>
                    {choice(TlsMode::System.key(), "Trusted by this system", "An authority that the server knows has signed it.")}
                    {choice("pinned", "Exactly this certificate", "By its fingerprint; test the connection to see it, compare, and pin it.")}
                    {choice("authority", "Signed by an authority of yours", "Paste its certificate.")}
                    {choice(TlsMode::Unverified.key(), "Not verified", "Anything is accepted. For labs.")}
                </fieldset>
                <div class="when-pinned">
                    <Field id="fingerprint" label="SHA-256 fingerprint" errors>
                        <input
                            type="text"
                            id="fingerprint"
                            name="form[fingerprint]"
                            class="mono"
                            value=form.fingerprint
                            prop:value=move || fingerprint.get()
                            on:input=move |event| fingerprint.set(event_target_value(&event))
                            placeholder="AB:CD:…"
                            autocomplete="off"
                            spellcheck="false"
                        />
                    </Field>
                </div>
                <div class="when-authority">
                    <Field id="pem" label="Authority (PEM)" errors>
                        <textarea
                            id="pem"
                            name="form[pem]"
                            class="mono"
                            rows="6"
                            spellcheck="false"
                            placeholder="-----BEGIN CERTIFICATE-----"
                        >
                            {form.pem}
                        </textarea>
                    </Field>
                </div>
                <div class="when-unverified">
                    <Advice tone=Tone::Warn title="Nobody checks who answers.">
                        "Anybody between IROA and the endpoint can read the password."
                    </Advice>
                </div>
            </div>
        </Card>
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
