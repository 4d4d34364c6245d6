//! The end of a source: with its inventory or without.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::ids::SourceId;

use crate::{
    components::{Card, FormError, Glyph, Icon, errors_of},
    frame::Sources,
    server::sources::DeleteSource,
};

#[component]
pub(super) fn DeleteCard(id: SourceId, name: String) -> impl IntoView {
    let delete = ServerAction::<DeleteSource>::new();
    let Sources(sources) = expect_context();
    let navigate = use_navigate();
    Effect::new(move || {
        if delete.value().with(|value| matches!(value, Some(Ok(())))) {
            sources.refetch();
            navigate("/sources?saved=deleted", NavigateOptions::default());
        }
    });
    view! {
        <Card title="Delete" note="its password goes in any case; its runs stay in the history">
            <details class="danger">
                <summary class="button danger">
                    <Icon glyph=Glyph::Trash />
                    "Delete this source…"
                </summary>
                <ActionForm action=delete>
                    <div class="form">
                        <FormError errors=errors_of(delete) />
                        <input type="hidden" name="id" value=id.to_string() />
                        <fieldset class="choices">
                            <legend>"Its inventory"</legend>
                            <label>
                                <input type="radio" name="fate" value="keep" checked />
                                <span>
                                    "Keep it, archived" <small>"It stays to be looked up; nothing updates it."</small>
                                </span>
                            </label>
                            <label>
                                <input type="radio" name="fate" value="remove" />
                                <span>
                                    "Remove it" <small>"Objects and their history of changes are gone for good."</small>
                                </span>
                            </label>
                        </fieldset>
                        <div class="buttons">
                            <button class="button danger" type="submit" disabled=move || delete.pending().get()>
                                "Delete "
                                {name}
                            </button>
                        </div>
                    </div>
                </ActionForm>
            </details>
        </Card>
    }
}
