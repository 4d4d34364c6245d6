//! A box that says what is wrong and what to do about it.

use leptos::prelude::*;

use super::{Icon, Tone};

#[component]
pub fn Advice(
    #[prop(default = Tone::Bad)] tone: Tone,
    #[prop(into)] title: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("advice {}", tone.class())>
            <Icon glyph=tone.glyph() />
            <div>
                <strong>{title}</strong>
                " "
                {children()}
            </div>
        </div>
    }
}
