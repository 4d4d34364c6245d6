//! Whose certificate is taken for the source's.

use leptos::prelude::*;
use model::source::TlsMode;

use crate::{
    components::{Advice, Card, Field, FormResult, Tone, area_text},
    server::source_form::SourceForm,
};

#[component]
pub(super) fn TrustCard(
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
                            {area_text(&form.pem)}
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
