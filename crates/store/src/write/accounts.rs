//! Writes about accounts.

use super::{AccountChange, AddAccount, Tx, done, fault::Fault, members, sequence, users};
use crate::{Answer, Change, Outcome, Refusal, rows::account};
use domain::{Account, AccountId, AccountSettings, Address};
use rusqlite::{OptionalExtension, params};

pub(super) fn add(tx: &Tx<'_>, add: &AddAccount) -> Result<Outcome, Fault> {
    users::require(tx, &add.owner)?;
    if sequence::position(tx, add.id)?.is_some() {
        return Err(Refusal::Conflict { field: "id" }.into());
    }
    let settings = AccountSettings::default();
    tx.conn()
        .prepare_cached(
            "INSERT INTO accounts (id, owner_id, provider, name, mark_online, send_read_receipts, groups, \
             status_posts, channels, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            add.id.as_bytes(),
            add.owner.as_str(),
            add.provider.as_str(),
            add.name,
            settings.mark_online,
            settings.send_read_receipts,
            settings.groups,
            settings.status_posts,
            settings.channels,
            tx.now.millis()
        ])?;
    changed(tx, add.id)
}

pub(super) fn change(tx: &Tx<'_>, id: AccountId, change: &AccountChange) -> Result<Outcome, Fault> {
    require(tx, id)?;
    match change {
        AccountChange::Name(name) => {
            update(tx, "UPDATE accounts SET name = ?2 WHERE id = ?1", params![id.as_bytes(), name])
        }
        AccountChange::Wanted(wanted) => {
            update(tx, "UPDATE accounts SET wanted = ?2 WHERE id = ?1", params![id.as_bytes(), wanted])
        }
        AccountChange::Linked { addresses, name } => link(tx, id, addresses, name.as_deref()),
        AccountChange::LoggedOut => {
            update(tx, "UPDATE accounts SET linked = ?2, wanted = ?2 WHERE id = ?1", params![id.as_bytes(), false])
        }
        AccountChange::Connected(at) => {
            update(tx, "UPDATE accounts SET last_connected_at = ?2 WHERE id = ?1", params![id.as_bytes(), at.millis()])
        }
        AccountChange::Settings(settings) => set(tx, id, settings),
    }?;
    changed(tx, id)
}

fn update(tx: &Tx<'_>, sql: &str, params: impl rusqlite::Params) -> Result<(), Fault> {
    tx.conn().prepare_cached(sql)?.execute(params)?;
    Ok(())
}

fn link(tx: &Tx<'_>, id: AccountId, addresses: &[Address], name: Option<&str>) -> Result<(), Fault> {
    update(
        tx,
        "UPDATE accounts SET linked = ?2, phone = COALESCE(?3, phone), push_name = COALESCE(?4, push_name) \
         WHERE id = ?1",
        params![id.as_bytes(), true, addresses.iter().find_map(Address::phone), name],
    )?;
    update(tx, "DELETE FROM account_addresses WHERE account_id = ?1", [id.as_bytes()])?;
    for (place, address) in (0i64..).zip(addresses) {
        update(
            tx,
            "INSERT INTO account_addresses (account_id, place, address) VALUES (?1, ?2, ?3)",
            params![id.as_bytes(), place, address.to_text()],
        )?;
    }
    Ok(())
}

fn set(tx: &Tx<'_>, id: AccountId, settings: &AccountSettings) -> Result<(), Fault> {
    update(
        tx,
        "UPDATE accounts SET mark_online = ?2, send_read_receipts = ?3, groups = ?4, status_posts = ?5, \
         channels = ?6 WHERE id = ?1",
        params![
            id.as_bytes(),
            settings.mark_online,
            settings.send_read_receipts,
            settings.groups,
            settings.status_posts,
            settings.channels
        ],
    )
}

/// Everything an account has, children first: nothing may point at what is gone.
const DELETIONS: [&str; 8] = [
    "DELETE FROM session_state WHERE account_id = ?1",
    "DELETE FROM messages WHERE conversation_id IN (SELECT id FROM conversations WHERE account_id = ?1)",
    "DELETE FROM conversations WHERE account_id = ?1",
    "DELETE FROM contact_addresses WHERE account_id = ?1",
    "DELETE FROM contacts WHERE account_id = ?1",
    "DELETE FROM account_addresses WHERE account_id = ?1",
    "DELETE FROM members WHERE account_id = ?1",
    "DELETE FROM accounts WHERE id = ?1",
];

pub(super) fn delete(tx: &Tx<'_>, id: AccountId) -> Result<Outcome, Fault> {
    let account = require(tx, id)?;
    let mut users = members::of(tx, id)?;
    users.insert(0, account.owner);
    for sql in DELETIONS {
        update(tx, sql, [id.as_bytes()])?;
    }
    Ok(done(vec![Change::AccountDeleted { account: id, users }]))
}

/// The account; refused as `NotFound("account")` if there is none.
pub(super) fn require(tx: &Tx<'_>, id: AccountId) -> Result<Account, Fault> {
    let mut statement = tx.conn().prepare_cached(account::select_account!("WHERE a.id = ?1"))?;
    let found = statement.query_row([id.as_bytes()], account::account).optional()?;
    Ok(found.ok_or(Refusal::NotFound("account"))?)
}

fn changed(tx: &Tx<'_>, id: AccountId) -> Result<Outcome, Fault> {
    let account = require(tx, id)?;
    Ok(Outcome { answer: Answer::Account(account.clone()), changes: vec![Change::Account(account)] })
}
