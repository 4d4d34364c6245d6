//! Replacing the key in a file so that no moment leaves secrets behind that nothing opens.
//!
//! 1. The next key is written beside the present one (`secret.key.next`) and is on the disk before anything is sealed with it.
//!    From then on it seals, and both open.
//! 2. All secrets are sealed again in one transaction (`sources::rotate`).
//! 3. The next key takes the place of the present one, which stays as `secret.key.old` until all secrets were opened.
//!
//! Cut off anywhere, it is taken up again with the same next key.

use std::{
    fs::{self, File, TryLockError},
    io::{Error, ErrorKind},
    path::{Path, PathBuf},
};

use super::{Key, Vault, VaultError};

/// A rotation under way. One at a time on a machine.
pub struct Rotation {
    file: PathBuf,
    next: Key,
    /// The folder, locked. The operating system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Rotation {
    /// Makes the next key, or takes up a rotation that was cut off.
    pub fn begin(file: &Path) -> Result<Self, VaultError> {
        let folder = folder(file);
        let lock = File::open(folder).map_err(failed(folder))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(VaultError::Rotating),
            Err(TryLockError::Error(error)) => return Err(failed(folder)(error)),
        }
        // There has to be a key to replace.
        Key::load(file)?;
        let next = Key::load_or_create(&beside(file, "next"))?;
        Ok(Self { file: file.to_owned(), next, _lock: lock })
    }

    /// Seals with the next key alone.
    pub fn next(&self) -> Vault {
        Vault::open(&self.next)
    }

    /// The next key becomes the key; everything must have been sealed with it.
    pub fn put_in_place(&self) -> Result<(), VaultError> {
        let (next, old) = (beside(&self.file, "next"), beside(&self.file, "old"));
        remove(&old)?;
        fs::hard_link(&self.file, &old).map_err(failed(&old))?;
        sync_folder(&self.file)?;
        fs::rename(&next, &self.file).map_err(failed(&self.file))?;
        sync_folder(&self.file)
    }

    /// Everything was opened with the new key: nobody needs the old one.
    pub fn forget_old(self) -> Result<(), VaultError> {
        remove(&beside(&self.file, "old"))
    }
}

/// True where a rotation is under way or was cut off.
pub(crate) fn is_pending(file: &Path) -> bool {
    beside(file, "next").exists()
}

/// The keys that open, the one that seals first.
pub(super) fn keys(file: &Path) -> Result<Vec<Key>, VaultError> {
    // In this order: where the next key has just taken its place, it is read as the key.
    let next = match Key::load(&beside(file, "next")) {
        Err(VaultError::KeyFile { source, .. }) if source.kind() == ErrorKind::NotFound => None,
        loaded => Some(loaded?),
    };
    Ok(next.into_iter().chain([Key::load(file)?]).collect())
}

/// On the disk, not only in the memory of the operating system.
pub(super) fn sync_folder(file: &Path) -> Result<(), VaultError> {
    let folder = folder(file);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

fn remove(file: &Path) -> Result<(), VaultError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(file)(error)),
        _ => Ok(()),
    }
}

/// `secret.key.next` beside `secret.key`.
fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn failed(path: &Path) -> impl FnOnce(Error) -> VaultError {
    let path = path.display().to_string();
    move |source| VaultError::KeyFile { path, source }
}
