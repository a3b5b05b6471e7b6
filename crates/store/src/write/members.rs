//! Who else sees an account, and who may send on it.

use super::{Tx, accounts, done, fault::Fault, users};
use crate::{Change, Outcome, Refusal, rows};
use domain::{AccountId, UserId};
use rusqlite::{OptionalExtension, params};

pub(super) fn add(tx: &Tx<'_>, id: AccountId, user: &UserId) -> Result<Outcome, Fault> {
    let account = accounts::require(tx, id)?;
    users::require(tx, user)?;
    if account.owner == *user {
        return Err(Refusal::Conflict { field: "userId" }.into());
    }
    let added = tx
        .conn()
        .prepare_cached(
            "INSERT INTO members (account_id, user_id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![id.as_bytes(), user.as_str(), tx.now.millis()])?;
    let change = || Change::MemberAdded { account: id, user: user.clone(), position: account.position };
    Ok(done((added > 0).then(change).into_iter().collect()))
}

pub(super) fn remove(tx: &Tx<'_>, id: AccountId, user: &UserId) -> Result<Outcome, Fault> {
    accounts::require(tx, id)?;
    let removed = tx
        .conn()
        .prepare_cached("DELETE FROM members WHERE account_id = ?1 AND user_id = ?2")?
        .execute(params![id.as_bytes(), user.as_str()])?;
    if removed == 0 {
        return Err(Refusal::NotFound("member").into());
    }
    Ok(done(vec![Change::MemberRemoved { account: id, user: user.clone() }]))
}

/// The members of an account, without its owner.
pub(super) fn of(tx: &Tx<'_>, id: AccountId) -> Result<Vec<UserId>, Fault> {
    let mut statement =
        tx.conn().prepare_cached("SELECT user_id FROM members WHERE account_id = ?1 ORDER BY user_id")?;
    let users = statement.query_map([id.as_bytes()], |row| rows::user_id(row, 0))?;
    Ok(users.collect::<rusqlite::Result<_>>()?)
}

/// The name of a user who may see the account. None: not theirs, disabled, or there is no such user or account.
pub(super) fn name_of_admitted(tx: &Tx<'_>, account: AccountId, user: &UserId) -> Result<Option<String>, Fault> {
    let mut statement = tx.conn().prepare_cached(
        "SELECT u.name FROM users u JOIN accounts a ON a.id = ?1 WHERE u.id = ?2 AND NOT u.disabled \
         AND (a.owner_id = u.id OR EXISTS (SELECT 1 FROM members m WHERE m.account_id = a.id AND m.user_id = u.id))",
    )?;
    Ok(statement.query_row(params![account.as_bytes(), user.as_str()], |row| row.get(0)).optional()?)
}
