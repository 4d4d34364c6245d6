//! One server on one SQLite file: the lock that says so. PostgreSQL is shared by any number of servers.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    path::Path,
};

use anyhow::{Context as _, bail};

/// Held as long as the server runs; the operating system gives it back however that ends.
pub(crate) struct Sole {
    _lock: File,
}

/// Takes the lock beside a database file, making its folder where absent. An error where another server holds it.
pub(crate) fn lock(database: &Path) -> anyhow::Result<Sole> {
    let mut path = database.as_os_str().to_owned();
    // `.lock` is what migrations hold.
    path.push(".serving");
    let path = Path::new(&path);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut private = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
        private
            .recursive(true)
            .create(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Sole { _lock: file }),
        Err(TryLockError::WouldBlock) => {
            bail!("another IROA serves {} already; several servers need PostgreSQL (database_url)", database.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("new").join("iroa.db");
        let first = lock(&database).unwrap();
        let refusal = lock(&database).err().unwrap().to_string();
        assert!(refusal.contains("another IROA serves"), "{refusal}");
        drop(first);
        lock(&database).unwrap();
    }
}
