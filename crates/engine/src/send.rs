//! Sending: checks, then the queue. The outbox does the rest.

use crate::engine::Engine;
use crate::outlet::Refused;
use crate::refused::not_found;
use crate::shared::Slip;
use domain::{AccountId, Address, Origin, SenderKey, UserId};
use protocol::ErrorCode;
use protocol::command::SendMessage;
use store::{Queue, QueueTarget, Ticket, Write};

/// On whose behalf a command is.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user: UserId,
}

impl<T: Send + 'static> Engine<T> {
    /// Queues a message. The answer comes with the ticket in the stream of commits, refusals too, in the order of the calls.
    pub fn send(&self, caller: &Caller, command: SendMessage, ticket: T) {
        let (write, refused) = match self.prepare(caller, command) {
            Ok(queue) => (Write::Queue(queue), None),
            Err(refused) => (Write::Nothing, Some(refused)),
        };
        self.inner.store.submit(write, Ticket::Caller(Slip { ticket, refused }));
    }

    fn prepare(&self, caller: &Caller, command: SendMessage) -> Result<Queue, Refused> {
        checked_text(&command.message)?;
        let account = command.account_id.as_deref().map(|id| self.visible(&caller.user, id)).transpose()?;
        let account = account.map(|account| account.id);
        Ok(Queue {
            sender: SenderKey::User(caller.user.clone()),
            user: Some(caller.user.clone()),
            origin: Origin::User,
            target: self.target(&caller.user, &command, account)?,
            account,
            provider_id: whatsapp::fresh_message_id(&mut rand::rng()),
            client_id: command.client_id,
            text: command.message,
            at: self.inner.clock.now(),
        })
    }

    /// A conversation goes before a number: who somebody is, is the chat, never the number as typed.
    fn target(&self, user: &UserId, command: &SendMessage, account: Option<AccountId>) -> Result<QueueTarget, Refused> {
        if let Some(conversation) = &command.conversation_id {
            return conversation.parse().map(QueueTarget::Conversation).map_err(|_| not_found("conversation"));
        }
        let to = command.to.as_deref().unwrap_or_default();
        let address = recipient(to)?;
        let account = account.or_else(|| self.directory().default_account(user));
        let account = account.ok_or_else(|| Refused::new(ErrorCode::AccountNotLinked))?;
        Ok(QueueTarget::Address { account, address })
    }
}

fn checked_text(text: &str) -> Result<(), Refused> {
    if text.trim().is_empty() {
        return Err(Refused::new(ErrorCode::MessageEmpty).on("message"));
    }
    if text.chars().count() > SendMessage::MAX_CHARS {
        return Err(Refused::new(ErrorCode::MessageTooLong).on("message"));
    }
    Ok(())
}

fn recipient(to: &str) -> Result<Address, Refused> {
    match Address::parse(to) {
        Ok(Address::Group(_)) => {
            Err(Refused::with_message(ErrorCode::NotSupported, "Groups can't be written to yet.").on("to"))
        }
        Ok(address) => Ok(address),
        Err(error) => Err(Refused::with_message(ErrorCode::RecipientInvalid, format!("to is {error}.")).on("to")),
    }
}
