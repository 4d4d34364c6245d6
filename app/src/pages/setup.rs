//! The set-up page: the first administrator, once.

use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_query_map};
use model::account::PASSWORD_MIN_CHARS;

use super::sign_in::{Entrance, leave_for, typed_name};
use crate::{
    components::{Field, FormError, PasswordField, errors_of},
    server::accounts::CreateFirstAdmin,
    visitor::VisitorResource,
};

#[component]
pub fn SetupPage() -> impl IntoView {
    let VisitorResource(visitor) = expect_context();
    let create = ServerAction::<CreateFirstAdmin>::new();
    let errors = errors_of(create);
    // The log names this page's address with the token in it.
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token"));
    leave_for(create);
    view! {
        <Title text="Set up · IROA" />
        <Suspense fallback=|| ()>
            {move || {
                visitor.get().map(|visitor| visitor.is_ok_and(|visitor| !visitor.setup_needed).then(|| view! { <Redirect path="/" /> }))
            }}
        </Suspense>
        <Entrance title="Welcome to IROA" line="Create the first administrator. This page is gone afterwards.">
            <ActionForm action=create>
                <FormError errors fields=&["token", "name", "password", "repeated"] />
                <Field
                    id="token"
                    label="Set-up token"
                    help="It stands in the server's log, printed when IROA started for the first time."
                    errors
                >
                    <input
                        type="text"
                        id="token"
                        name="token"
                        value=token
                        class="mono"
                        required
                        autocomplete="off"
                        spellcheck="false"
                        autocapitalize="off"
                        aria-describedby="token-error token-help"
                    />
                </Field>
                <Field id="name" label="Your name" help="You sign in with it." errors>
                    <input
                        type="text"
                        id="name"
                        name="name"
                        value=typed_name()
                        required
                        autocomplete="username"
                        spellcheck="false"
                        autocapitalize="off"
                        aria-describedby="name-error name-help"
                    />
                </Field>
                <PasswordField
                    id="password"
                    name="password"
                    label="Password"
                    autocomplete="new-password"
                    help=format!("At least {PASSWORD_MIN_CHARS} characters; length is what counts.")
                    errors
                />
                <PasswordField id="repeated" name="repeated" label="Password again" autocomplete="new-password" errors />
                <button class="button primary wide" type="submit" disabled=move || create.pending().get()>
                    "Create administrator"
                </button>
            </ActionForm>
        </Entrance>
    }
}
