//! Finding and making conversations.

use super::{Tx, fault::Fault, sequence::Sequence};
use crate::{Change, Refusal, rows};
use domain::{AccountId, Address, ContactId, Conversation, ConversationId, ConversationKind};
use rows::conversation::{Head, head, select_head};
use rusqlite::{OptionalExtension, params};

use super::contacts::Contact;

/// More merges in a row than there can be.
const MOST_MERGES: usize = 32;

/// The conversation that an id stands for, merges followed.
pub(super) fn resolve(tx: &Tx<'_>, id: ConversationId) -> Result<Option<Head>, Fault> {
    let mut id = id;
    for _ in 0..MOST_MERGES {
        let mut statement = tx.conn().prepare_cached(select_head!("WHERE c.id = ?1"))?;
        let found = statement.query_row([id.as_bytes()], head).optional()?;
        match found.as_ref().and_then(|head| head.conversation.merged_into) {
            Some(into) => id = into,
            None => return Ok(found),
        }
    }
    Err(Refusal::Broken("a conversation was merged in a circle".to_owned()).into())
}

/// The chat with a person.
pub(super) fn with_contact(tx: &Tx<'_>, contact: ContactId) -> Result<Option<Head>, Fault> {
    let mut statement = tx.conn().prepare_cached(select_head!("WHERE c.contact_id = ?1"))?;
    let found = statement.query_row([contact.as_bytes()], head).optional()?;
    follow(tx, found)
}

/// The chat of a group.
pub(super) fn of_group(tx: &Tx<'_>, account: AccountId, group: &Address) -> Result<Option<Head>, Fault> {
    let mut statement = tx.conn().prepare_cached(select_head!("WHERE c.account_id = ?1 AND c.group_address = ?2"))?;
    let found = statement.query_row(params![account.as_bytes(), group.to_text()], head).optional()?;
    follow(tx, found)
}

fn follow(tx: &Tx<'_>, found: Option<Head>) -> Result<Option<Head>, Fault> {
    match found {
        Some(Head { conversation: Conversation { merged_into: Some(into), .. }, .. }) => resolve(tx, into),
        found => Ok(found),
    }
}

/// Makes the chat with a person.
pub(super) fn make_direct(tx: &Tx<'_>, account: AccountId, contact: &Contact) -> Result<Head, Fault> {
    let mut made = blank(tx, account, ConversationKind::Direct);
    made.conversation.contact_id = Some(contact.id);
    made.conversation.name = contact.name().map(str::to_owned);
    made.conversation.phone.clone_from(&contact.phone);
    insert(tx, &made, None)?;
    Ok(made)
}

/// Makes the chat of a group.
pub(super) fn make_group(tx: &Tx<'_>, account: AccountId, group: &Address) -> Result<Head, Fault> {
    let made = blank(tx, account, ConversationKind::Group);
    insert(tx, &made, Some(group))?;
    Ok(made)
}

fn blank(tx: &Tx<'_>, account_id: AccountId, kind: ConversationKind) -> Head {
    Head {
        conversation: Conversation {
            id: ConversationId::new(),
            account_id,
            seq: 0,
            kind,
            contact_id: None,
            name: None,
            phone: None,
            unread_count: 0,
            last_message: None,
            merged_into: None,
            created_at: tx.now,
        },
        last_message: None,
        last_second: tx.now.secs(),
    }
}

fn insert(tx: &Tx<'_>, made: &Head, group: Option<&Address>) -> Result<(), Fault> {
    let conversation = &made.conversation;
    tx.conn()
        .prepare_cached(
            "INSERT INTO conversations (id, account_id, kind, contact_id, group_address, seq, last_second, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            conversation.id.as_bytes(),
            conversation.account_id.as_bytes(),
            conversation.kind.as_str(),
            conversation.contact_id.as_ref().map(|id| id.as_bytes()),
            group.map(Address::to_text),
            rows::signed(conversation.seq),
            made.last_second,
            conversation.created_at.millis(),
        ])?;
    Ok(())
}

/// The chat with a person shows another name or number now: a change of its own. None if there is no such chat.
pub(super) fn renamed(tx: &Tx<'_>, contact: ContactId, sequence: &mut Sequence) -> Result<Option<Change>, Fault> {
    let mut statement = tx.conn().prepare_cached(
        "UPDATE conversations SET seq = ?2 WHERE contact_id = ?1 AND merged_into IS NULL RETURNING id",
    )?;
    let seq = sequence.last() + 1;
    let id = statement.query_row(params![contact.as_bytes(), rows::signed(seq)], |row| rows::id(row, 0)).optional()?;
    let Some(id) = id else { return Ok(None) };
    sequence.next();
    Ok(rows::conversation::by_id(tx.conn(), id)?.map(|conversation| Change::Conversation(Box::new(conversation))))
}
