//! A bar of a share, drawn with SVG attributes: the content security policy lets no inline style pass.

use leptos::prelude::*;

/// Above this share a bar is drawn in the colour of trouble.
const HOT_PERCENT: f64 = 90.0;

#[component]
pub fn Meter(
    /// Filled part, 0 to 100; more is drawn as full.
    percent: f64,
    /// A second, paler bar behind: what is allocated.
    #[prop(optional)]
    allocated_percent: Option<f64>,
    /// What the bar says, for those who do not see it: `62 % of 1.5 TiB`.
    #[prop(into)]
    label: String,
    /// Width in pixels.
    #[prop(default = 72)]
    width: u32,
    /// Full is trouble; `false` where it is usual.
    #[prop(default = true)]
    heats: bool,
) -> impl IntoView {
    let length = move |percent: f64| format!("{:.1}", percent.clamp(0.0, 100.0) / 100.0 * f64::from(width));
    let fill = if heats && percent >= HOT_PERCENT { "fill hot" } else { "fill" };
    view! {
        <svg class="meter" role="img" aria-label=label width=width height="8" viewBox=format!("0 0 {width} 8")>
            <rect class="track" width=width height="8" rx="2" />
            {allocated_percent
                .map(|allocated| view! { <rect class="alloc" width=length(allocated) height="8" rx="2" /> })}
            <rect class=fill width=length(percent) height="8" rx="2" />
        </svg>
    }
}
