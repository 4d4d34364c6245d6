//! The menu of the account: who is signed in, how it looks, and the way out. It opens without script.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_location;
use model::account::{CurrentUser, Density, Theme};

use super::Appearance;
use crate::{
    components::{Glyph, Icon},
    pages::role_label,
    server::accounts::SetAppearance,
};

#[component]
pub(super) fn AccountMenu(user: CurrentUser) -> impl IntoView {
    let initials: String = user
        .name
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    view! {
        <details class="menu">
            <summary aria-label=format!("Account of {}", user.name)>
                <span class="avatar" aria-hidden="true">
                    {initials}
                </span>
            </summary>
            <div class="panel">
                <p class="who">
                    <strong>{user.name.clone()}</strong>
                    <small>{role_label(user.role)}</small>
                </p>
                <AppearanceForm />
                <ul>
                    <li>
                        <a href="/account">
                            <Icon glyph=Glyph::User />
                            "Account and password"
                        </a>
                    </li>
                    <li>
                        // A form of its own and no action: signing out loads a new page, and nothing of this one stays.
                        <form method="post" action="/api/fn/sign_out">
                            <button type="submit">
                                <Icon glyph=Glyph::SignOut />
                                "Sign out"
                            </button>
                        </form>
                    </li>
                </ul>
            </div>
        </details>
    }
}

/// Theme and density; applied at once, kept for the person.
#[component]
pub(crate) fn AppearanceForm() -> impl IntoView {
    let Appearance(appearance) = expect_context();
    let save = ServerAction::<SetAppearance>::new();
    let location = use_location();
    let here = move || {
        let (path, query) = (location.pathname.get(), location.search.get());
        if query.is_empty() { path } else { format!("{path}?{query}") }
    };
    let theme = move |value: &'static str, theme: Theme, label: &'static str| {
        view! {
            <button
                type="submit"
                name="theme"
                value=value
                aria-pressed=move || appearance.with(|set| (set.theme == theme).to_string())
                on:click=move |_| appearance.update(|set| set.theme = theme)
            >
                {label}
            </button>
        }
    };
    let density = move |value: &'static str, density: Density, label: &'static str| {
        view! {
            <button
                type="submit"
                name="density"
                value=value
                aria-pressed=move || appearance.with(|set| (set.density == density).to_string())
                on:click=move |_| appearance.update(|set| set.density = density)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="appearance">
            <ActionForm action=save>
                <input type="hidden" name="next" value=here />
                <fieldset class="segments">
                    <legend>"Theme"</legend>
                    {theme("system", Theme::System, "System")}
                    {theme("light", Theme::Light, "Light")}
                    {theme("dark", Theme::Dark, "Dark")}
                </fieldset>
                <fieldset class="segments">
                    <legend>"Density"</legend>
                    {density("comfortable", Density::Comfortable, "Comfortable")}
                    {density("compact", Density::Compact, "Compact")}
                </fieldset>
            </ActionForm>
        </div>
    }
}
