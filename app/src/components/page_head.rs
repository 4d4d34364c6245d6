//! The head of a page: its name (also the document's title), a line below, and its actions.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// A line below the title.
    #[prop(optional, into)]
    line: Option<String>,
    /// Buttons and links at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=format!("{title} · IROA") />
        <div class="head">
            <div>
                <h1>{title}</h1>
                {line.map(|line| view! { <p>{line}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
