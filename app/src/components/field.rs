//! Form fields: label above, help below, the error at the field. They work without script: plain inputs with names.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::error::AppError;

/// The error of the last submission, where the form reads it from.
pub type FormResult = Signal<Option<AppError>>;

/// The error that an action's last submission ended with; without script, the one that the address carries.
pub fn errors_of<S>(action: ServerAction<S>) -> FormResult
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|value| value.as_ref()?.as_ref().err().cloned()))
}

/// A field around any input: `children` is given the input's id and whether the field is in error.
#[component]
pub fn Field(
    /// The input's id.
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    /// The name under which the server reports errors of this field.
    #[prop(optional)]
    error_name: Option<&'static str>,
    #[prop(into)] errors: FormResult,
    children: Children,
) -> impl IntoView {
    let message = move || errors.get()?.at_field(error_name.unwrap_or(id));
    view! {
        <div class="field" class:invalid=move || message().is_some()>
            <label for=id>{label}</label>
            {children()}
            <p class="field-error" id=format!("{id}-error") role="alert">
                {message}
            </p>
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
        </div>
    }
}

/// A password field that password managers understand; what is typed keeps every character.
#[component]
pub fn PasswordField(
    id: &'static str,
    name: &'static str,
    #[prop(into)] label: String,
    /// `current-password`, `new-password` or `off`.
    autocomplete: &'static str,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] error_name: Option<&'static str>,
    #[prop(into)] errors: FormResult,
    #[prop(default = true)] required: bool,
) -> impl IntoView {
    view! {
        <Field id label help error_name=error_name.unwrap_or(name) errors>
            <input
                type="password"
                id=id
                name=name
                autocomplete=autocomplete
                placeholder=placeholder
                required=required
                aria-describedby=format!("{id}-error {id}-help")
            />
        </Field>
    }
}

/// The error that belongs to no field of the form, above its button.
#[component]
pub fn FormError(
    #[prop(into)] errors: FormResult,
    /// Fields that show their own errors.
    #[prop(default = &[])]
    fields: &'static [&'static str],
) -> impl IntoView {
    let shown = move || errors.get().filter(|error| fields.iter().all(|field| error.at_field(field).is_none()));
    view! {
        <div role="alert">
            {move || {
                shown()
                    .map(|error| {
                        let id = error.id().map(|id| format!(" Error id {id}."));
                        view! {
                            <div class="advice bad">
                                <div>
                                    <strong>{error.title()}</strong>
                                    " "
                                    {error.advice()}
                                    {id}
                                </div>
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// What stands in a `<textarea>`: the renderer writes its content into the page as it is, so it is escaped here. In the browser
/// it is a text like any other.
pub fn area_text(text: &str) -> String {
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text.to_owned() }
}
