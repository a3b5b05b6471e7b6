//! Where the accounts of a user stand, at one place in the order of commits.

use super::{Tx, fault::Fault, users};
use crate::{Answer, Outcome, Refusal, rows};
use domain::UserId;

pub(super) fn positions(tx: &Tx<'_>, user: &UserId) -> Result<Outcome, Fault> {
    if users::require(tx, user)?.disabled {
        return Err(Refusal::NotFound("user").into());
    }
    let mut statement = tx.conn().prepare_cached(
        "SELECT a.id, a.epoch, a.seq FROM accounts a WHERE a.owner_id = ?1 UNION \
         SELECT a.id, a.epoch, a.seq FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = ?1 \
         ORDER BY 1",
    )?;
    let positions = statement
        .query_map([user.as_str()], |row| Ok((rows::id(row, 0)?, rows::account::position(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Outcome { answer: Answer::Positions(positions), changes: Vec::new() })
}
