//! The one way out to the sockets: the guide's socket service.

use super::{Io, connected::Connected, joined::Rooms};
use domain::{AccountId, ConversationId, UserId};
use engine::{Audience, Emission};
use protocol::{
    ServerEvent, conversation_room,
    event::{NewMessage, Status},
    user_room,
};
use socketio::{Batch, Handle};
use std::sync::{Arc, OnceLock};

/// The guide's socket service: everything that sockets are told goes through it.
#[derive(Default)]
pub struct SocketService {
    io: OnceLock<Io>,
    pub(super) connected: Arc<Connected>,
    pub(super) rooms: Arc<Rooms>,
}

/// A message as it was committed. Only the stream of commits makes one: nobody hears of what is not stored.
#[derive(Debug)]
pub struct CommittedMessage(Box<NewMessage>);

impl CommittedMessage {
    /// For the publisher, which is handed committed messages only.
    pub(super) const fn new(message: Box<NewMessage>) -> Self {
        Self(message)
    }

    /// The message.
    #[must_use]
    pub const fn get(&self) -> &NewMessage {
        &self.0
    }
}

/// An event that has no place in an account's sequence, so that anybody may emit it at any time.
#[derive(Debug)]
pub struct Ephemeral(ServerEvent);

impl TryFrom<ServerEvent> for Ephemeral {
    /// The event, which is a sequenced one: it comes out of a commit, or not at all.
    type Error = ServerEvent;

    fn try_from(event: ServerEvent) -> Result<Self, ServerEvent> {
        if event.is_ephemeral() { Ok(Self(event)) } else { Err(event) }
    }
}

impl From<protocol::event::Typing> for Ephemeral {
    fn from(typing: protocol::event::Typing) -> Self {
        Self(typing.into())
    }
}

impl SocketService {
    /// Sets the server of sockets; once, by the start.
    pub fn set_io(&self, io: Io) {
        let _ = self.io.set(io);
    }

    /// Does many things at once, in order.
    pub(super) fn batch<R>(&self, fill: impl FnOnce(&mut Batch) -> R) -> R {
        self.io.get().expect("the start sets the sockets before it serves").batch(fill)
    }

    /// Figures of the sockets.
    #[must_use]
    pub fn stats(&self) -> socketio::Stats {
        self.io.get().map(Io::stats).unwrap_or_default()
    }

    /// A message was stored: tells all who see its account.
    pub fn emit_new_message(&self, message: &CommittedMessage) {
        self.batch(|batch| new_message(batch, message));
    }

    /// The link of an account changed: tells all who see it.
    pub fn emit_connection_status(&self, account: AccountId, status: Status) {
        let event = ServerEvent::WhatsappStatusUpdate(Box::new(status));
        self.emit(&Emission { to: Audience::Account(account), event });
    }

    /// Tells the sockets that have a chat open, except for one.
    pub fn emit_to_conversation(&self, conversation: ConversationId, event: &Ephemeral, except: Option<Handle>) {
        self.batch(|batch| {
            batch.emit(&[&conversation_room(conversation)], except, event.0.name(), &event.0);
        });
    }

    /// How many users are signed in; one with several tabs is one.
    #[must_use]
    pub fn connected_users_count(&self) -> usize {
        self.connected.count()
    }

    /// Delivers an event that belongs to no commit.
    pub fn emit(&self, emission: &Emission) {
        self.batch(|batch| emit(batch, emission));
    }
}

/// The room of all sockets of all who see an account. Clients don't know it.
pub(super) fn account_room(account: AccountId) -> String {
    format!("account_{account}")
}

pub(super) fn new_message(batch: &mut Batch, message: &CommittedMessage) {
    let room = account_room(message.get().account_id);
    batch.emit(&[&room], None, "new_message", message.get());
}

pub(super) fn emit(batch: &mut Batch, emission: &Emission) {
    let room = match &emission.to {
        Audience::Account(account) => account_room(*account),
        Audience::User(user) => user_room(user),
        Audience::Conversation(conversation) => conversation_room(conversation),
    };
    batch.emit(&[&room], None, emission.event.name(), &emission.event);
}

/// From here on the user's sockets get what belongs to the account.
pub(super) fn grant(batch: &mut Batch, account: AccountId, user: &UserId) {
    batch.join_all(&user_room(user), &account_room(account));
}

/// From here on they don't, and are in no room of its conversations.
pub(super) fn revoke(batch: &mut Batch, account: AccountId, user: &UserId, open: &[ConversationId]) {
    let sockets = user_room(user);
    batch.leave_all(&sockets, &account_room(account));
    for conversation in open {
        batch.leave_all(&sockets, &conversation_room(conversation));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use protocol::{ErrorCode, event::AuthError};

    #[test]
    fn only_what_has_no_sequence_is_ephemeral() {
        assert!(Ephemeral::try_from(ServerEvent::from(AuthError::from(ErrorCode::TokenExpired))).is_ok());
    }
}
