//! An account's sequence of changes.

use super::{Tx, fault::Fault};
use crate::{Refusal, rows};
use domain::{AccountId, Position};
use rusqlite::{OptionalExtension, params};

/// The sequence of one account during one write. What is not stored at its end has not been given.
#[derive(Debug)]
pub(crate) struct Sequence {
    account: AccountId,
    stored: u64,
    last: u64,
}

impl Sequence {
    /// Refused as `NotFound("account")` if there is none.
    pub(crate) fn of(tx: &Tx<'_>, account: AccountId) -> Result<Self, Fault> {
        let position = position(tx, account)?.ok_or(Refusal::NotFound("account"))?;
        Ok(Self::at(account, position.seq))
    }

    /// The sequence of an account whose row was read already.
    pub(crate) fn at(account: AccountId, seq: u64) -> Self {
        Self { account, stored: seq, last: seq }
    }

    /// Whose it is.
    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// The next number, for one change.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The last number given.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Takes back the numbers behind `last`, whose changes were rolled back.
    pub(crate) fn back_to(&mut self, last: u64) {
        self.last = last;
    }

    /// Raises the account's row.
    pub(crate) fn store(self, tx: &Tx<'_>) -> Result<(), Fault> {
        if self.last != self.stored {
            tx.conn()
                .prepare_cached("UPDATE accounts SET seq = ?2 WHERE id = ?1")?
                .execute(params![self.account.as_bytes(), rows::signed(self.last)])?;
        }
        Ok(())
    }
}

/// Where an account stands; None if there is none.
pub(crate) fn position(tx: &Tx<'_>, account: AccountId) -> Result<Option<Position>, Fault> {
    let mut statement = tx.conn().prepare_cached("SELECT epoch, seq FROM accounts WHERE id = ?1")?;
    Ok(statement.query_row([account.as_bytes()], |row| rows::account::position(row, 0)).optional()?)
}
