//! The frame around the pages of people who are signed in: navigation, search, sync state, account.
//!
//! Everybody else is sent to the set-up or sign-in page from here. What stands inside of the frame is the route's.

mod account_menu;
mod nav;
mod palette;
mod shortcuts;
mod sync_state;
mod top;

use leptos::prelude::*;
use leptos_meta::Html;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
    location::Url,
};
use model::{
    account::{CurrentUser, Density, Preferences, Role, Theme},
    source::SourceView,
};

pub(crate) use self::account_menu::AppearanceForm;
use self::{nav::Nav, palette::Palette, top::Top};
use crate::{
    components::{Clock, ErrorState, Zone},
    error::AppError,
    live::Live,
    loading::{Loaded, resource},
    server::sources::list_sources,
    visitor::VisitorResource,
};

/// The signed-in person, for the pages inside of the frame.
#[derive(Clone)]
pub(crate) struct Me(pub(crate) CurrentUser);

impl Me {
    pub(crate) fn may(role: Role) -> bool {
        use_context::<Self>().is_some_and(|me| me.0.role >= role)
    }
}

/// What the person has set for the own eyes; changed at once, kept by the server behind it.
#[derive(Clone, Copy)]
pub(crate) struct Appearance(pub(crate) RwSignal<Preferences>);

/// All sources, loaded once for the frame and the pages in it, and again when a run began or ended.
#[derive(Clone, Copy)]
pub(crate) struct Sources(pub(crate) Loaded<Result<Vec<SourceView>, AppError>>);

#[component]
pub fn Frame() -> impl IntoView {
    let VisitorResource(visitor) = expect_context();
    let location = use_location();
    let sign_in = move || {
        let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
        let here = if query.is_empty() { path } else { format!("{path}?{query}") };
        if here == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", Url::escape(&here)) }
    };
    // Awaited, not read: what reads a resource is rendered anew each time that another one below it arrives, and the
    // whole page is below this one.
    let body = Suspend::new(async move {
        match visitor.await {
            Ok(visitor) => match visitor.user {
                Some(user) => view! { <SignedIn user now_ms=visitor.now_ms /> }.into_any(),
                None if visitor.setup_needed => view! { <Redirect path="/setup" /> }.into_any(),
                None => view! { <Redirect path=sign_in() /> }.into_any(),
            },
            Err(error) => view! {
                <main id="main" class="alone">
                    <ErrorState error />
                </main>
            }
            .into_any(),
        }
    });
    view! { <Suspense fallback=|| ()>{body}</Suspense> }
}

#[component]
fn SignedIn(user: CurrentUser, now_ms: i64) -> impl IntoView {
    Clock::provide(now_ms);
    Zone::provide();
    let live = Live::provide(!user.must_change_password);
    let appearance = RwSignal::new(user.preferences.clone());
    provide_context(Appearance(appearance));
    // Who has to change the password first is shown the own account and nothing else.
    let has_to_change = user.must_change_password;
    let sources = resource(
        move || (live.run_list_version(), live.inventory_version(), live.measured_version()),
        move |_| async move { if has_to_change { Ok(Vec::new()) } else { list_sources().await } },
    );
    provide_context(Sources(sources));
    provide_context(Me(user.clone()));
    shortcuts::listen();
    crate::focus::follow_pages();

    let theme = move || appearance.with(|preferences| theme_attribute(preferences.theme));
    let density = move || appearance.with(|preferences| density_attribute(preferences.density));
    let pathname = use_location().pathname;
    // A closure is called more than once while a page is rendered on the server: only those who have to change their
    // password pay for that.
    let inner = if has_to_change {
        let inner = move || {
            if pathname.get() == "/account" {
                view! { <Outlet /> }.into_any()
            } else {
                view! { <Redirect path="/account" /> }.into_any()
            }
        };
        inner.into_any()
    } else {
        view! { <Outlet /> }.into_any()
    };
    // The parts are erased: as one type, the frame's future would not fit on a worker's stack in a debug build.
    view! {
        <Html {..} data-theme=theme data-density=density />
        // Not the router's: the browser itself moves the focus with the fragment.
        <a class="skip" href="#main" rel="external">
            "Skip to content"
        </a>
        <div class="frame">
            {view! { <Nav role=user.role /> }.into_any()}
            {view! { <Top user /> }.into_any()}
            <main id="main" tabindex="-1">
                {inner}
            </main>
        </div>
        {view! { <Palette /> }.into_any()}
    }
}

const fn theme_attribute(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

const fn density_attribute(density: Density) -> &'static str {
    match density {
        Density::Comfortable => "comfortable",
        Density::Compact => "compact",
    }
}
