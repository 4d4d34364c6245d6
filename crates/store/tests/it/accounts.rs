//! People, sessions, failed sign-ins, settings, sources and their secrets.

use model::{
    account::{Preferences, Role, Theme},
    source::InventoryFate,
};
use secrecy::{ExposeSecret, SecretString};
use store::{
    StoreError, attempts, sessions, settings, sources, users,
    users::NewUser,
    vault::{Key, Vault, VaultError},
};

use crate::stores::{self, Store, on_both};

on_both!(
    names_of_people_ignore_case,
    only_one_first_administrator,
    an_administrator_always_remains,
    sessions_are_listed_and_revoked,
    failures_count_up_and_clear,
    settings_and_preferences_come_back,
    preferences_changed_at_the_same_moment_are_all_kept,
    sources_keep_their_secrets_sealed,
    a_source_is_due_until_it_needs_a_change,
    many_writers_wait_for_each_other,
);

fn user(name: &str, role: Role) -> NewUser {
    NewUser { name: name.into(), role, password_hash: "$argon2id$".into(), must_change_password: false }
}

async fn names_of_people_ignore_case(store: Store) {
    let id = users::insert(&store.db, user("Änna", Role::Viewer), 1).await.unwrap();
    let found = users::find_by_name(&store.db, "äNNA").await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str()), (id, "Änna"));
    let twice = users::insert(&store.db, user("änna", Role::Admin), 1).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));
}

async fn only_one_first_administrator(store: Store) {
    let asked = (0..8).map(|at| {
        let db = store.db.clone();
        tokio::spawn(
            async move { users::insert_first(&db, user(&format!("admin{at}"), Role::Admin), 1).await.unwrap() },
        )
    });
    let made = futures::future::join_all(asked).await;
    assert_eq!(made.into_iter().filter(|made| made.as_ref().unwrap().is_some()).count(), 1);
    assert_eq!(users::count(&store.db).await.unwrap(), 1);
}

async fn an_administrator_always_remains(store: Store) {
    let first = users::insert(&store.db, user("a", Role::Admin), 1).await.unwrap();
    let second = users::insert(&store.db, user("b", Role::Admin), 1).await.unwrap();
    assert!(users::change_keeping_an_admin(&store.db, first, Some(Role::Viewer), None).await.unwrap());
    assert!(!users::change_keeping_an_admin(&store.db, second, None, Some(true)).await.unwrap());
    assert!(!users::find(&store.db, second).await.unwrap().unwrap().disabled);
}

async fn sessions_are_listed_and_revoked(store: Store) {
    let id = users::insert(&store.db, user("a", Role::Viewer), 1).await.unwrap();
    for at in 0..3_u8 {
        let row = sessions::SessionRow {
            id_hash: vec![at; 32],
            user: Some(id),
            record: vec![7],
            expires_at_ms: 1_000 + i64::from(at),
            address: Some("192.0.2.7".into()),
            user_agent: None,
        };
        sessions::upsert(&store.db, row, 10 + i64::from(at)).await.unwrap();
    }
    let list = sessions::list_of_user(&store.db, id, Some(&[1; 32]), 1_000).await.unwrap();
    assert_eq!(list.len(), 2, "one has expired");
    assert_eq!(list.iter().map(|session| session.is_current).collect::<Vec<_>>(), [false, true]);
    assert_eq!(users::list(&store.db, 1_000).await.unwrap()[0].active_sessions, 2);
    assert!(sessions::delete_by_handle(&store.db, id, &list[0].handle).await.unwrap());
    assert_eq!(sessions::delete_of_user(&store.db, id, Some(&[1; 32])).await.unwrap(), 1);
    assert!(sessions::find(&store.db, &[1; 32], 500).await.unwrap().is_some());
    assert_eq!(sessions::delete_expired(&store.db, 5_000).await.unwrap(), 1);
}

async fn failures_count_up_and_clear(store: Store) {
    let asked = (0..10).map(|_| {
        let db = store.db.clone();
        tokio::spawn(async move {
            attempts::record_failure(&db, "account:a", 5, |failures| i64::from(failures) * 100).await.unwrap()
        })
    });
    futures::future::join_all(asked).await;
    let counted = attempts::get(&store.db, "account:a").await.unwrap();
    assert_eq!((counted.failures, counted.last_failure_ms), (10, 5));
    attempts::clear(&store.db, "account:a").await.unwrap();
    assert_eq!(attempts::get(&store.db, "account:a").await.unwrap().failures, 0);
}

async fn settings_and_preferences_come_back(store: Store) {
    assert_eq!(settings::get::<u64>(&store.db, "parallel").await.unwrap(), None);
    settings::set(&store.db, "parallel", &3_u64).await.unwrap();
    settings::set(&store.db, "parallel", &4_u64).await.unwrap();
    assert_eq!(settings::get::<u64>(&store.db, "parallel").await.unwrap(), Some(4));
    let id = users::insert(&store.db, user("a", Role::Viewer), 1).await.unwrap();
    let dark = Preferences { theme: Theme::Dark, ..Preferences::default() };
    users::change_preferences(&store.db, id, |_| dark.clone()).await.unwrap();
    assert_eq!(users::find(&store.db, id).await.unwrap().unwrap().preferences, dark);
}

async fn preferences_changed_at_the_same_moment_are_all_kept(store: Store) {
    let id = users::insert(&store.db, user("a", Role::Viewer), 1).await.unwrap();
    let changes = (0..20).map(|at| {
        let db = store.db.clone();
        let change = move |mut kept: Preferences| {
            kept.columns.insert(format!("table-{at}"), vec!["name".into()]);
            kept
        };
        tokio::spawn(async move { users::change_preferences(&db, id, change).await.unwrap() })
    });
    for done in futures::future::join_all(changes).await {
        done.unwrap();
    }
    assert_eq!(users::find(&store.db, id).await.unwrap().unwrap().preferences.columns.len(), 20);
}

async fn sources_keep_their_secrets_sealed(store: Store) {
    let password = SecretString::from("  pässword ");
    let settings = stores::settings("vc1");
    let id = sources::insert(&store.db, &store.vault, &settings, Some(&password), 1).await.unwrap();
    let opened = sources::password(&store.db, &store.vault, id).await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), password.expose_secret());
    let stored = sources::find(&store.db, id).await.unwrap().unwrap();
    assert!(stored.has_password && stored.settings == settings);
    let twice = sources::insert(&store.db, &store.vault, &settings, None, 1).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));

    let next = Vault::open(&Key::generate());
    assert_eq!(sources::rotate(&store.db, &store.vault, &next).await.unwrap(), 1);
    let old = sources::password(&store.db, &store.vault, id).await;
    assert!(matches!(old, Err(StoreError::Vault(VaultError::OtherKey))));
    let opened = sources::password(&store.db, &next, id).await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), password.expose_secret());
    sources::delete(&store.db, id, InventoryFate::Keep, 2).await.unwrap();
    assert!(matches!(sources::password(&store.db, &next, id).await, Err(StoreError::NotFound(_))));
}

async fn a_source_is_due_until_it_needs_a_change(store: Store) {
    let id = store.add_source("vc1").await;
    assert_eq!(sources::due(&store.db, 10).await.unwrap(), [id]);
    let schedule = sources::Schedule { next_sync_ms: Some(100), consecutive_failures: 1, needs_change: false };
    sources::set_schedule(&store.db, id, schedule).await.unwrap();
    assert!(sources::due(&store.db, 99).await.unwrap().is_empty());
    assert_eq!(sources::due(&store.db, 100).await.unwrap(), [id]);
    let stopped = sources::Schedule { needs_change: true, ..schedule };
    sources::set_schedule(&store.db, id, stopped).await.unwrap();
    assert!(sources::due(&store.db, 100).await.unwrap().is_empty());
    let settings = stores::settings("renamed");
    let keep = sources::Rescheduling::Keep;
    sources::update(&store.db, &store.vault, id, &settings, None, keep).await.unwrap();
    assert!(sources::due(&store.db, 100).await.unwrap().is_empty(), "a new name mends nothing");
    let seen = sources::find(&store.db, id).await.unwrap().unwrap().settings_version;
    let reset = sources::Rescheduling::Reset;
    sources::update(&store.db, &store.vault, id, &settings, None, reset).await.unwrap();
    assert_eq!(sources::due(&store.db, 10).await.unwrap(), [id]);
    sources::set_schedule_of(&store.db, id, seen, stopped).await.unwrap();
    assert_eq!(sources::due(&store.db, 10).await.unwrap(), [id], "what ran with older settings says nothing");
    let run = store.start_run(id, 10).await;
    assert!(sources::due(&store.db, 10).await.unwrap().is_empty(), "it is being synced");
    store.end_run(run, 20).await;
    assert_eq!(sources::due(&store.db, 20).await.unwrap(), [id]);
}

async fn many_writers_wait_for_each_other(store: Store) {
    let writers = (0..100).map(|at| {
        let db = store.db.clone();
        tokio::spawn(async move {
            users::insert(&db, user(&format!("user{at}"), Role::Viewer), 1).await.unwrap();
            settings::set(&db, "last", &at).await.unwrap();
            users::count(&db).await.unwrap()
        })
    });
    for done in futures::future::join_all(writers).await {
        done.unwrap();
    }
    assert_eq!(users::count(&store.db).await.unwrap(), 100);
}
