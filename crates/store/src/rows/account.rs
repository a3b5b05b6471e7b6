//! Accounts.

use super::{count, id, named, time, user_id};
use domain::{Account, AccountSettings, Position, ProviderKind, Timestamp};
use rusqlite::{Result, Row};

/// `SELECT … FROM accounts a` of what [`account`] reads, with the given text behind it.
macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.owner_id, a.provider, COALESCE(a.name, a.push_name), a.phone, a.linked, a.wanted, \
             a.mark_online, a.send_read_receipts, a.groups, a.status_posts, a.channels, a.epoch, a.seq, \
             a.last_connected_at, a.created_at FROM accounts a ",
            $rest
        )
    };
}
pub(crate) use select_account;

pub(crate) fn account(row: &Row<'_>) -> Result<Account> {
    Ok(Account {
        id: id(row, 0)?,
        owner: user_id(row, 1)?,
        provider: named(row, 2, ProviderKind::parse)?,
        name: row.get(3)?,
        phone: row.get(4)?,
        linked: row.get(5)?,
        wanted: row.get(6)?,
        settings: settings(row)?,
        position: position(row, 12)?,
        last_connected_at: row.get::<_, Option<i64>>(14)?.map(Timestamp),
        created_at: time(row, 15)?,
    })
}

fn settings(row: &Row<'_>) -> Result<AccountSettings> {
    Ok(AccountSettings {
        mark_online: row.get(7)?,
        send_read_receipts: row.get(8)?,
        groups: row.get(9)?,
        status_posts: row.get(10)?,
        channels: row.get(11)?,
    })
}

/// The position in two columns from `column` on.
pub(crate) fn position(row: &Row<'_>, column: usize) -> Result<Position> {
    Ok(Position { epoch: row.get(column)?, seq: count(row, column + 1)? })
}
