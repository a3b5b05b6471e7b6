//! One server a folder: a lock that ends with the process.

use crate::config::Storage;
use anyhow::{Context, Result};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::PathBuf,
};

/// Held by the server, and by commands that write, for as long as they run.
pub struct Lock {
    _files: Vec<File>,
}

impl Lock {
    /// Takes the lock. None: somebody has it.
    ///
    /// # Errors
    /// The folder can't be made or the file not be opened.
    pub fn take(storage: &Storage) -> Result<Option<Self>> {
        let mut files = Vec::new();
        for path in paths(storage) {
            let file = open(&path).with_context(|| format!("{} can't be opened", path.display()))?;
            match file.try_lock() {
                Ok(()) => files.push(file),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("{} can't be locked", path.display()));
                }
            }
        }
        Ok(Some(Self { _files: files }))
    }
}

/// The folder's, and the database's own if it lies elsewhere.
fn paths(storage: &Storage) -> Vec<PathBuf> {
    let mut paths = vec![storage.data_dir.join("switchboard.lock")];
    if storage.database.parent() != Some(&storage.data_dir) {
        let mut name = storage.database.clone().into_os_string();
        name.push(".lock");
        paths.push(name.into());
    }
    paths
}

fn open(path: &PathBuf) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_holds_it_and_the_next_waits_for_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let storage = |data: &str, database: &str| Storage {
            data_dir: dir.path().join(data),
            database: dir.path().join(database),
        };
        let held = Lock::take(&storage("a", "a/x.db")).unwrap().unwrap();
        assert!(Lock::take(&storage("a", "y.db")).unwrap().is_none(), "the same folder");
        let elsewhere = Lock::take(&storage("b", "shared.db")).unwrap().unwrap();
        assert!(Lock::take(&storage("c", "shared.db")).unwrap().is_none(), "the same database");
        drop((held, elsewhere));
        assert!(Lock::take(&storage("a", "shared.db")).unwrap().is_some());
    }
}
