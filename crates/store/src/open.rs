//! Opening the database: the file, its settings, its schema.

use rusqlite::{Connection, ErrorCode, OptionalExtension, config::DbConfig};
use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where the store is and how it works.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database file. Its folder must exist; beside it SQLite keeps two more files while it is open.
    pub path: PathBuf,
    /// How many threads read.
    pub readers: usize,
    /// How many writes share a transaction at most.
    pub max_batch: usize,
    /// How long to wait for another process that holds the database before a batch is refused.
    pub busy_timeout: Duration,
}

impl Options {
    /// The defaults, for a database at that path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: 2, max_batch: 1024, busy_timeout: Duration::from_secs(5) }
    }
}

/// The store can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file can't be made or opened for reading and writing.
    #[error("can't open the database {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{path} is not a database")]
    NotADatabase {
        /// Which file.
        path: PathBuf,
    },
    /// A newer Switchboard has worked on it.
    #[error("the database {path} has schema {found}, this program knows {known}: use the newer program that wrote it")]
    NewerSchema {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// Another process holds it.
    #[error("another process holds the database {path}")]
    Busy {
        /// Which file.
        path: PathBuf,
    },
    /// The schema can't be brought up to date.
    #[error("can't bring the database {path} up to date: {source}")]
    Migration {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: Box<refinery::Error>,
    },
    /// SQLite says no.
    #[error("can't use the database {path}: {source}")]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The machine gives no thread.
    #[error("can't start a thread of the store: {0}")]
    Thread(io::Error),
}

mod migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Statements that stay prepared, of all kinds.
const KEPT_STATEMENTS: usize = 128;

/// What the log is cut back to after it had to grow, in bytes.
const LOG_LIMIT: i64 = 64 << 20;

/// Opens the database for the writer: makes the file, readable by its owner alone, and brings its schema up to date.
pub(crate) fn writer(options: &Options) -> Result<Connection, OpenError> {
    make_file(&options.path).map_err(|source| OpenError::File { path: options.path.clone(), source })?;
    let mut conn = connect(options)?;
    // the first to touch the file finds out whether it is a database
    conn.pragma_update(None, "journal_mode", "WAL").map_err(|error| explain(&options.path, error))?;
    conn.pragma_update(None, "synchronous", "FULL").map_err(|error| explain(&options.path, error))?;
    conn.pragma_update(None, "journal_size_limit", LOG_LIMIT).map_err(|error| explain(&options.path, error))?;
    migrate(&mut conn, &options.path)?;
    Ok(conn)
}

/// Opens the database for a reader, which can't write.
pub(crate) fn reader(options: &Options) -> Result<Connection, OpenError> {
    let conn = connect(options)?;
    conn.pragma_update(None, "query_only", true).map_err(|error| explain(&options.path, error))?;
    Ok(conn)
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut open = OpenOptions::new();
    open.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop)
}

fn connect(options: &Options) -> Result<Connection, OpenError> {
    let open = || {
        let conn = Connection::open(&options.path)?;
        conn.busy_timeout(options.busy_timeout)?;
        conn.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        // else SQLite may plan a kept statement anew each time its parameters change
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(conn)
    };
    open().map_err(|error| explain(&options.path, error))
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let runner = migrations::migrations::runner();
    let known = runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0);
    let found = schema_version(conn).map_err(|error| explain(path, error))?;
    if found > known {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, known });
    }
    let migrated = runner.set_grouped(true).run(conn);
    migrated.map_err(|source| OpenError::Migration { path: path.to_owned(), source: Box::new(source) })?;
    Ok(())
}

/// The newest migration that was applied; 0 for a new database.
fn schema_version(conn: &Connection) -> rusqlite::Result<i64> {
    const TABLE: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'refinery_schema_history'";
    if conn.query_row(TABLE, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    conn.query_row("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", [], |row| row.get(0))
}

fn explain(path: &Path, source: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy { path },
        _ => OpenError::Sqlite { path, source },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pragma<V: rusqlite::types::FromSql>(conn: &Connection, name: &str) -> V {
        conn.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_commit_is_on_the_disk_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("switchboard.db"));
        let conn = writer(&options).unwrap();
        assert_eq!(pragma::<String>(&conn, "journal_mode"), "wal");
        assert_eq!(pragma::<i64>(&conn, "synchronous"), 2, "FULL");
        assert!(pragma::<bool>(&conn, "foreign_keys"));
        let reader = reader(&options).unwrap();
        assert!(reader.execute("DELETE FROM users", []).is_err());
    }
}
