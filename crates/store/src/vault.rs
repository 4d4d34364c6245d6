//! Sealing of secrets at rest: XChaCha20-Poly1305, the row's identity as associated data.
//!
//! A sealed secret is `format (1 byte) | key id (4 bytes) | nonce (24 bytes) | ciphertext and tag`. The key id tells a wrong
//! key from a damaged secret, and an old key from the present one while keys are rotated.

mod key;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

pub use key::Key;

const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

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
}

/// Seals and opens with one key. Has no `Debug` that could show it.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
}

impl Vault {
    pub fn open(key: &Key) -> Self {
        let cipher = XChaCha20Poly1305::new(key.bytes().into());
        let mut key_id = [0; KEY_ID_BYTES];
        // A digest under a name of its own, so that it tells nothing about the key.
        let digest = Sha256::new().chain_update(b"iroa vault key id").chain_update(key.bytes()).finalize();
        key_id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        Self { cipher, key_id }
    }

    /// The key from `environment` (the value of `IROA_SECRET_KEY`), or from the file, which is made where absent.
    pub fn from_env_or_file(environment: Option<&SecretString>, file: &std::path::Path) -> Result<Self, VaultError> {
        let key = match environment {
            Some(text) => Key::parse(text.expose_secret())?,
            None => Key::load_or_create(file)?,
        };
        Ok(Self::open(&key))
    }

    /// Seals for one place: `aad` names the row and field, and the secret opens nowhere else.
    pub fn seal(&self, plaintext: &SecretString, aad: &str) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.push(FORMAT);
        head.extend_from_slice(&self.key_id);
        let bound = [head.as_slice(), aad.as_bytes()].concat();
        let payload = Payload { msg: plaintext.expose_secret().as_bytes(), aad: &bound };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
        Ok([head, nonce.to_vec(), sealed].concat())
    }

    pub fn unseal(&self, sealed: &[u8], aad: &str) -> Result<SecretString, VaultError> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD_BYTES).ok_or(VaultError::Damaged)?;
        let (prefix, nonce) = head.split_at(1 + KEY_ID_BYTES);
        if prefix[0] != FORMAT {
            return Err(VaultError::Damaged);
        }
        if prefix[1..] != self.key_id {
            return Err(VaultError::OtherKey);
        }
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| VaultError::Damaged)?;
        let bound = [prefix, aad.as_bytes()].concat();
        let plain = self
            .cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &bound })
            .map_err(|_| VaultError::Damaged)?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| VaultError::Damaged)
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
