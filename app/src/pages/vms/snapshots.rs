//! A machine's snapshots as the tree that they are, with age and size.

use leptos::prelude::*;
use model::{format, inventory::Snapshot};

use crate::{
    components::{Age, Glyph, Icon},
    pages::object::unknown,
};

/// vSphere keeps at most 32 in a chain; what claims to be deeper is not drawn deeper.
const DEPTH_MAX: usize = 32;

#[component]
pub(super) fn SnapshotTree(snapshots: Vec<Snapshot>) -> AnyView {
    if snapshots.is_empty() {
        return view! { <p class="none">"There is none."</p> }.into_any();
    }
    branch(&snapshots, None, DEPTH_MAX)
}

fn branch(all: &[Snapshot], parent: Option<&str>, depth: usize) -> AnyView {
    let children: Vec<_> = children_of(all, parent).collect();
    if children.is_empty() || depth == 0 {
        return ().into_any();
    }
    let items = children
        .into_iter()
        .map(|snapshot| view! { <li>{entry(snapshot)} {branch(all, Some(&snapshot.key), depth - 1)}</li> })
        .collect_view();
    view! { <ul class="snapshots">{items}</ul> }.into_any()
}

/// Snapshots below this one. One whose parent is not in the list stands at the top.
fn children_of<'a>(all: &'a [Snapshot], parent: Option<&'a str>) -> impl Iterator<Item = &'a Snapshot> {
    let is_listed = |key: &str| all.iter().any(|snapshot| snapshot.key == key);
    all.iter().filter(move |snapshot| snapshot.parent.as_deref().filter(|key| is_listed(key)) == parent)
}

fn entry(snapshot: &Snapshot) -> AnyView {
    let age = snapshot.created_at_ms.map_or_else(unknown, |ms| view! { <Age ms /> }.into_any());
    let size = snapshot.size_bytes.map_or_else(unknown, |size| format::bytes(size).into_any());
    let current = snapshot.is_current.then(|| view! { <span class="tag">"the machine runs from here"</span> });
    let quiesced = (snapshot.quiesced == Some(true)).then(|| view! { <span class="tag">"quiesced"</span> });
    let description = snapshot.description.clone().filter(|text| !text.is_empty());
    view! {
        <div class="snapshot">
            <Icon glyph=Glyph::Snapshot />
            <span class="grow">
                <strong>{snapshot.name.clone()}</strong>
                {current}
                {quiesced}
                <small>{description}</small>
            </span>
            <span>{age}</span>
            <span class="num">{size}</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(key: &str, parent: Option<&str>) -> Snapshot {
        Snapshot {
            key: key.into(),
            parent: parent.map(Into::into),
            name: key.into(),
            description: None,
            created_at_ms: None,
            size_bytes: None,
            is_current: false,
            quiesced: None,
        }
    }

    #[test]
    fn the_tree_is_complete_even_when_a_parent_is_missing() {
        let all = [snapshot("1", None), snapshot("2", Some("1")), snapshot("3", Some("gone"))];
        let keys = |parent| children_of(&all, parent).map(|snapshot| snapshot.key.as_str()).collect::<Vec<_>>();
        assert_eq!(keys(None), ["1", "3"]);
        assert_eq!(keys(Some("1")), ["2"]);
    }
}
