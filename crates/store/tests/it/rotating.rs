//! Replacing the key that seals passwords: at no moment is there one that nothing opens.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use model::{ids::SourceId, source::SourceSettings};
use secrecy::{ExposeSecret, SecretString};
use store::{
    Database, Options, StoreError, sources,
    sources::Rescheduling,
    vault::{Key, Rotation, Vault, VaultError},
};
use tokio::time::sleep;

use crate::stores::{self, Store, on_both};

on_both!(
    every_password_is_sealed_anew_and_the_file_replaced,
    a_rotation_that_is_cut_off_loses_nothing_and_is_taken_up_again,
    what_is_saved_while_keys_are_replaced_is_kept,
    a_password_that_cannot_be_opened_keeps_both_keys,
    a_process_that_is_killed_in_a_rotation_loses_nothing,
);

/// A key in a file of its own, and sources whose passwords it seals.
struct Sealed {
    store: Store,
    folder: tempfile::TempDir,
    passwords: Vec<(SourceId, SourceSettings, String)>,
}

impl Sealed {
    async fn with(store: Store, count: usize) -> Self {
        let mut sealed = Self { store, folder: tempfile::tempdir().unwrap(), passwords: Vec::new() };
        Key::load_or_create(&sealed.key()).unwrap();
        for _ in 0..count {
            sealed.add().await;
        }
        sealed
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("secret.key")
    }

    fn vault(&self) -> Vault {
        Vault::from_env_or_file(None, &self.key()).unwrap()
    }

    async fn add(&mut self) {
        let settings = stores::settings(&format!("vc{}", self.passwords.len()));
        let password = format!(" pässword {} ", self.passwords.len());
        let secret = SecretString::from(password.as_str());
        let id = sources::insert(&self.store.db, &self.vault(), &settings, Some(&secret), 1).await.unwrap();
        self.passwords.push((id, settings, password));
    }

    /// Somebody changes the first password and adds a source.
    async fn go_on_working(&mut self) {
        let (id, settings, password) = &mut self.passwords[0];
        password.push('!');
        let (vault, secret) = (Vault::in_file(&self.folder.path().join("secret.key")), password.as_str().into());
        let keep = Rescheduling::Keep;
        sources::update(&self.store.db, &vault, *id, settings, Some(&secret), keep).await.unwrap();
        self.add().await;
    }

    async fn assert_all_open(&self, when: &str) {
        for (id, _, password) in &self.passwords {
            let opened = sources::password(&self.store.db, &self.vault(), *id).await;
            let opened = opened.unwrap_or_else(|error| panic!("{when}: {error:?}")).unwrap();
            assert_eq!(opened.expose_secret(), password, "{when}");
        }
    }

    async fn rotate(&self) -> Result<u64, StoreError> {
        sources::rotate_key_file(&self.store.db, &self.key()).await
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

async fn every_password_is_sealed_anew_and_the_file_replaced(store: Store) {
    let sealed = Sealed::with(store, 3).await;
    let old = Key::load(&sealed.key()).unwrap();
    // A server that runs meanwhile.
    let running = sealed.vault();
    assert_eq!(sealed.rotate().await.unwrap(), 3);
    sealed.assert_all_open("after").await;
    let id = sealed.passwords[0].0;
    let with_old = sources::password(&sealed.store.db, &Vault::open(&old), id).await;
    assert!(matches!(with_old, Err(StoreError::Vault(VaultError::OtherKey))), "the old key opens nothing");
    assert!(sources::password(&sealed.store.db, &running, id).await.is_ok(), "who runs takes the new one");
    assert_eq!(sealed.files(), ["secret.key"]);
    assert_eq!(std::fs::metadata(sealed.key()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(sealed.rotate().await.unwrap(), 3, "as often as one likes");
    sealed.assert_all_open("after another one").await;
}

async fn a_rotation_that_is_cut_off_loses_nothing_and_is_taken_up_again(store: Store) {
    let mut sealed = Sealed::with(store, 3).await;
    for steps in 0..4 {
        let rotation = Rotation::begin(&sealed.key()).unwrap();
        assert!(matches!(Rotation::begin(&sealed.key()), Err(VaultError::Rotating)), "one at a time");
        if steps >= 1 {
            // As far as the first password, and taken back.
            let (old, new) = (sealed.vault(), rotation.next());
            let cut = sources::rotate(&sealed.store.db, &old, &new);
            let _ = tokio::time::timeout(Duration::from_millis(1), cut).await;
            sealed.assert_all_open("while it is sealed").await;
            sealed.go_on_working().await;
        }
        if steps >= 2 {
            sources::rotate(&sealed.store.db, &sealed.vault(), &rotation.next()).await.unwrap();
            sealed.assert_all_open("between database and file").await;
            sealed.go_on_working().await;
        }
        if steps >= 3 {
            rotation.put_in_place().unwrap();
            assert_eq!(sealed.files(), ["secret.key", "secret.key.old"]);
        }
        drop(rotation);
        assert_eq!(sources::is_key_rotating(&sealed.key()), steps < 3);
        sealed.assert_all_open("after it was cut off").await;
        sealed.go_on_working().await;
        sealed.assert_all_open("after more was sealed").await;
        assert_eq!(sealed.rotate().await.unwrap(), sealed.passwords.len() as u64);
        sealed.assert_all_open("after it was taken up").await;
        assert_eq!(sealed.files(), ["secret.key"]);
    }
}

async fn what_is_saved_while_keys_are_replaced_is_kept(store: Store) {
    let mut sealed = Sealed::with(store, 10).await;
    let (db, key) = (sealed.store.db.clone(), sealed.key());
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let rotating = tokio::spawn(async move {
        let mut rotated = 0;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            sources::rotate_key_file(&db, &key).await.unwrap();
            rotated += 1;
        }
        rotated
    });
    for _ in 0..20 {
        sealed.go_on_working().await;
        sealed.assert_all_open("meanwhile").await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(rotating.await.unwrap() > 1);
    sealed.assert_all_open("in the end").await;
}

async fn a_password_that_cannot_be_opened_keeps_both_keys(store: Store) {
    let mut sealed = Sealed::with(store, 2).await;
    let foreign = Vault::open(&Key::generate());
    let lost = stores::settings("lost");
    let secret = SecretString::from("x");
    let id = sources::insert(&sealed.store.db, &foreign, &lost, Some(&secret), 1).await.unwrap();
    let refused = sealed.rotate().await.unwrap_err();
    assert!(matches!(&refused, StoreError::Secret { name, .. } if name == "lost"), "{refused:?}");
    sealed.assert_all_open("after it was refused").await;
    sealed.go_on_working().await;
    sources::update(&sealed.store.db, &sealed.vault(), id, &lost, Some(&secret), Rescheduling::Keep).await.unwrap();
    assert_eq!(sealed.rotate().await.unwrap(), 4);
    sealed.assert_all_open("after it was entered again").await;
}

/// Run by the test below in a process of its own, which is killed while it replaces one key after another.
#[tokio::test]
async fn child_that_rotates() {
    let (Ok(url), Ok(key)) = (std::env::var("IROA_TEST_ROTATE_URL"), std::env::var("IROA_TEST_ROTATE_KEY")) else {
        return;
    };
    let db = Database::open(&url, Options::default()).await.unwrap();
    let parent = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == parent {
        sources::rotate_key_file(&db, Path::new(&key)).await.unwrap();
    }
}

async fn a_process_that_is_killed_in_a_rotation_loses_nothing(store: Store) {
    let mut sealed = Sealed::with(store, 20).await;
    let mut cut_off = 0;
    for round in 0..12_u64 {
        let before = std::fs::read(sealed.key()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "rotating::child_that_rotates"])
            .env("IROA_TEST_ROTATE_URL", &sealed.store.url)
            .env("IROA_TEST_ROTATE_KEY", sealed.key())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while std::fs::read(sealed.key()).unwrap() == before {
            assert!(since.elapsed() < Duration::from_mins(1), "the child does not rotate");
            sleep(Duration::from_millis(5)).await;
        }
        // Anywhere in the next ones.
        sleep(Duration::from_micros(700 * round)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        cut_off += u32::from(sealed.files().len() > 1);
        sealed.assert_all_open("after the kill").await;
        sealed.go_on_working().await;
        sealed.assert_all_open("after the kill and more").await;
    }
    assert!(cut_off > 0, "no kill came in the middle");
    assert_eq!(sealed.rotate().await.unwrap(), sealed.passwords.len() as u64);
    sealed.assert_all_open("in the end").await;
}
