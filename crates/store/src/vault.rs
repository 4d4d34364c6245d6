//! Sealing of secrets at rest, and where the keys for it come from: given, or in a file that is read anew each time, so that
//! a key that is replaced (`rotation`) holds at once in every process on this machine.

mod key;
mod rotation;
mod sealer;

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

pub use key::Key;
pub use rotation::Rotation;
pub(crate) use rotation::is_pending as is_rotating;
use sealer::Sealer;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Most often: the database was moved without its key file, or `IROA_SECRET_KEY` changed.
    #[error("it was sealed with another key; restore the key file or IROA_SECRET_KEY, or enter the secret again")]
    OtherKey,
    #[error("it is damaged or belongs to something else")]
    Damaged,
    #[error("a key is 32 bytes in base64, for example from `openssl rand -base64 32`")]
    BadKey,
    #[error("the key file {path} cannot be used")]
    KeyFile {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the key file {path} can be read by others; its mode must be 0600")]
    KeyFileMode { path: String },
    #[error("another process is replacing the key")]
    Rotating,
}

/// Seals and opens. Has no `Debug` that could show a key.
#[derive(Clone)]
pub struct Vault(Keys);

#[derive(Clone)]
enum Keys {
    /// The first one seals, all of them open.
    Given(Vec<Sealer>),
    File(PathBuf),
}

impl Vault {
    pub fn open(key: &Key) -> Self {
        Self(Keys::Given(vec![Sealer::open(key)]))
    }

    /// Seals with the new key and opens what either has sealed.
    pub fn replacing(old: &Key, new: &Key) -> Self {
        Self(Keys::Given(vec![Sealer::open(new), Sealer::open(old)]))
    }

    /// The key is in a file, and in another one beside it while it is replaced.
    pub fn in_file(file: &Path) -> Self {
        Self(Keys::File(file.to_owned()))
    }

    /// The key from `environment` (the value of `IROA_SECRET_KEY`), or from the file, which is made where absent.
    pub fn from_env_or_file(environment: Option<&SecretString>, file: &Path) -> Result<Self, VaultError> {
        match environment {
            Some(text) => Ok(Self::open(&Key::parse(text.expose_secret())?)),
            None => Key::load_or_create(file).map(|_| Self::in_file(file)),
        }
    }

    /// Seals for one place: `aad` names the row and field, and the secret opens nowhere else.
    ///
    /// Call it when the transaction that stores the secret has begun to write: a rotation that waits for it will find what
    /// was sealed, and one that has committed has left the key that this takes.
    pub fn seal(&self, plaintext: &SecretString, aad: &str) -> Result<Vec<u8>, VaultError> {
        let sealers = self.sealers()?;
        sealers.first().ok_or(VaultError::BadKey)?.seal(plaintext, aad)
    }

    pub fn unseal(&self, sealed: &[u8], aad: &str) -> Result<SecretString, VaultError> {
        for sealer in self.sealers()? {
            match sealer.unseal(sealed, aad) {
                Err(VaultError::OtherKey) => {}
                opened => return opened,
            }
        }
        Err(VaultError::OtherKey)
    }

    fn sealers(&self) -> Result<Vec<Sealer>, VaultError> {
        match &self.0 {
            Keys::Given(sealers) => Ok(sealers.clone()),
            Keys::File(file) => Ok(rotation::keys(file)?.iter().map(Sealer::open).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::open(&Key::generate())
    }

    #[test]
    fn what_is_sealed_opens_with_every_character_kept() {
        let vault = vault();
        let secret = SecretString::from("  pässwörd \u{0} ");
        let sealed = vault.seal(&secret, "source:1").unwrap();
        assert_eq!(vault.unseal(&sealed, "source:1").unwrap().expose_secret(), secret.expose_secret());
        assert_ne!(sealed, vault.seal(&secret, "source:1").unwrap(), "no two seals are the same");
    }

    #[test]
    fn a_secret_moved_to_another_row_does_not_open() {
        let vault = vault();
        let sealed = vault.seal(&SecretString::from("secret"), "source:1").unwrap();
        assert!(matches!(vault.unseal(&sealed, "source:2"), Err(VaultError::Damaged)));
    }

    #[test]
    fn a_wrong_key_is_told_from_damage() {
        let sealed = vault().seal(&SecretString::from("secret"), "source:1").unwrap();
        assert!(matches!(vault().unseal(&sealed, "source:1"), Err(VaultError::OtherKey)));
    }

    #[test]
    fn what_the_old_key_sealed_opens_while_the_new_one_seals() {
        let (old, new) = (Key::generate(), Key::generate());
        let both = Vault::replacing(&old, &new);
        let secret = SecretString::from("secret");
        let before = Vault::open(&old).seal(&secret, "source:1").unwrap();
        assert!(both.unseal(&before, "source:1").is_ok());
        let after = both.seal(&secret, "source:1").unwrap();
        assert!(Vault::open(&new).unseal(&after, "source:1").is_ok());
        assert!(matches!(Vault::open(&old).unseal(&after, "source:1"), Err(VaultError::OtherKey)));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let vault = vault();
        let sealed = vault.seal(&SecretString::from("secret"), "source:1").unwrap();
        for at in 0..sealed.len() {
            let mut tampered = sealed.clone();
            tampered[at] ^= 1;
            assert!(vault.unseal(&tampered, "source:1").is_err(), "byte {at}");
        }
        assert!(vault.unseal(&sealed[..10], "source:1").is_err());
    }
}
