//! Administration: users, what is kept of measurements, and what this installation is.

mod about;
#[cfg(feature = "ssr")]
mod keeping;
mod users;

use leptos::prelude::*;
use model::account::Role;

#[cfg(feature = "ssr")]
pub(crate) use keeping::draw;

use self::{about::AboutCard, users::UserCards};
use crate::{
    components::{ErrorState, PageHead},
    drawn::{self, Drawn, Part},
    error::AppError,
    frame::Me,
};

#[component]
pub fn AdminPage() -> impl IntoView {
    let body = if Me::may(Role::Admin) {
        let keeping = drawn::load(Part::Keeping);
        view! {
            <div class="grid">
                <UserCards />
                <Drawn drawing=keeping />
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
        <PageHead title="Administration" line="Users, measurements and this installation" />
        {body}
    }
}
