//! Session state of linked devices.

use super::{Tx, done, fault::Fault, sequence};
use crate::{Outcome, Refusal};
use domain::{AccountId, SessionOp};
use rusqlite::params;

pub(super) fn apply(tx: &Tx<'_>, account: AccountId, ops: &[SessionOp]) -> Result<Outcome, Fault> {
    sequence::position(tx, account)?.ok_or(Refusal::NotFound("account"))?;
    for op in ops {
        match op {
            SessionOp::Put(space, key, value) => put(tx, account, space, key, value),
            SessionOp::Delete(space, key) => delete(tx, account, space, key),
            SessionOp::DeletePrefix(space, prefix) => delete_prefix(tx, account, space, prefix),
            SessionOp::Clear => clear(tx, account),
        }?;
    }
    Ok(done(Vec::new()))
}

fn put(tx: &Tx<'_>, account: AccountId, space: &str, key: &[u8], value: &[u8]) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO session_state (account_id, space, key, value) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (account_id, space, key) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![account.as_bytes(), space, key, value])?;
    Ok(())
}

fn delete(tx: &Tx<'_>, account: AccountId, space: &str, key: &[u8]) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached("DELETE FROM session_state WHERE account_id = ?1 AND space = ?2 AND key = ?3")?
        .execute(params![account.as_bytes(), space, key])?;
    Ok(())
}

fn delete_prefix(tx: &Tx<'_>, account: AccountId, space: &str, prefix: &[u8]) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached(
            "DELETE FROM session_state WHERE account_id = ?1 AND space = ?2 AND key >= ?3 \
             AND (?4 IS NULL OR key < ?4)",
        )?
        .execute(params![account.as_bytes(), space, prefix, behind_prefix(prefix)])?;
    Ok(())
}

fn clear(tx: &Tx<'_>, account: AccountId) -> Result<(), Fault> {
    tx.conn().prepare_cached("DELETE FROM session_state WHERE account_id = ?1")?.execute([account.as_bytes()])?;
    Ok(())
}

/// The first key behind all that begin with the prefix; None if there is no such key.
pub(crate) fn behind_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}

#[cfg(test)]
mod tests {
    use super::behind_prefix;

    #[test]
    fn a_prefix_ends_where_the_next_begins() {
        assert_eq!(behind_prefix(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(behind_prefix(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(behind_prefix(b"\xff"), None);
        assert_eq!(behind_prefix(b""), None);
    }
}
