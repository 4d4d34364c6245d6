//! The sign-in page, and the card that it shares with the set-up page.

use leptos::{form::ActionForm, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_query_map};

use crate::{
    components::{Field, FormError, Glyph, Icon, PasswordField, errors_of},
    error::AppError,
    server::accounts::{SignIn, local_path},
    visitor::VisitorResource,
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let VisitorResource(visitor) = expect_context();
    let query = use_query_map();
    let next = move || query.with(|query| local_path(query.get_str("next")).to_owned());
    let sign_in = ServerAction::<SignIn>::new();
    let errors = errors_of(sign_in);
    leave_for(sign_in);
    let elsewhere = move || {
        let visitor = visitor.get()?.ok()?;
        if visitor.setup_needed {
            Some(view! { <Redirect path="/setup" /> })
        } else {
            visitor.user.map(|_| view! { <Redirect path=next() /> })
        }
    };
    view! {
        <Title text="Sign in · IROA" />
        <Suspense fallback=|| ()>{elsewhere}</Suspense>
        <Entrance title="Sign in" line="Your virtualization estate, as it is.">
            <ActionForm action=sign_in>
                <FormError errors />
                <input type="hidden" name="next" value=next />
                <Field id="name" label="Name" errors>
                    <input
                        type="text"
                        id="name"
                        name="name"
                        value=typed_name()
                        required
                        autofocus
                        autocomplete="username"
                        spellcheck="false"
                        autocapitalize="off"
                    />
                </Field>
                <PasswordField id="password" name="password" label="Password" autocomplete="current-password" errors />
                <button class="button primary wide" type="submit" disabled=move || sign_in.pending().get()>
                    "Sign in"
                </button>
            </ActionForm>
        </Entrance>
    }
}

/// The name of an attempt without script that was refused. Only the server knows it: in the browser the field is left as it
/// was rendered.
pub(super) fn typed_name() -> Option<String> {
    #[cfg(feature = "ssr")]
    let name = crate::response::typed_name();
    #[cfg(not(feature = "ssr"))]
    let name = None;
    name
}

/// A card in the middle of an otherwise empty page.
#[component]
pub(super) fn Entrance(title: &'static str, line: &'static str, children: Children) -> impl IntoView {
    view! {
        <main id="main" class="alone">
            <section class="card entrance" aria-labelledby="entrance-title">
                <p class="brand">
                    <Icon glyph=Glyph::Logo />
                    "IROA"
                </p>
                <h1 id="entrance-title">{title}</h1>
                <p class="line">{line}</p>
                {children()}
            </section>
        </main>
    }
}

/// Loads the page that an action answered with, whole: nothing of the visitor before remains.
pub(super) fn leave_for<S>(action: ServerAction<S>)
where
    S: ServerFn<Output = String, Error = AppError> + Clone + Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move || {
        if let Some(path) = value.with(|value| value.as_ref()?.as_ref().ok().cloned()) {
            let _ = window().location().set_href(&path);
        }
    });
}
