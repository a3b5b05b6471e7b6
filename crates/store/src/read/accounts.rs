//! Users, accounts and members as a whole, for who keeps them in memory.

use super::ReadError;
use crate::{Store, rows};
use domain::{Account, AccountId, Address, Position, User, UserId};
use rows::{account::select_account, user::select_user};
use rusqlite::{Connection, OptionalExtension, Result};

/// Everybody who can sign in, every account, and who sees it besides its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// In the order of their ids.
    pub users: Vec<User>,
    /// In the order in which they were made.
    pub accounts: Vec<Account>,
    /// Without the owners.
    pub members: Vec<(AccountId, UserId)>,
}

impl<T: Send + 'static> Store<T> {
    /// Users, accounts and members, of one moment.
    pub async fn directory(&self) -> std::result::Result<Directory, ReadError> {
        self.readers().run(directory).await
    }

    /// Where an account stands; None if there is none.
    pub async fn position(&self, account: AccountId) -> std::result::Result<Option<Position>, ReadError> {
        self.readers()
            .run(move |conn| {
                let mut statement = conn.prepare_cached("SELECT epoch, seq FROM accounts WHERE id = ?1")?;
                statement.query_row([account.as_bytes()], |row| rows::account::position(row, 0)).optional()
            })
            .await
    }

    /// The account's own addresses at WhatsApp, in the order told; empty before it is linked.
    pub async fn own_addresses(&self, account: AccountId) -> std::result::Result<Vec<Address>, ReadError> {
        self.readers()
            .run(move |conn| {
                let mut statement =
                    conn.prepare_cached("SELECT address FROM account_addresses WHERE account_id = ?1 ORDER BY place")?;
                statement.query_map([account.as_bytes()], |row| rows::address(row, 0))?.collect()
            })
            .await
    }
}

fn directory(conn: &Connection) -> Result<Directory> {
    let mut users = conn.prepare_cached(select_user!("ORDER BY u.id"))?;
    let mut accounts = conn.prepare_cached(select_account!("ORDER BY a.id"))?;
    let mut members = conn.prepare_cached("SELECT account_id, user_id FROM members ORDER BY account_id, user_id")?;
    Ok(Directory {
        users: users.query_map([], rows::user::user)?.collect::<Result<_>>()?,
        accounts: accounts.query_map([], rows::account::account)?.collect::<Result<_>>()?,
        members: members
            .query_map([], |row| Ok((rows::id(row, 0)?, rows::user_id(row, 1)?)))?
            .collect::<Result<_>>()?,
    })
}
