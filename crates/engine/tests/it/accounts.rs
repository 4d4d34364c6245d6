//! Setting up, signing in, and what ends sessions.

use std::{net::IpAddr, time::Instant};

use engine::{Error, SessionKey, SessionRecord};
use model::account::{Actor, Preferences, Role, Theme};

use crate::support::{HOME, PASSWORD, Place, empty, id_of, place};

fn field(error: &Error) -> Option<&str> {
    match error {
        Error::Invalid { field, .. } => field.as_deref(),
        _ => None,
    }
}

#[tokio::test]
async fn the_first_administrator_needs_the_token_and_is_the_only_one() {
    let (_folder, engine) = empty().await;
    assert!(engine.setup_needed().await.unwrap());
    let token = engine.setup_token().await.unwrap().unwrap();
    assert_eq!(engine.setup_token().await.unwrap().as_ref(), Some(&token), "a restart shows the same token");
    let wrong = engine.create_first_admin("0000", "root", PASSWORD.into()).await.unwrap_err();
    assert_eq!(field(&wrong), Some("token"));
    let short = engine.create_first_admin(&token, "root", "short".into()).await.unwrap_err();
    assert_eq!(field(&short), Some("password"));

    let (one, two) = tokio::join!(
        engine.create_first_admin(&token, "root", PASSWORD.into()),
        engine.create_first_admin(&token, "other", PASSWORD.into()),
    );
    assert!(one.is_ok() ^ two.is_ok(), "{one:?} {two:?}");
    assert!(!engine.setup_needed().await.unwrap());
    assert_eq!(engine.setup_token().await.unwrap(), None);
    let late = engine.create_first_admin(&token, "late", PASSWORD.into()).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(_)), "{late:?}");
}

#[tokio::test]
async fn names_ignore_case_and_spaces_around_and_passwords_keep_theirs() {
    let place = place().await;
    place.engine.add_user(&place.admin, "  Anna ", Role::Viewer, " two  spaces at ends ".into()).await.unwrap();
    assert!(place.sign_in(" anna", " two  spaces at ends ").await.is_ok());
    assert!(matches!(place.sign_in("Anna", "two  spaces at ends").await, Err(Error::WrongCredentials)));
    let twice = place.engine.add_user(&place.admin, "ANNA", Role::Viewer, PASSWORD.into()).await.unwrap_err();
    assert_eq!(field(&twice), Some("name"));
}

#[tokio::test]
async fn an_unknown_user_a_disabled_one_and_a_wrong_password_look_alike() {
    let place = place().await;
    let anna = place.add("anna", Role::Viewer).await;
    place.engine.set_user_disabled(&place.admin, id_of(&anna), true).await.unwrap();
    // The first hash of the process makes the dummy; it is not measured.
    let _ = place.sign_in("warm-up", PASSWORD).await;
    let mut took = Vec::new();
    for (name, password) in [("nobody", PASSWORD), ("anna", PASSWORD), ("root", "wrong password")] {
        let started = Instant::now();
        assert!(matches!(place.sign_in(name, password).await, Err(Error::WrongCredentials)), "{name}");
        took.push(started.elapsed().as_secs_f64());
    }
    let (least, most) = (took.iter().copied().fold(f64::MAX, f64::min), took.iter().copied().fold(0.0, f64::max));
    assert!(most < least * 5.0, "{took:?}");
}

#[tokio::test]
async fn failures_make_the_account_wait_and_nobody_else() {
    let place = place().await;
    place.add("anna", Role::Viewer).await;
    let mut waits = None;
    for _ in 0..8 {
        if let Err(Error::Throttled { retry_after_s }) = place.sign_in("anna", "wrong password").await {
            waits = Some(retry_after_s);
            break;
        }
    }
    assert!(waits.is_some_and(|seconds| seconds >= 1));
    assert!(matches!(place.sign_in("ANNA ", PASSWORD).await, Err(Error::Throttled { .. })), "the right one waits, too");
    assert!(place.sign_in("root", PASSWORD).await.is_ok());
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert!(place.sign_in("anna", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_all_counted() {
    let place = place().await;
    let guesses = (0..20).map(|_| place.sign_in("root", "wrong password"));
    let answers = futures::future::join_all(guesses).await;
    let tried = answers.iter().filter(|answer| matches!(answer, Err(Error::WrongCredentials))).count();
    assert!(tried <= 5, "{tried} guesses were let in");
}

#[tokio::test]
async fn an_address_that_fails_at_many_accounts_waits_and_others_do_not() {
    let place = place().await;
    let mut was_stopped = false;
    for at in 0..30 {
        let answer = place.sign_in(&format!("user-{at}"), "wrong password").await;
        was_stopped |= matches!(answer, Err(Error::Throttled { .. }));
    }
    assert!(was_stopped);
    assert!(matches!(place.sign_in("root", PASSWORD).await, Err(Error::Throttled { .. })));
    let elsewhere: IpAddr = "2001:db8::1".parse().unwrap();
    assert_ne!(elsewhere, HOME);
    assert!(place.engine.sign_in("root", PASSWORD.into(), elsewhere).await.is_ok());
}

#[tokio::test]
async fn signing_in_makes_no_address_innocent() {
    let place = place().await;
    let guess = async |from: u32, to: u32| {
        for at in from..to {
            let answer = place.sign_in(&format!("user-{at}"), "wrong password").await;
            assert!(matches!(answer, Err(Error::WrongCredentials)), "{at}: {answer:?}");
        }
    };
    guess(0, 10).await;
    place.sign_in("root", PASSWORD).await.unwrap();
    guess(10, 16).await;
    assert!(matches!(place.sign_in("root", PASSWORD).await, Err(Error::Throttled { .. })), "16 guesses are 16");
}

#[tokio::test]
async fn signing_in_is_no_guess() {
    let place = place().await;
    for _ in 0..20 {
        place.sign_in("root", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn an_administrator_always_remains() {
    let place = place().await;
    let root = id_of(&place.admin);
    let demoted = place.engine.set_user_role(&place.admin, root, Role::Viewer).await;
    assert!(matches!(demoted, Err(Error::Conflict(_))), "{demoted:?}");
    let disabled = place.engine.set_user_disabled(&place.admin, root, true).await;
    assert!(matches!(disabled, Err(Error::Conflict(_))), "{disabled:?}");

    let anna = place.add("anna", Role::Admin).await;
    let (one, two) = tokio::join!(
        place.engine.set_user_role(&place.admin, id_of(&anna), Role::Viewer),
        place.engine.set_user_disabled(&anna, root, true),
    );
    assert!(one.is_ok() ^ two.is_ok(), "{one:?} {two:?}");
}

async fn session(place: &Place, user: &Actor, cookie: &str) -> SessionKey {
    let key = SessionKey::of(cookie);
    let record = SessionRecord {
        key,
        user: user.user_id(),
        data: b"{}".to_vec(),
        expires_at_ms: i64::MAX / 2,
        address: None,
        user_agent: None,
    };
    place.engine.create_session(record).await.unwrap();
    key
}

#[tokio::test]
async fn sessions_end_with_what_they_stood_for() {
    let place = place().await;
    let anna = place.add("anna", Role::Viewer).await;
    let engine = &place.engine;

    let key = session(&place, &anna, "a").await;
    assert!(engine.is_session_valid(key).await.unwrap());
    engine.set_user_role(&place.admin, id_of(&anna), Role::Manager).await.unwrap();
    assert!(!engine.is_session_valid(key).await.unwrap(), "a role was changed");

    let key = session(&place, &anna, "b").await;
    engine.reset_user_password(&place.admin, id_of(&anna)).await.unwrap();
    assert!(!engine.is_session_valid(key).await.unwrap(), "a password was reset");

    let key = session(&place, &anna, "c").await;
    engine.set_user_disabled(&place.admin, id_of(&anna), true).await.unwrap();
    assert!(!engine.is_session_valid(key).await.unwrap(), "a user was disabled");
    assert!(engine.session_user(id_of(&anna)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_revoked_session_is_not_written_back() {
    let place = place().await;
    let key = session(&place, &place.admin, "a").await;
    let record = place.engine.find_session(key).await.unwrap().unwrap();
    let own = place.engine.own_sessions(&place.admin, Some(key)).await.unwrap();
    assert!(own.len() == 1 && own[0].is_current);
    place.engine.revoke_session(&place.admin, &own[0].handle).await.unwrap();
    place.engine.update_session(record).await.unwrap();
    assert!(place.engine.find_session(key).await.unwrap().is_none());
}

#[tokio::test]
async fn changing_the_own_password_keeps_this_session_only() {
    let place = place().await;
    let (here, there) = (session(&place, &place.admin, "here").await, session(&place, &place.admin, "there").await);
    let change = |current: &str, new: &str| {
        place.engine.change_own_password(&place.admin, current.into(), new.into(), Some(here))
    };
    assert_eq!(field(&change("wrong password", "another password").await.unwrap_err()), Some("current"));
    assert_eq!(field(&change(PASSWORD, PASSWORD).await.unwrap_err()), Some("new"));
    assert_eq!(field(&change(PASSWORD, "short").await.unwrap_err()), Some("new"));
    change(PASSWORD, "another password").await.unwrap();
    assert!(place.engine.is_session_valid(here).await.unwrap());
    assert!(!place.engine.is_session_valid(there).await.unwrap());
    assert!(place.sign_in("root", "another password").await.is_ok());
}

#[tokio::test]
async fn a_one_time_password_has_to_be_changed() {
    let place = place().await;
    let anna = place.add("anna", Role::Viewer).await;
    let password = place.engine.reset_user_password(&place.admin, id_of(&anna)).await.unwrap();
    let signed_in = place.sign_in("anna", &password).await.unwrap();
    assert!(place.engine.current_user(&signed_in).await.unwrap().must_change_password);
    place.engine.change_own_password(&signed_in, password.into(), PASSWORD.into(), None).await.unwrap();
    assert!(!place.engine.current_user(&signed_in).await.unwrap().must_change_password);
}

#[tokio::test]
async fn preferences_are_kept_within_bounds() {
    let place = place().await;
    let mut preferences = Preferences { theme: Theme::Dark, ..Preferences::default() };
    preferences.columns.insert("vm".into(), vec!["name".into(); 1_000]);
    place.engine.change_preferences(&place.admin, |kept| *kept = preferences).await.unwrap();
    let kept = place.engine.current_user(&place.admin).await.unwrap().preferences;
    assert_eq!((kept.theme, kept.columns["vm"].len()), (Theme::Dark, 64));
}

#[tokio::test]
async fn preferences_that_change_at_the_same_moment_are_all_kept() {
    let place = place().await;
    let tables: Vec<String> = (0..12).map(|at| format!("table-{at}")).collect();
    let choose = |table: &String| {
        let table = table.clone();
        place.engine.change_preferences(&place.admin, move |kept| drop(kept.columns.insert(table, vec!["name".into()])))
    };
    let darken = place.engine.change_preferences(&place.admin, |kept| kept.theme = Theme::Dark);
    let (chosen, darkened) = futures::future::join(futures::future::join_all(tables.iter().map(choose)), darken).await;
    assert!(darkened.is_ok() && chosen.iter().all(Result::is_ok));
    let kept = place.engine.current_user(&place.admin).await.unwrap().preferences;
    assert_eq!((kept.theme, kept.columns.len()), (Theme::Dark, tables.len()));
}
