//! Writes about users.

use super::{AddUser, Tx, fault::Fault};
use crate::{Answer, Change, Outcome, Refusal, rows::user};
use domain::{Role, User, UserId};
use rusqlite::{OptionalExtension, params};

pub(super) fn add(tx: &Tx<'_>, add: &AddUser) -> Result<Outcome, Fault> {
    if add.first_admin && exists(tx, "SELECT 1 FROM users WHERE role = ?1 LIMIT 1", params![Role::Admin.as_str()])? {
        return Err(Refusal::Forbidden.into());
    }
    let user = User {
        id: add.id.clone(),
        email: add.email.as_deref().map(str::to_lowercase),
        name: add.name.clone(),
        role: if add.first_admin { Role::Admin } else { add.role },
        disabled: false,
        created_at: tx.now,
    };
    refuse_taken(tx, &user)?;
    insert(tx, &user, add.password_hash.as_deref())?;
    Ok(Outcome { answer: Answer::User(user.clone()), changes: vec![Change::User(user)] })
}

fn refuse_taken(tx: &Tx<'_>, user: &User) -> Result<(), Fault> {
    if exists(tx, "SELECT 1 FROM users WHERE id = ?1", params![user.id.as_str()])? {
        return Err(Refusal::Conflict { field: "userId" }.into());
    }
    if exists(tx, "SELECT 1 FROM users WHERE email = ?1", params![user.email])? {
        return Err(Refusal::Conflict { field: "email" }.into());
    }
    Ok(())
}

fn insert(tx: &Tx<'_>, user: &User, password_hash: Option<&str>) -> Result<(), Fault> {
    tx.conn()
        .prepare_cached(
            "INSERT INTO users (id, email, name, role, disabled, password_hash, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            user.id.as_str(),
            user.email,
            user.name,
            user.role.as_str(),
            user.disabled,
            password_hash,
            user.created_at.millis()
        ])?;
    Ok(())
}

pub(super) fn set_password(tx: &Tx<'_>, user: &UserId, password_hash: &str) -> Result<Outcome, Fault> {
    let user = require(tx, user)?;
    tx.conn()
        .prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?
        .execute(params![user.id.as_str(), password_hash])?;
    Ok(Outcome { answer: Answer::User(user), changes: Vec::new() })
}

pub(super) fn set_disabled(tx: &Tx<'_>, user: &UserId, disabled: bool) -> Result<Outcome, Fault> {
    let mut user = require(tx, user)?;
    if user.disabled == disabled {
        return Ok(Outcome { answer: Answer::User(user), changes: Vec::new() });
    }
    tx.conn()
        .prepare_cached("UPDATE users SET disabled = ?2 WHERE id = ?1")?
        .execute(params![user.id.as_str(), disabled])?;
    user.disabled = disabled;
    Ok(Outcome { answer: Answer::User(user.clone()), changes: vec![Change::User(user)] })
}

/// The user; refused as `NotFound("user")` if there is none.
pub(super) fn require(tx: &Tx<'_>, id: &UserId) -> Result<User, Fault> {
    let mut statement = tx.conn().prepare_cached(user::select_user!("WHERE u.id = ?1"))?;
    let found = statement.query_row([id.as_str()], user::user).optional()?;
    Ok(found.ok_or(Refusal::NotFound("user"))?)
}

/// Whether a query finds a row.
pub(super) fn exists(tx: &Tx<'_>, sql: &str, params: impl rusqlite::Params) -> Result<bool, Fault> {
    Ok(tx.conn().prepare_cached(sql)?.exists(params)?)
}
