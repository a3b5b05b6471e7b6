//! How far a message of ours has come. Its status rises and never falls.

use super::{Receipt, Tx, done, fault::Fault, sequence::Sequence};
use crate::{Change, Outcome, Refusal, StatusChange, rows};
use domain::{AccountId, DeliveryStatus, Message, MessageError, MessageId, Timestamp};
use rusqlite::{OptionalExtension, Row, params};

pub(super) fn sent(tx: &Tx<'_>, id: MessageId, provider_id: Option<&str>, at: Timestamp) -> Result<Outcome, Fault> {
    let mut stored = require(tx, id)?;
    if stored.message.provider_id.is_none() {
        stored.message.provider_id = provider_id.map(str::to_owned);
    }
    raise_one(tx, stored, &Step { to: DeliveryStatus::Sent, error: None, at })
}

pub(super) fn failed(tx: &Tx<'_>, id: MessageId, error: &MessageError, at: Timestamp) -> Result<Outcome, Fault> {
    raise_one(tx, require(tx, id)?, &Step { to: DeliveryStatus::Failed, error: Some(error), at })
}

pub(super) fn receipt(tx: &Tx<'_>, receipt: &Receipt) -> Result<Outcome, Fault> {
    if matches!(receipt.status, DeliveryStatus::Queued | DeliveryStatus::Failed) {
        let text = format!("a receipt can't say {}", receipt.status.as_str());
        return Err(Refusal::Broken(text).into());
    }
    let mut sequence = Sequence::of(tx, receipt.account)?;
    let step = Step { to: receipt.status, error: None, at: receipt.at };
    let mut changes = Vec::new();
    for provider_id in &receipt.provider_ids {
        if let Some(stored) = find_sent(tx, receipt.account, provider_id)? {
            changes.extend(raise(tx, stored, &step, &mut sequence)?);
        }
    }
    sequence.store(tx)?;
    Ok(done(changes))
}

/// A message of ours with what only the row knows.
struct Stored {
    message: Message,
    was_sent: bool,
}

/// One step of a status.
struct Step<'a> {
    to: DeliveryStatus,
    error: Option<&'a MessageError>,
    at: Timestamp,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { message: rows::message::message(row)?, was_sent: rows::message::was_sent(row)? })
}

fn require(tx: &Tx<'_>, id: MessageId) -> Result<Stored, Fault> {
    let mut statement =
        tx.conn().prepare_cached(rows::message::select_message!("WHERE m.id = ?1 AND m.is_outgoing = 1"))?;
    Ok(statement.query_row([id.as_bytes()], stored).optional()?.ok_or(Refusal::NotFound("message"))?)
}

fn find_sent(tx: &Tx<'_>, account: AccountId, provider_id: &str) -> Result<Option<Stored>, Fault> {
    let mut statement = tx.conn().prepare_cached(rows::message::select_message!(
        "WHERE m.account_id = ?1 AND m.provider_id = ?2 AND m.is_outgoing = 1"
    ))?;
    Ok(statement.query_row(params![account.as_bytes(), provider_id], stored).optional()?)
}

fn raise_one(tx: &Tx<'_>, stored: Stored, step: &Step<'_>) -> Result<Outcome, Fault> {
    let mut sequence = Sequence::of(tx, stored.message.account_id)?;
    let change = raise(tx, stored, step, &mut sequence)?;
    sequence.store(tx)?;
    Ok(done(change.into_iter().collect()))
}

/// Takes the step if the status may; None, and nothing is written, if it may not.
fn raise(tx: &Tx<'_>, stored: Stored, step: &Step<'_>, sequence: &mut Sequence) -> Result<Option<Change>, Fault> {
    let Stored { mut message, was_sent } = stored;
    if !message.status.may_become(step.to) {
        return Ok(None);
    }
    message.seq = sequence.next();
    message.status = step.to;
    message.error = step.error.cloned();
    let first_sent = !was_sent && step.to != DeliveryStatus::Failed;
    update(tx, &message, first_sent.then_some(step.at))?;
    let error = message.error.clone();
    Ok(Some(Change::Status(Box::new(StatusChange { message, at: step.at, first_sent, error }))))
}

fn update(tx: &Tx<'_>, message: &Message, sent_at: Option<Timestamp>) -> Result<(), Fault> {
    let error = message.error.as_ref();
    tx.conn()
        .prepare_cached(
            "UPDATE messages SET seq = ?2, status = ?3, provider_id = ?4, error_code = ?5, error_message = ?6, \
             error_provider_code = ?7, sent_at = COALESCE(sent_at, ?8) WHERE id = ?1",
        )?
        .execute(params![
            message.id.as_bytes(),
            rows::signed(message.seq),
            message.status.as_str(),
            message.provider_id,
            error.map(|error| &error.code),
            error.map(|error| &error.message),
            error.and_then(|error| error.provider_code.as_ref()),
            sent_at.map(Timestamp::millis),
        ])?;
    Ok(())
}
