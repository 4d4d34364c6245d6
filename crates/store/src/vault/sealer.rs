//! Sealing with one key: XChaCha20-Poly1305, the row's identity as associated data.
//!
//! A sealed secret is `format (1 byte) | key id (4 bytes) | nonce (24 bytes) | ciphertext and tag`. The key id tells a wrong
//! key from a damaged secret, and an old key from the present one while keys are rotated.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{Key, VaultError};

const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// Seals and opens with one key. Has no `Debug` that could show it.
#[derive(Clone)]
pub(super) struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
}

impl Sealer {
    pub(super) fn open(key: &Key) -> Self {
        let cipher = XChaCha20Poly1305::new(key.bytes().into());
        let mut key_id = [0; KEY_ID_BYTES];
        // A digest under a name of its own, so that it tells nothing about the key.
        let digest = Sha256::new().chain_update(b"iroa vault key id").chain_update(key.bytes()).finalize();
        key_id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        Self { cipher, key_id }
    }

    pub(super) fn seal(&self, plaintext: &SecretString, aad: &str) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.push(FORMAT);
        head.extend_from_slice(&self.key_id);
        let bound = [head.as_slice(), aad.as_bytes()].concat();
        let payload = Payload { msg: plaintext.expose_secret().as_bytes(), aad: &bound };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
        Ok([head, nonce.to_vec(), sealed].concat())
    }

    pub(super) fn unseal(&self, sealed: &[u8], aad: &str) -> Result<SecretString, VaultError> {
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
