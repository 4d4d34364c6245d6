//! The own account: password, appearance, sessions.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::account::{PASSWORD_MIN_CHARS, SessionView};

use crate::{
    components::{
        Advice, Age, Card, ErrorState, FormError, Head, PageHead, PasswordField, PlainTable, Skeleton, StatePill, Tone,
        Unknown, errors_of,
    },
    frame::{AppearanceForm, Me},
    loading::resource,
    pages::role_label,
    server::accounts::{ChangeOwnPassword, RevokeSession, own_sessions},
};

const SESSION_HEADS: [Head; 5] = [
    Head::Text("Browser"),
    Head::Text("Address"),
    Head::Text("Signed in"),
    Head::Text("Last seen"),
    Head::Unseen("End"),
];

#[component]
pub fn AccountPage() -> impl IntoView {
    let Me(me) = expect_context();
    let has_to_change = me.must_change_password;
    view! {
        <PageHead title="Account" line=format!("{} · {}", me.name, role_label(me.role)) />
        {has_to_change
            .then(|| {
                view! {
                    <Advice tone=Tone::Warn title="Choose a password of your own.">
                        "The one that you signed in with was given to you by an administrator. Everything else opens afterwards."
                    </Advice>
                }
            })}
        <div class="grid">
            <PasswordCard has_to_change />
            <Card title="Appearance" note="kept for you on every device" class="c6">
                <AppearanceForm />
            </Card>
            {(!has_to_change).then(|| view! { <SessionCard /> })}
        </div>
    }
}

#[component]
fn PasswordCard(has_to_change: bool) -> impl IntoView {
    let change = ServerAction::<ChangeOwnPassword>::new();
    let errors = errors_of(change);
    let query = use_query_map();
    let is_saved = move || {
        change.value().with(|value| matches!(value, Some(Ok(()))))
            || query.with(|query| query.get_str("saved") == Some("password"))
    };
    // What the page knows of its visitor is loaded once: the frame opens with a new document.
    Effect::new(move || {
        if has_to_change && change.value().with(|value| matches!(value, Some(Ok(())))) {
            let _ = window().location().set_href("/");
        }
    });
    view! {
        <Card title="Password" note="other sessions end when it changes" class="c6">
            <ActionForm action=change>
                <div class="form">
                    <div role="status">
                        {move || is_saved().then(|| view! { <p class="saved">"The password is changed."</p> })}
                    </div>
                    <FormError errors fields=&["current", "new", "password", "repeated"] />
                    <PasswordField
                        id="current"
                        name="current"
                        label="Present password"
                        autocomplete="current-password"
                        errors
                    />
                    <PasswordField
                        id="new"
                        name="new"
                        label="New password"
                        autocomplete="new-password"
                        help=format!("At least {PASSWORD_MIN_CHARS} characters; length is what counts.")
                        errors
                    />
                    <PasswordField
                        id="repeated"
                        name="repeated"
                        label="New password again"
                        autocomplete="new-password"
                        errors
                    />
                    <div class="buttons">
                        <button class="button primary" type="submit" disabled=move || change.pending().get()>
                            "Change password"
                        </button>
                    </div>
                </div>
            </ActionForm>
        </Card>
    }
}

#[component]
fn SessionCard() -> impl IntoView {
    let revoke = ServerAction::<RevokeSession>::new();
    let sessions = resource(move || revoke.version().get(), |_| own_sessions());
    view! {
        <Card title="Sessions" note="where you are signed in">
            <FormError errors=errors_of(revoke) />
            <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                {move || {
                    sessions
                        .get()
                        .map(|sessions| match sessions {
                            Ok(sessions) => session_table(sessions, revoke),
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </Card>
    }
}

fn session_table(sessions: Vec<SessionView>, revoke: ServerAction<RevokeSession>) -> AnyView {
    let rows = sessions.into_iter().map(move |session| {
        let end = if session.is_current {
            view! { <StatePill tone=Tone::Ok label="this session" /> }.into_any()
        } else {
            view! {
                <ActionForm action=revoke>
                    <input type="hidden" name="handle" value=session.handle />
                    <button class="button small" type="submit">
                        "End"
                    </button>
                </ActionForm>
            }
            .into_any()
        };
        let browser = session.user_agent.as_deref().map(browser_name);
        view! {
            <tr>
                <th scope="row">{browser.map_or_else(|| view! { <Unknown reason="not told by the browser" /> }.into_any(), IntoAny::into_any)}</th>
                <td>{session.address.map_or_else(|| view! { <Unknown reason="not recorded" /> }.into_any(), IntoAny::into_any)}</td>
                <td>
                    <Age ms=session.created_at_ms />
                </td>
                <td>
                    <Age ms=session.last_seen_ms />
                </td>
                <td class="num">{end}</td>
            </tr>
        }
    });
    view! {
        <PlainTable caption="Sessions" heads=SESSION_HEADS>
            {rows.collect_view()}
        </PlainTable>
    }
    .into_any()
}

/// `Firefox on Linux` out of a user agent; the whole of it where nothing is recognised.
fn browser_name(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    // Edge and Opera name Chrome, and Chrome names Safari.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => user_agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn browsers_are_named() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(browser_name(edge), "Edge on Windows");
        assert_eq!(browser_name("curl/8"), "curl/8");
    }
}
