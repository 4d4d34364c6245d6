//! The way back up from a detail page.

use leptos::prelude::*;

#[component]
pub fn Breadcrumbs(
    /// Address and name of each page above, from the top.
    trail: Vec<(String, String)>,
    /// This page.
    #[prop(into)]
    here: String,
) -> impl IntoView {
    view! {
        <nav class="breadcrumbs" aria-label="Breadcrumbs">
            <ol>
                {trail
                    .into_iter()
                    .map(|(address, name)| {
                        view! {
                            <li>
                                <a href=address>{name}</a>
                            </li>
                        }
                    })
                    .collect_view()}
                <li aria-current="page">{here}</li>
            </ol>
        </nav>
    }
}
