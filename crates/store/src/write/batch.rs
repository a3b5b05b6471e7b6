//! One transaction for what has queued up. A refused write never spoils its neighbours.
//!
//! Nearly all writes succeed or are refused before they changed anything, so a batch first runs without savepoints.
//! Should one be refused after it had written, the whole batch is rolled back and runs once more with a savepoint
//! each. Writes are data, so running one twice is the same as running it once.

use super::fault::Fault;
use crate::Refusal;
use rusqlite::{Connection, Error};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which transaction a batch needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Only looks.
    Read,
    /// Writes.
    Write,
}

/// What a write gets to work with.
pub(crate) struct Scope<'a> {
    pub(crate) conn: &'a Connection,
    savepoints: bool,
}

impl Scope<'_> {
    /// Runs a part of a write that may be refused without the rest: `Ok(Err(refusal))` left nothing behind.
    pub(crate) fn part<R>(&self, part: impl FnOnce() -> Result<R, Fault>) -> Result<Result<R, Refusal>, Fault> {
        if self.savepoints {
            return in_savepoint(self.conn, "part", part).map_err(Fault::Away);
        }
        match guarded(part) {
            Ok(value) => Ok(Ok(value)),
            Err(Fault::Refused(_)) => Err(Fault::NeedsSavepoints),
            Err(fault) => Err(fault),
        }
    }
}

/// Runs every item in one transaction and commits once. An error means that nothing of the batch was kept.
pub(crate) fn run<I, R>(
    conn: &Connection,
    mode: Mode,
    items: &[I],
    mut apply: impl FnMut(&Scope<'_>, &I) -> Result<R, Fault>,
) -> Result<Vec<Result<R, Refusal>>, Error> {
    roll_back(conn)?;
    let results = match attempt(conn, mode, false, items, &mut apply) {
        Ok(Some(results)) => Ok(results),
        Ok(None) => {
            roll_back(conn).and_then(|()| attempt(conn, mode, true, items, &mut apply)).map(Option::unwrap_or_default)
        }
        Err(error) => Err(error),
    };
    let committed = results.and_then(|results| conn.execute_batch("COMMIT").map(|()| results));
    if committed.is_err() {
        roll_back(conn)?;
    }
    committed
}

/// Ends a transaction that is still open: some errors end it by themselves, others don't.
fn roll_back(conn: &Connection) -> Result<(), Error> {
    if conn.is_autocommit() { Ok(()) } else { conn.execute_batch("ROLLBACK") }
}

/// Runs every item and leaves the transaction open. None: a write without savepoints was refused too late.
#[allow(clippy::type_complexity)]
fn attempt<I, R>(
    conn: &Connection,
    mode: Mode,
    savepoints: bool,
    items: &[I],
    apply: &mut impl FnMut(&Scope<'_>, &I) -> Result<R, Fault>,
) -> Result<Option<Vec<Result<R, Refusal>>>, Error> {
    conn.execute_batch(if mode == Mode::Write { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
    let scope = Scope { conn, savepoints };
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let write = || apply(&scope, item);
        let result = if savepoints { Some(in_savepoint(conn, "write", write)?) } else { plainly(conn, write)? };
        match result {
            Some(result) => results.push(result),
            None => return Ok(None),
        }
    }
    Ok(Some(results))
}

/// None: refused after it had written something.
fn plainly<R>(
    conn: &Connection,
    write: impl FnOnce() -> Result<R, Fault>,
) -> Result<Option<Result<R, Refusal>>, Error> {
    let before = conn.total_changes();
    match guarded(write) {
        Ok(value) => Ok(Some(Ok(value))),
        Err(Fault::Refused(refusal)) if conn.total_changes() == before => Ok(Some(Err(refusal))),
        Err(Fault::Refused(_) | Fault::NeedsSavepoints) => Ok(None),
        Err(Fault::Away(error)) => Err(error),
    }
}

fn in_savepoint<R>(
    conn: &Connection,
    name: &str,
    write: impl FnOnce() -> Result<R, Fault>,
) -> Result<Result<R, Refusal>, Error> {
    conn.execute_batch(&format!("SAVEPOINT {name}"))?;
    let refusal = match guarded(write) {
        Ok(value) => return conn.execute_batch(&format!("RELEASE {name}")).map(|()| Ok(value)),
        Err(Fault::Refused(refusal)) => refusal,
        Err(Fault::NeedsSavepoints) => Refusal::Broken("savepoints were asked for and were there".to_owned()),
        Err(Fault::Away(error)) => return Err(error),
    };
    conn.execute_batch(&format!("ROLLBACK TO {name}; RELEASE {name}"))?;
    Ok(Err(refusal))
}

/// A panic is a refusal of the write that panicked.
fn guarded<R>(write: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(write))
        .unwrap_or_else(|panic| Err(Refusal::Broken(format!("it panicked: {}", panic_text(&*panic))).into()))
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rusqlite::ErrorCode;
    use std::cell::Cell;

    fn database() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let conn = Connection::open(folder.path().join("test.db")).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (v TEXT UNIQUE)").unwrap();
        (folder, conn)
    }

    fn insert(conn: &Connection, value: &str) -> Result<(), Fault> {
        conn.prepare_cached("INSERT INTO t VALUES (?1)")?.execute([value])?;
        Ok(())
    }

    fn values(conn: &Connection) -> Vec<String> {
        let mut statement = conn.prepare("SELECT v FROM t ORDER BY rowid").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    fn shows(results: &[Result<(), Refusal>]) -> Vec<bool> {
        results.iter().map(Result::is_ok).collect()
    }

    #[test]
    fn a_violated_key_refuses_one() {
        let (_folder, conn) = database();
        let runs = Cell::new(0);
        let results = run(&conn, Mode::Write, &["a", "b", "a", "c"], |scope, value| {
            runs.set(runs.get() + 1);
            insert(scope.conn, value)
        });
        assert_eq!(shows(&results.unwrap()), [true, true, false, true]);
        assert_eq!(values(&conn), ["a", "b", "c"]);
        assert_eq!(runs.get(), 4, "it had written nothing, so that no savepoint was needed");
    }

    #[test]
    fn what_a_late_refusal_or_a_panic_wrote_is_gone() {
        let (_folder, conn) = database();
        let results = run(&conn, Mode::Write, &["a", "late", "b", "panic", "c"], |scope, value| {
            insert(scope.conn, value)?;
            match *value {
                "late" => Err(Refusal::NotFound("it").into()),
                "panic" => panic!("on purpose: {value}"),
                _ => Ok(()),
            }
        })
        .unwrap();
        assert_eq!(shows(&results), [true, false, true, false, true]);
        assert_eq!(results[1], Err(Refusal::NotFound("it")));
        assert_eq!(results[3], Err(Refusal::Broken("it panicked: on purpose: panic".to_owned())));
        assert_eq!(values(&conn), ["a", "b", "c"]);
    }

    #[test]
    fn a_part_is_refused_without_the_rest() {
        let (_folder, conn) = database();
        let results = run(&conn, Mode::Write, &["x", "y"], |scope, value| {
            insert(scope.conn, value)?;
            for part in ["1", "bad", "2"] {
                let text = format!("{value}{part}");
                let kept = scope.part(|| {
                    insert(scope.conn, &text)?;
                    if part == "bad" { Err(Refusal::NotFound("it").into()) } else { Ok(()) }
                })?;
                assert_eq!(kept.is_ok(), part != "bad");
            }
            Ok(())
        });
        assert_eq!(shows(&results.unwrap()), [true, true]);
        assert_eq!(values(&conn), ["x", "x1", "x2", "y", "y1", "y2"]);
    }

    #[test]
    fn a_full_disk_refuses_all_and_passes() {
        let (_folder, conn) = database();
        let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        conn.pragma_update(None, "max_page_count", pages + 2).unwrap();
        let big = "x".repeat(100_000);
        let batch = ["a", &big, "b"];
        let apply = |scope: &Scope<'_>, value: &&str| insert(scope.conn, value);
        for _ in 0..3 {
            let error = run(&conn, Mode::Write, &batch, apply).unwrap_err();
            assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull));
            assert!(values(&conn).is_empty());
        }
        conn.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(shows(&run(&conn, Mode::Write, &batch, apply).unwrap()), [true, true, true]);
        assert_eq!(values(&conn).len(), 3);
    }

    #[test]
    fn a_commit_that_fails_keeps_nothing() {
        let (_folder, conn) = database();
        let refuse = Cell::new(true);
        // a constraint checked at the commit stands for any trouble there
        conn.execute_batch(
            "CREATE TABLE p (id INTEGER PRIMARY KEY); \
             CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); PRAGMA foreign_keys = ON",
        )
        .unwrap();
        let apply = |scope: &Scope<'_>, value: &&str| {
            if refuse.get() {
                scope.conn.execute("INSERT INTO c VALUES (1)", [])?;
            }
            insert(scope.conn, value)
        };
        assert!(run(&conn, Mode::Write, &["a", "b"], apply).is_err());
        assert!(conn.is_autocommit() && values(&conn).is_empty());
        refuse.set(false);
        assert_eq!(shows(&run(&conn, Mode::Write, &["a", "b"], apply).unwrap()), [true, true]);
    }

    #[test]
    fn looking_takes_no_lock() {
        let (folder, conn) = database();
        let other = Connection::open(folder.path().join("test.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let results = run(&conn, Mode::Read, &["a"], |scope, _| {
            scope.conn.query_row("SELECT COUNT(*) FROM t", [], |row| row.get::<_, i64>(0)).map_err(Fault::from)
        });
        assert_eq!(results.unwrap(), [Ok(0)]);
    }
}
