//! What a source is called, where it is, and with which account it is read.

use leptos::prelude::*;

use crate::{
    components::{Card, Field, FormResult, PasswordField},
    pages::source::wording,
    server::source_form::SourceForm,
};

#[component]
pub(super) fn ConnectionCard(form: SourceForm, has_password: bool, errors: FormResult) -> impl IntoView {
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
                    required=!has_password && form.kind.needs_password()
                    help=format!("Kept sealed, never shown again. {}", wording.password)
                    errors
                />
            </div>
        </Card>
    }
}
