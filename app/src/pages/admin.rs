//! Administration: users, and what this installation is.

mod about;
mod users;

use leptos::prelude::*;
use model::account::Role;

use self::{about::AboutCard, users::UserCards};
use crate::{
    components::{ErrorState, PageHead},
    error::AppError,
    frame::Me,
};

#[component]
pub fn AdminPage() -> impl IntoView {
    let body = if Me::may(Role::Admin) {
        view! {
            <div class="grid">
                <UserCards />
                <AboutCard />
            </div>
        }
        .into_any()
    } else {
        #[cfg(feature = "ssr")]
        crate::response::answer_with(http::StatusCode::FORBIDDEN);
        view! {
            <section class="card">
                <ErrorState error=AppError::Forbidden />
            </section>
        }
        .into_any()
    };
    view! {
        <PageHead title="Administration" line="Users and this installation" />
        {body}
    }
}
