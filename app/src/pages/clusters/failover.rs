//! A Windows failover cluster: its quorum, and its roles besides machines.

use leptos::prelude::*;
use model::{
    format,
    inventory::{ClusterGroup, Quorum},
};

use crate::{
    components::{Card, Head, PlainTable},
    pages::object::{Fact, Facts, text},
    table::words,
};

const HEADS: [Head; 4] = [Head::Text("Role"), Head::Text("Kind"), Head::Text("Node"), Head::Text("State")];

#[component]
pub(super) fn QuorumCard(quorum: Option<Quorum>) -> impl IntoView {
    let (kind, witness) = quorum.map(|quorum| (words(&quorum.kind), quorum.witness)).unzip();
    view! {
        <Card title="Quorum" class="c6">
            <Facts facts=vec![Fact::new("Kind", text(kind)), Fact::new("Witness", text(witness.flatten()))] />
        </Card>
    }
}

#[component]
pub(super) fn RoleCard(groups: Vec<ClusterGroup>) -> impl IntoView {
    let note = format::count(groups.len() as i64);
    let rows = groups.into_iter().map(role_row).collect_view();
    view! {
        <Card title="Roles" note class="c4">
            <PlainTable caption="Roles" heads=HEADS>
                {rows}
            </PlainTable>
        </Card>
    }
}

fn role_row(group: ClusterGroup) -> AnyView {
    view! {
        <tr>
            <th scope="row">{group.name}</th>
            <td>{text(group.kind.as_deref().map(words))}</td>
            <td>{text(group.owner_node)}</td>
            <td>{text(group.state.as_deref().map(words))}</td>
        </tr>
    }
    .into_any()
}
