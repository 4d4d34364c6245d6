//! What this installation is.

use leptos::prelude::*;
use model::{format, installation::Installation};

use crate::{
    components::{Card, ErrorState, Skeleton},
    loading::resource,
    pages::object::{Fact, Facts},
    server::users::read_installation,
};

#[component]
pub(super) fn AboutCard() -> impl IntoView {
    let installation = resource(|| (), |()| read_installation());
    view! {
        <Card title="About IROA">
            <Suspense fallback=|| view! { <Skeleton rows=4 /> }>
                {move || {
                    installation
                        .get()
                        .map(|installation| match installation {
                            Ok(installation) => facts(installation),
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Suspense>
        </Card>
    }
}

fn facts(installation: Installation) -> AnyView {
    let size = installation.database_bytes.map(|bytes| format!(", {}", format::bytes(bytes))).unwrap_or_default();
    let facts = [
        ("Version", installation.version),
        ("Database", installation.database + &size),
        ("Licence", "MIT or Apache-2.0, as you like".to_owned()),
        ("Sends anything home", "No".to_owned()),
    ];
    view! { <Facts facts=facts.map(|(name, fact)| Fact::new(name, fact.into_any())).into() /> }.into_any()
}
