//! A card: a titled region of a page.

use leptos::prelude::*;

#[component]
pub fn Card(
    #[prop(into)] title: String,
    /// A few words beside the title.
    #[prop(optional, into)]
    note: Option<String>,
    /// Classes of the card, for example its width in the grid: `c6`.
    #[prop(default = "c12")]
    class: &'static str,
    /// Links and states at the end of the header.
    #[prop(optional, into)]
    end: ViewFn,
    children: Children,
) -> AnyView {
    let label = title.clone();
    view! {
        <section class=format!("card {class}") aria-label=label>
            <header>
                <h2>{title}</h2>
                {note.map(|note| view! { <p>{note}</p> })}
                <div class="end">{end.run()}</div>
            </header>
            <div class="body">{children()}</div>
        </section>
    }
    .into_any()
}
