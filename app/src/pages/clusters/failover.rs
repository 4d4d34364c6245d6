//! A Windows failover cluster: its quorum, and its roles besides machines.

use leptos::prelude::*;
use model::{
    format,
    inventory::{ClusterGroup, Quorum},
};

use crate::{
    components::Card,
    pages::object::{Fact, Facts, text},
    table::words,
};

/// Nothing where the platform has no quorum and no roles.
#[component]
pub(super) fn FailoverCluster(quorum: Option<Quorum>, groups: Vec<ClusterGroup>) -> impl IntoView {
    let quorum = quorum.map(|quorum| {
        view! {
            <Card title="Quorum" class="c4">
                <Facts facts=vec![
                    Fact::new("Kind", words(&quorum.kind).into_any()),
                    Fact::new("Witness", text(quorum.witness)),
                ] />
            </Card>
        }
    });
    let roles = (!groups.is_empty()).then(|| {
        let note = format::count(groups.len() as i64);
        let rows = groups.into_iter().map(role_row).collect_view();
        view! {
            <Card title="Roles" note class="c8">
                <div class="table" tabindex="0" role="region" aria-label="Table: Roles">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Role"</th>
                                <th scope="col">"Kind"</th>
                                <th scope="col">"Node"</th>
                                <th scope="col">"State"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Card>
        }
    });
    view! {
        {quorum}
        {roles}
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
