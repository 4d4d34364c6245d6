//! States: a colour, always with a shape and a word.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    Idle,
    /// Something is going on.
    Run,
}

impl Tone {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Idle => "idle",
            Self::Run => "run",
        }
    }

    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Ok => Glyph::Check,
            Self::Warn => Glyph::Warning,
            Self::Bad => Glyph::Cross,
            Self::Idle => Glyph::Minus,
            Self::Run => Glyph::Sync,
        }
    }
}

/// A state on a soft ground.
#[component]
pub fn StatePill(
    tone: Tone,
    #[prop(into)] label: String,
    /// Where the tone's own sign would mislead.
    #[prop(optional)]
    glyph: Option<Glyph>,
) -> impl IntoView {
    view! {
        <span class=format!("state pill {}", tone.class())>
            <Icon glyph=glyph.unwrap_or(tone.glyph()) />
            <span>{label}</span>
        </span>
    }
}

/// A state within a line or a table's cell: sign and word, no ground.
#[component]
pub fn Dot(
    tone: Tone,
    #[prop(into)] label: String,
    /// Where the tone's own sign would mislead.
    #[prop(optional)]
    glyph: Option<Glyph>,
) -> impl IntoView {
    view! {
        <span class=format!("state {}", tone.class())>
            <Icon glyph=glyph.unwrap_or(tone.glyph()) />
            <span>{label}</span>
        </span>
    }
}

/// A value that is not known: an em dash with the reason.
#[component]
pub fn Unknown(#[prop(into)] reason: String) -> impl IntoView {
    view! {
        <span class="unknown" title=reason.clone()>
            <span aria-hidden="true">"—"</span>
            <span class="visually-hidden">{format!("unknown: {reason}")}</span>
        </span>
    }
}
