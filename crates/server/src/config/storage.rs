//! DATA_DIR and DATABASE_URL: where things are kept.

use super::{ConfigError, source::Sources};
use std::path::PathBuf;

/// Where things are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The folder of all that is not named otherwise.
    pub data_dir: PathBuf,
    /// The file of the SQLite database.
    pub database: PathBuf,
}

impl Storage {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let data_dir = PathBuf::from(sources.get_or_default("DATA_DIR").text);
        let database = match sources.get("DATABASE_URL") {
            None => data_dir.join("switchboard.db"),
            Some(given) => match given.text.split_once("://") {
                Some(("sqlite", path)) if !path.is_empty() && !path.contains('?') => PathBuf::from(path),
                Some(("postgres" | "postgresql", _)) => {
                    return Err(given.bad("PostgreSQL comes later; use sqlite://<path> or leave it unset"));
                }
                // The value is not shown: it may hold a password.
                _ => return Err(given.bad("the value is not sqlite://<path>")),
            },
        };
        Ok(Self { data_dir, database })
    }
}
