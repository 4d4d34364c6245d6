//! What a connection test found: product and rights, or what is wrong and the certificate to compare.

use leptos::prelude::*;
use model::{
    check::{Certificate, CheckOutcome, CheckReport, MissingPrivilege},
    format,
};

use crate::{
    components::{Advice, Glyph, Icon, Tone, Unknown},
    pages::sources::FailureBox,
};

#[component]
pub(super) fn Outcome(
    outcome: CheckOutcome,
    /// Takes the fingerprint that is to be pinned, once script runs.
    pin: Callback<String>,
) -> impl IntoView {
    let (top, certificate) = match outcome {
        CheckOutcome::Passed(report) => {
            let certificate = report.certificate.clone();
            (view! { <Report report /> }.into_any(), certificate)
        }
        CheckOutcome::Failed { failure, certificate } => (view! { <FailureBox failure /> }.into_any(), certificate),
    };
    view! {
        <section class="check" aria-label="Result of the test">
            {top} {certificate.map(|certificate| view! { <CertificateFacts certificate pin /> })}
        </section>
    }
}

#[component]
fn Report(report: CheckReport) -> impl IntoView {
    let identity = report.identity;
    let version = match (identity.version, identity.build) {
        (Some(version), Some(build)) => Some(format!("{version} build {build}")),
        (version, build) => version.or(build),
    };
    let fact = |label: &'static str, value: Option<String>, reason: &'static str| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>
                    {match value {
                        Some(value) => value.into_any(),
                        None => view! { <Unknown reason /> }.into_any(),
                    }}
                </dd>
            </div>
        }
    };
    view! {
        <Advice tone=Tone::Ok title="The connection works.">
            {format!("{} answered in {}.", report.endpoint, format::duration_ms(report.duration_ms))}
        </Advice>
        <dl class="facts">
            {fact("Product", identity.product, "not told")} {fact("Version", version, "not told")}
            {fact("Machines visible", report.vms_visible.map(|count| format::count(count as i64)), "counting failed")}
            {fact("Instance UUID", identity.instance_uuid, "a host without vCenter has none")}
        </dl>
        {report.notes.into_iter().map(|note| view! { <p class="note">{note}</p> }).collect_view()}
        <Privileges missing=report.missing_privileges />
    }
}

#[component]
fn Privileges(missing: Vec<MissingPrivilege>) -> impl IntoView {
    if missing.is_empty() {
        return view! { <p class="note">"The account may read everything that IROA asks for."</p> }.into_any();
    }
    let rows = missing.into_iter().map(|missing| {
        view! {
            <li>
                <code>{missing.privilege}</code>
                " – "
                {missing.costs}
            </li>
        }
    });
    view! {
        <Advice tone=Tone::Warn title="The account lacks privileges.">
            "Without them this is not read:" <ul class="privileges">{rows.collect_view()}</ul>
        </Advice>
    }
    .into_any()
}

#[component]
fn CertificateFacts(certificate: Certificate, pin: Callback<String>) -> impl IntoView {
    let fingerprint = certificate.fingerprint.clone();
    let issuer = if certificate.self_signed { "itself (self-signed)".to_owned() } else { certificate.issuer };
    let day = |ms| format::iso_utc(ms)[..10].to_owned();
    let names = if certificate.names.is_empty() { "—".to_owned() } else { certificate.names.join(", ") };
    view! {
        <div class="certificate">
            <h3>
                <Icon glyph=Glyph::Shield />
                "Certificate"
            </h3>
            <dl class="facts">
                <div>
                    <dt>"Subject"</dt>
                    <dd>{certificate.subject}</dd>
                </div>
                <div>
                    <dt>"Issuer"</dt>
                    <dd>{issuer}</dd>
                </div>
                <div>
                    <dt>"Valid"</dt>
                    <dd>{format!("{} to {}", day(certificate.not_before_ms), day(certificate.not_after_ms))}</dd>
                </div>
                <div>
                    <dt>"For"</dt>
                    <dd>{names}</dd>
                </div>
            </dl>
            <p class="sha">
                <span>"SHA-256"</span>
                <code class="fingerprint">{certificate.fingerprint.clone()}</code>
            </p>
            <button
                class="button"
                type="submit"
                // Without script the password is empty by now: it is asked for after the fingerprint is taken over.
                formnovalidate
                name="form[pin]"
                value=certificate.fingerprint
                formaction="/api/fn/check_source"
                on:click=move |event| {
                    event.prevent_default();
                    pin.run(fingerprint.clone());
                }
            >
                <Icon glyph=Glyph::Lock />
                "Pin this fingerprint"
            </button>
        </div>
    }
}
