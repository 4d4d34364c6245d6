//! The vault's key: 32 random bytes, written in base64, from the environment or from a file of mode 0600.

use std::{
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::VaultError;

const BYTES: usize = 32;

/// Has neither `Debug` nor `Serialize`, and is wiped when dropped.
pub struct Key(SecretBox<[u8; BYTES]>);

impl Key {
    pub fn generate() -> Self {
        Self(SecretBox::new(Box::new(rand::random())))
    }

    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| VaultError::BadKey)?;
        let bytes: [u8; BYTES] = bytes.try_into().map_err(|_| VaultError::BadKey)?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// The text form, for the file.
    pub fn encode(&self) -> SecretString {
        SecretString::from(STANDARD.encode(self.bytes()))
    }

    /// Reads the file, or makes one with a new key. Two processes that start together end up with the same key.
    pub fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        match Self::load(path) {
            Err(VaultError::KeyFile { source, .. }) if source.kind() == ErrorKind::NotFound => Self::create(path),
            loaded => loaded,
        }
    }

    pub fn load(path: &Path) -> Result<Self, VaultError> {
        let failed = |source| VaultError::KeyFile { path: path.display().to_string(), source };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyFileMode { path: path.display().to_string() });
        }
        Self::parse(&text)
    }

    /// Writes a complete file under another name and links it to its place, so that no reader meets half a key and an
    /// existing key is never replaced.
    fn create(path: &Path) -> Result<Self, VaultError> {
        let failed = |source| VaultError::KeyFile { path: path.display().to_string(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        let key = Self::generate();
        let draft = path.with_extension(format!("new-{:016x}", rand::random::<u64>()));
        let written =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
                file.write_all(key.encode().expose_secret().as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            });
        let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
        let _ = std::fs::remove_file(&draft);
        match linked {
            Ok(()) => super::rotation::sync_folder(path).map(|()| key),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) fn bytes(&self) -> &[u8; BYTES] {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/iroa.key");
        let made = Key::load_or_create(&path).unwrap();
        let read = Key::load_or_create(&path).unwrap();
        assert_eq!(made.bytes(), read.bytes());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let parent = path.parent().unwrap();
        assert_eq!(std::fs::metadata(parent).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_dir(parent).unwrap().count(), 1, "the draft is gone");
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("iroa.key");
        Key::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Key::load(&path), Err(VaultError::KeyFileMode { .. })));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(matches!(Key::parse("c2hvcnQ="), Err(VaultError::BadKey)));
    }
}
