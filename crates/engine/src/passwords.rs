//! Passwords: which ones are taken, how they are hashed and compared. Nothing here knows users or the database.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use model::account::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// One hash takes 19 MiB and some 20 ms of a core: a crowd that signs in at once must not take all of either.
const PARALLEL_HASHES: usize = 4;

/// Hashes and verifies with Argon2id (19 MiB, 2 passes, 1 lane: the OWASP minimum and the crate's default), on threads
/// that may block.
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    /// What is verified against where there is no user, so that the answer takes as long.
    nobody: tokio::sync::OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(PARALLEL_HASHES)), nobody: tokio::sync::OnceCell::new() }
    }

    /// The PHC string of a password, with a salt of its own.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String> {
        self.apart(move || {
            let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(error.to_string()))
        })
        .await
    }

    /// Compares with a user's hash; without one it takes the same time and is false.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool> {
        let exists = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobody.get_or_try_init(|| self.hash("nobody's password".into())).await?.clone(),
        };
        let matches = self
            .apart(move || {
                let parsed = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
                Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(exists && matches)
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            // Held by the work and not by the asker, who may be gone: work that was begun counts.
            drop(place);
            result
        });
        done.await.map_err(Error::internal)?
    }
}

/// Refuses passwords that are too short, too long or trivial. `field` is the form's field.
pub(crate) fn check(field: &str, password: &SecretString, user_name: &str) -> Result<()> {
    let text = password.expose_secret();
    let chars = text.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(Error::invalid(field, format!("the password needs at least {PASSWORD_MIN_CHARS} characters")));
    }
    if text.len() > PASSWORD_MAX_BYTES {
        return Err(Error::invalid(field, format!("the password is longer than {PASSWORD_MAX_BYTES} bytes")));
    }
    let first = text.chars().next();
    let is_trivial = text.chars().all(|c| Some(c) == first)
        || text.to_lowercase() == user_name.to_lowercase()
        || is_common(&text.to_lowercase(), &user_name.to_lowercase())
        || "0123456789012345678901234567890".contains(text)
        || "abcdefghijklmnopqrstuvwxyz".contains(&text.to_lowercase());
    if is_trivial {
        return Err(Error::invalid(
            field,
            "this password is too easy to guess: it is little more than a common word or your name; several words make a good one",
        ));
    }
    Ok(())
}

/// What the commonest passwords are made of (the heads of the published lists of leaked ones, and what is usual in data
/// centres). Whoever guesses tries these with digits and signs around them first.
const COMMON: [&str; 41] = [
    "password",
    "passwort",
    "passw",
    "qwertyuiop",
    "qwertzuiop",
    "qwerty",
    "qwertz",
    "asdfghjkl",
    "asdfgh",
    "yxcvbnm",
    "zxcvbnm",
    "qazwsx",
    "letmein",
    "welcome",
    "willkommen",
    "changeme",
    "default",
    "secret",
    "master",
    "administrator",
    "admin",
    "root",
    "user",
    "test",
    "guest",
    "iloveyou",
    "princess",
    "sunshine",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "superman",
    "batman",
    "summer",
    "winter",
    "spring",
    "autumn",
    "vmware",
    "vcenter",
    "iroa",
];
/// Letters besides common words that make a password of its own.
const OWN_LETTERS_MIN: usize = 4;

/// Digits and signs around common words and the user's name, with the usual signs in the place of letters, and nothing else.
fn is_common(text: &str, user_name: &str) -> bool {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    let mut rest: String = core
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            c => c,
        })
        .collect();
    let name = Some(user_name).filter(|name| name.chars().count() >= 3);
    for word in name.into_iter().chain(COMMON) {
        rest = rest.replace(word, " ");
    }
    rest.chars().filter(|c| c.is_alphabetic()).count() < OWN_LETTERS_MIN && rest != core
}

/// A password to be read out or copied once: 20 characters without look-alikes, 100 bits.
pub(crate) fn one_time() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut text = String::with_capacity(24);
    for at in 0..20 {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash(" correct horse ".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(" correct horse ".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), Some(hash)).await.unwrap(), "spaces belong to a password");
        assert!(!passwords.verify("nobody's password".into(), None).await.unwrap());
    }

    #[test]
    fn length_counts_in_characters() {
        assert!(check("password", &"äöüäöüäöüäö".into(), "anna").is_err());
        assert!(check("password", &"äöüäöüäöüäöü".into(), "anna").is_ok());
        assert!(check("password", &"            ".into(), "anna").is_err());
        assert!(check("password", &"Anna.Schmidt".into(), "anna.schmidt").is_err());
        for easy in
            ["password1234", "P@ssw0rd2026!", "adminadmin12", "1qwertyuiop1", "anna.schmidt99", "Welcome-2026!!"]
        {
            assert!(check("password", &easy.into(), "anna.schmidt").is_err(), "{easy}");
        }
        for good in ["correct horse admin", "a long enough password", "730518294617", "tr0ub4dor&3xyz"] {
            assert!(check("password", &good.into(), "anna.schmidt").is_ok(), "{good}");
        }
        assert!(check("password", &"x1".repeat(600).as_str().into(), "anna").is_err());
    }

    #[test]
    fn one_time_passwords_are_long_and_differ() {
        assert_eq!(one_time().len(), 23);
        assert_ne!(one_time(), one_time());
    }
}
