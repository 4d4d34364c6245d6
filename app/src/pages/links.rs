//! Machines that may be one: what evidence suggests and a person has to say.

use leptos::prelude::*;

use super::vms::LinkTable;
use crate::{
    components::{EmptyState, ErrorState, FormError, Glyph, PageHead, Skeleton, errors_of},
    live::Live,
    loading::resource,
    server::links::{DecideLink, list_link_suggestions},
};

#[component]
pub fn LinksPage() -> impl IntoView {
    let decide = ServerAction::<DecideLink>::new();
    let live = Live::current();
    let suggestions = resource(move || (decide.version().get(), live.inventory_version()), |_| list_link_suggestions());
    view! {
        <PageHead title="Who is who" />
        <FormError errors=errors_of(decide) />
        <Transition fallback=|| view! { <Skeleton rows=4 /> }>
            {move || {
                suggestions
                    .get()
                    .map(|suggestions| match suggestions {
                        Ok(links) if links.is_empty() => {
                            view! {
                                <EmptyState
                                    glyph=Glyph::Check
                                    title="Nothing to decide."
                                    text="Machines of monitoring systems are linked with those of the platforms by UUID, MAC address or host name. What is not certain is listed here."
                                />
                            }
                                .into_any()
                        }
                        Ok(links) => view! { <LinkTable links decide /> }.into_any(),
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    })
            }}
        </Transition>
    }
}
