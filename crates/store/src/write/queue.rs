//! Queues a message to be sent. Checks come first, so that a refused one has written nothing.

use super::{
    Queue, QueueTarget, Tx, contacts, conversations,
    fault::Fault,
    members,
    messages::{self, Hidden},
    sequence::Sequence,
};
use crate::{Answer, Outcome, Refusal, rows, rows::conversation::Head};
use domain::{AccountId, Address, DeliveryStatus, Message, MessageKind, ProviderKind, Sender};
use rusqlite::{OptionalExtension, params};

pub(super) fn queue(tx: &Tx<'_>, queue: &Queue) -> Result<Outcome, Fault> {
    let target = find_target(tx, queue)?;
    let account = load_account(tx, target.account)?;
    let sender_name = admit(tx, queue, &target)?;
    if let Some(earlier) = find_earlier(tx, queue, &target)? {
        return Ok(Outcome {
            answer: Answer::Queued { message: Box::new(earlier), repeated: true },
            changes: Vec::new(),
        });
    }
    if !account.linked {
        return Err(Refusal::AccountNotLinked.into());
    }
    let (head, is_new) = target.into_conversation(tx)?;
    store(tx, queue, &account, head, is_new, sender_name)
}

/// Where a message goes, as far as it is there already.
struct Target<'a> {
    account: AccountId,
    conversation: Option<Head>,
    address: Option<&'a Address>,
}

fn find_target<'a>(tx: &Tx<'_>, queue: &'a Queue) -> Result<Target<'a>, Fault> {
    let target = match &queue.target {
        QueueTarget::Conversation(id) => {
            let head = conversations::resolve(tx, *id)?.ok_or(Refusal::NotFound("conversation"))?;
            Target { account: head.conversation.account_id, conversation: Some(head), address: None }
        }
        QueueTarget::Address { account, address } => {
            Target { account: *account, conversation: find_chat(tx, *account, address)?, address: Some(address) }
        }
    };
    match queue.account {
        Some(account) if account != target.account => Err(target.hidden().into()),
        _ => Ok(target),
    }
}

fn find_chat(tx: &Tx<'_>, account: AccountId, address: &Address) -> Result<Option<Head>, Fault> {
    if matches!(address, Address::Group(_)) {
        return conversations::of_group(tx, account, address);
    }
    match contacts::owner(tx, account, address)? {
        Some(contact) => conversations::with_contact(tx, contact),
        None => Ok(None),
    }
}

impl Target<'_> {
    /// What somebody is told who may not see it: what was named does not exist.
    fn hidden(&self) -> Refusal {
        Refusal::NotFound(if self.address.is_some() { "account" } else { "conversation" })
    }

    /// The chat, made if there is none yet; the flag says so.
    fn into_conversation(self, tx: &Tx<'_>) -> Result<(Head, bool), Fault> {
        match (self.conversation, self.address) {
            (Some(head), _) => Ok((head, false)),
            (None, Some(address @ Address::Group(_))) => {
                Ok((conversations::make_group(tx, self.account, address)?, true))
            }
            (None, Some(address)) => {
                let contact = match contacts::owner(tx, self.account, address)? {
                    Some(id) => contacts::get(tx, id)?,
                    None => contacts::make(tx, self.account, address)?,
                };
                Ok((conversations::make_direct(tx, self.account, &contact)?, true))
            }
            (None, None) => Err(Refusal::NotFound("conversation").into()),
        }
    }
}

/// What a send needs of its account.
struct Sending {
    id: AccountId,
    linked: bool,
    provider: ProviderKind,
    seq: u64,
}

fn load_account(tx: &Tx<'_>, id: AccountId) -> Result<Sending, Fault> {
    let mut statement = tx.conn().prepare_cached("SELECT linked, provider, seq FROM accounts WHERE id = ?1")?;
    let found = statement.query_row([id.as_bytes()], |row| {
        Ok(Sending {
            id,
            linked: row.get(0)?,
            provider: rows::named(row, 1, ProviderKind::parse)?,
            seq: rows::count(row, 2)?,
        })
    });
    Ok(found.optional()?.ok_or(Refusal::NotFound("account"))?)
}

/// The name of the sending user, who may see the account; None for an API key.
fn admit(tx: &Tx<'_>, queue: &Queue, target: &Target<'_>) -> Result<Option<String>, Fault> {
    let Some(user) = &queue.user else { return Ok(None) };
    match members::name_of_admitted(tx, target.account, user)? {
        Some(name) => Ok(Some(name)),
        None => Err(target.hidden().into()),
    }
}

/// The message that this send queued before. Refused if its client id stands for another one.
fn find_earlier(tx: &Tx<'_>, queue: &Queue, target: &Target<'_>) -> Result<Option<Message>, Fault> {
    let Some(client_id) = &queue.client_id else { return Ok(None) };
    let mut statement =
        tx.conn().prepare_cached(rows::message::select_message!("WHERE m.sender_key = ?1 AND m.client_id = ?2"))?;
    let found = statement.query_row(params![queue.sender.to_text(), client_id], rows::message::message).optional()?;
    let Some(earlier) = found else { return Ok(None) };
    let conversation = target.conversation.as_ref().map(|head| head.conversation.id);
    let sent_to = conversations::resolve(tx, earlier.conversation_id)?.map(|head| head.conversation.id);
    if conversation.is_some() && conversation == sent_to && earlier.content == queue.text {
        Ok(Some(earlier))
    } else {
        Err(Refusal::IdempotencyConflict.into())
    }
}

fn store(
    tx: &Tx<'_>,
    queue: &Queue,
    account: &Sending,
    head: Head,
    is_new: bool,
    sender_name: Option<String>,
) -> Result<Outcome, Fault> {
    let mut sequence = Sequence::at(account.id, account.seq);
    let message = Message {
        id: tx.next_message_id(),
        account_id: account.id,
        conversation_id: head.conversation.id,
        seq: sequence.next(),
        // the Cloud API gives ids out itself
        provider_id: (account.provider != ProviderKind::Cloud).then(|| queue.provider_id.clone()),
        client_id: queue.client_id.clone(),
        kind: MessageKind::Text,
        content: queue.text.clone(),
        is_outgoing: true,
        status: DeliveryStatus::Queued,
        error: None,
        sender: Sender { name: sender_name, user_id: queue.user.clone(), ..Sender::default() },
        to: head.conversation.phone.clone(),
        origin: Some(queue.origin),
        timestamp: queue.at,
        created_at: tx.now,
    };
    let sender_key = queue.sender.to_text();
    if !messages::insert(tx, &message, Hidden { sender_key: Some(&sender_key), raw: None })? {
        return Err(Refusal::Conflict { field: "messageId" }.into());
    }
    sequence.store(tx)?;
    let answer = Answer::Queued { message: Box::new(message.clone()), repeated: false };
    Ok(Outcome { answer, changes: vec![messages::place(tx, head, message, is_new)?] })
}
