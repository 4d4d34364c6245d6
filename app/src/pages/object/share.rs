//! Shares of a whole, one below the other, so that different measures of the same thing are told apart.

use leptos::prelude::*;

use crate::{components::Meter, table::dash};

const WIDTH: u32 = 160;

pub(in crate::pages) struct Share {
    pub label: &'static str,
    pub help: &'static str,
    pub used: Option<i64>,
    /// `None`: the figure stands without a bar.
    pub total: Option<i64>,
    pub print: fn(i64) -> String,
    /// A bar that is nearly full is drawn in the colour of trouble.
    pub heats: bool,
    /// Why it is unknown, where it is.
    pub reason: &'static str,
}

#[component]
pub(in crate::pages) fn ShareLine(share: Share) -> AnyView {
    let Share { label, help, used, total, print, heats, reason } = share;
    let figures = match (used, total) {
        (Some(used), Some(total)) if total > 0 => {
            let percent = used as f64 * 100.0 / total as f64;
            let words = format!("{} of {}", print(used), print(total));
            view! {
                <Meter percent label=words.clone() width=WIDTH heats />
                <span class="figure">{format!("{percent:.0} %")}</span>
                <span class="of">{words.clone()}</span>
            }
            .into_any()
        }
        (Some(used), _) => view! { <span class="figure">{print(used)}</span> }.into_any(),
        (None, _) => dash(reason, 0),
    };
    view! {
        <div class="share-line">
            <dt>
                {label} <small>{help}</small>
            </dt>
            <dd>{figures}</dd>
        </div>
    }
    .into_any()
}
