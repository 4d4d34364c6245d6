//! What this installation is.

use leptos::prelude::*;

use crate::components::Card;

#[component]
pub(super) fn AboutCard() -> impl IntoView {
    view! {
        <Card title="About IROA">
            <dl class="facts">
                <div>
                    <dt>"Version"</dt>
                    <dd>{env!("CARGO_PKG_VERSION")}</dd>
                </div>
                <div>
                    <dt>"Licence"</dt>
                    <dd>"MIT or Apache-2.0, as you like"</dd>
                </div>
                <div>
                    <dt>"Built with"</dt>
                    <dd>"Rust, Leptos, axum, SeaORM"</dd>
                </div>
                <div>
                    <dt>"Sends anything home"</dt>
                    <dd>"No"</dd>
                </div>
            </dl>
        </Card>
    }
}
