//! Every use-case refuses roles below its own, whatever called it.

use engine::{Error, ExportQuery, Result};
use futures::future::BoxFuture;
use model::{
    account::{Actor, Role},
    change::ChangeQuery,
    ids::{ObjectId, RunId, SourceId, UserId},
    inventory::ObjectKind,
    source::InventoryFate,
    table::TableQuery,
};

use crate::support::{PASSWORD, Place, place, settings};

/// All that need more than being signed in, by the least role that may.
fn calls<'a>(place: &'a Place, actor: &'a Actor) -> Vec<(&'static str, Role, BoxFuture<'a, Result<()>>)> {
    let engine = &place.engine;
    macro_rules! call {
        ($role:ident $name:ident($($argument:expr),*)) => {
            (stringify!($name), Role::$role, Box::pin(async move { engine.$name(actor, $($argument),*).await.map(drop) }) as BoxFuture<'a, Result<()>>)
        };
    }
    let nothing = || TableQuery::default();
    vec![
        call!(Admin list_users()),
        call!(Admin add_user("new", Role::Viewer, PASSWORD.into())),
        call!(Admin add_user_with_one_time_password("newer", Role::Viewer)),
        call!(Admin set_user_role(UserId(99), Role::Viewer)),
        call!(Admin set_user_disabled(UserId(99), true)),
        call!(Admin reset_user_password(UserId(99))),
        call!(Manager add_source(settings("x"), "secret".into())),
        call!(Manager update_source(SourceId(99), settings("x"), None)),
        call!(Manager delete_source(SourceId(99), InventoryFate::Keep)),
        call!(Manager check_source(settings("x"), None, Some(SourceId(99)))),
        call!(Manager start_sync(SourceId(99))),
        call!(Manager cancel_run(RunId(99))),
        call!(Viewer list_sources()),
        call!(Viewer source(SourceId(99))),
        call!(Viewer list_runs(None, 1)),
        call!(Viewer run(RunId(99))),
        call!(Viewer list_vms(&nothing())),
        call!(Viewer list_hosts(&nothing())),
        call!(Viewer list_clusters(&nothing())),
        call!(Viewer list_datastores(&nothing())),
        call!(Viewer list_networks(&nothing())),
        call!(Viewer vm(ObjectId(99))),
        call!(Viewer host(ObjectId(99))),
        call!(Viewer cluster(ObjectId(99))),
        call!(Viewer datastore(ObjectId(99))),
        call!(Viewer network(ObjectId(99))),
        call!(Viewer search("web")),
        call!(Viewer overview()),
        call!(Viewer changes(ChangeQuery::default())),
        call!(Viewer export_rows(ExportQuery { kind: ObjectKind::Vm, query: nothing(), columns: Vec::new() })),
    ]
}

#[tokio::test]
async fn lower_roles_are_refused_and_the_least_one_is_not() {
    let place = place().await;
    let viewer = place.add("viewer", Role::Viewer).await;
    let manager = place.add("manager", Role::Manager).await;
    for actor in [&viewer, &manager, &place.admin] {
        for (name, least, call) in calls(&place, actor) {
            let answer = call.await;
            let is_refused = matches!(answer, Err(Error::Forbidden));
            assert_eq!(is_refused, !actor.may(least), "{name} for {:?}: {answer:?}", actor.role());
            assert!(!matches!(answer, Err(Error::Internal(_))), "{name}: {answer:?}");
        }
    }
}
