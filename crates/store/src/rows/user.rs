//! Users.

use super::{named, time, user_id};
use domain::{Role, User};
use rusqlite::{Result, Row};

/// `SELECT … FROM users u` of what [`user`] reads, with the given text behind it.
macro_rules! select_user {
    ($rest:literal) => {
        concat!("SELECT u.id, u.email, u.name, u.role, u.disabled, u.created_at FROM users u ", $rest)
    };
}
pub(crate) use select_user;

pub(crate) fn user(row: &Row<'_>) -> Result<User> {
    Ok(User {
        id: user_id(row, 0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: named(row, 3, Role::parse)?,
        disabled: row.get(4)?,
        created_at: time(row, 5)?,
    })
}
