//! From committed changes to events. Runs on the writer's thread, in commit order.

use crate::outlet::{Audience, Emission, Item, Reply};
use crate::refused::refused;
use crate::shared::{Shared, Slip};
use domain::{Access, Conversation, DeliveryStatus, Message};
use protocol::ServerEvent;
use protocol::event::{
    AccessChanged, ConversationUpdated, MessageSendError, MessageSent, MessageSentSuccess, MessageStatus, NewMessage,
};
use store::{Answer, Change, Commit, Done, StatusChange};

/// Tells everybody what a commit brought.
pub(crate) fn publish<T: Send + 'static>(shared: &Shared<T>, commit: Commit<Slip<T>>) {
    let mut items = Vec::with_capacity(commit.done.len() * 2);
    for done in commit.done {
        publish_one(shared, done, &mut items);
    }
    if !items.is_empty() {
        shared.outlet.commit(items);
    }
}

/// The answer goes first: it names the ids that the events then speak of.
fn publish_one<T: Send + 'static>(shared: &Shared<T>, done: Done<Slip<T>>, items: &mut Vec<Item<T>>) {
    let (answer, changes) = match done.result {
        Ok(outcome) => (Ok(outcome.answer), outcome.changes),
        Err(refusal) => (Err(refused(&refusal)), Vec::new()),
    };
    if let Some(Slip { ticket, refused }) = done.ticket {
        let answer = refused.map_or(answer, Err);
        items.extend(answer.map(reply).transpose().map(|reply| Item::Answer(ticket, reply)));
    }
    for change in changes {
        publish_change(shared, change, items);
    }
}

/// What a caller with a ticket is answered; callers leave tickets for these commands only.
fn reply(answer: Answer) -> Option<Reply> {
    match answer {
        Answer::Queued { message, repeated } => Some(Reply::Queued { message, repeated }),
        Answer::Positions(positions) => Some(Reply::Attached { positions }),
        Answer::Done | Answer::User(_) | Answer::Account(_) => None,
    }
}

fn publish_change<T: Send + 'static>(shared: &Shared<T>, change: Change, items: &mut Vec<Item<T>>) {
    let before = if let Change::Account(account) = &change { shared.directory.account(account.id) } else { None };
    shared.directory.apply(&change);
    match change {
        Change::User(user) if user.disabled => items.push(Item::Expel { user: user.id }),
        Change::User(_) => {}
        Change::Account(account) if before.is_none() => {
            items.push(Item::Grant { account: account.id, user: account.owner.clone() });
            let event = AccessChanged::granted(account.id, Access::Owner, account.position);
            items.push(emit(Audience::User(account.owner), ServerEvent::AccessChanged(Box::new(event))));
        }
        Change::Account(_) => {}
        Change::AccountDeleted { account, users } => {
            for user in users {
                items.push(Item::Revoke { account, user: user.clone() });
                items.push(emit(
                    Audience::User(user),
                    ServerEvent::AccessChanged(Box::new(AccessChanged::ended(account))),
                ));
            }
        }
        Change::MemberAdded { account, user, position } => {
            items.push(Item::Grant { account, user: user.clone() });
            let event = AccessChanged::granted(account, Access::Member, position);
            items.push(emit(Audience::User(user), ServerEvent::AccessChanged(Box::new(event))));
        }
        Change::MemberRemoved { account, user } => {
            items.push(Item::Revoke { account, user: user.clone() });
            items.push(emit(Audience::User(user), ServerEvent::AccessChanged(Box::new(AccessChanged::ended(account)))));
        }
        Change::Message { message, conversation, new_conversation } => {
            message_stored(shared, &message, &conversation, new_conversation, items);
        }
        Change::Status(change) => status_changed(&change, items),
        Change::Conversation(conversation) => items.push(conversation_updated(&conversation)),
    }
}

/// A new conversation is told first, under the same `seq`: it is one change.
fn message_stored<T: Send + 'static>(
    shared: &Shared<T>,
    message: &Message,
    conversation: &Conversation,
    new_conversation: bool,
    items: &mut Vec<Item<T>>,
) {
    if new_conversation {
        items.push(conversation_updated(conversation));
    }
    let event = ServerEvent::NewMessage(Box::new(NewMessage::new(message, conversation.unread_count)));
    items.push(emit(Audience::Account(message.account_id), event));
    if message.is_outgoing && message.status == DeliveryStatus::Queued {
        shared.outboxes.queued(message);
    }
}

/// `message_status` is what counts; the guide's own events of a send come right behind it.
fn status_changed<T>(change: &StatusChange, items: &mut Vec<Item<T>>) {
    let message = &change.message;
    let event = ServerEvent::MessageStatus(Box::new(MessageStatus::new(message, change.at)));
    items.push(emit(Audience::Account(message.account_id), event));
    if change.first_sent {
        let event = ServerEvent::MessageSent(Box::new(MessageSent::from(message)));
        items.push(emit(Audience::Conversation(message.conversation_id), event));
    }
    let Some(sender) = message.sender.user_id.clone() else { return };
    if change.first_sent {
        let event = ServerEvent::MessageSentSuccess(Box::new(MessageSentSuccess::new(message, change.at)));
        items.push(emit(Audience::User(sender), event));
    } else if let Some(error) = &message.error {
        let event = MessageSendError::failed(message, error);
        items.push(emit(Audience::User(sender), ServerEvent::MessageSendError(Box::new(event))));
    }
}

fn conversation_updated<T>(conversation: &Conversation) -> Item<T> {
    let event = ServerEvent::ConversationUpdated(Box::new(ConversationUpdated::from(conversation)));
    emit(Audience::Account(conversation.account_id), event)
}

fn emit<T>(to: Audience, event: ServerEvent) -> Item<T> {
    Item::Emit(Emission { to, event })
}
