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
    let results = match attempt(conn, mode, false, items, &mut apply) {
        Ok(Some(results)) => Ok(results),
        Ok(None) => conn
            .execute_batch("ROLLBACK")
            .and_then(|()| attempt(conn, mode, true, items, &mut apply))
            .map(Option::unwrap_or_default),
        Err(error) => Err(error),
    };
    let committed = results.and_then(|results| conn.execute_batch("COMMIT").map(|()| results));
    if committed.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    committed
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
