//! From the engine's stream to the sockets: one commit is one batch.

use super::{
    service::{self, CommittedMessage},
    ticket::{Send, SignIn, Ticket, socket},
};
use crate::app::App;
use domain::{AccountId, Position};
use engine::{Emission, Item, Outlet, Refused, Reply};
use protocol::{
    ErrorBody, ErrorCode, ServerEvent, ack,
    event::{AuthError, Authenticated, MessageSendError},
    user_room,
};
use socketio::Batch;
use std::sync::Arc;

/// Hands what the engine publishes to the sockets.
pub struct Publisher(pub Arc<App>);

impl Outlet<Ticket> for Publisher {
    fn commit(&self, items: Vec<Item<Ticket>>) {
        self.0.sockets.batch(|batch| items.into_iter().for_each(|item| self.item(batch, item)));
    }

    fn emit(&self, emission: Emission) {
        self.0.sockets.emit(&emission);
    }
}

impl Publisher {
    fn item(&self, batch: &mut Batch, item: Item<Ticket>) {
        match item {
            Item::Emit(Emission { event: ServerEvent::NewMessage(message), .. }) => {
                service::new_message(batch, &CommittedMessage::new(message));
            }
            Item::Emit(emission) => service::emit(batch, &emission),
            Item::Answer(ticket, reply) => self.answer(batch, ticket, reply),
            Item::Grant { account, user } => service::grant(batch, account, &user),
            Item::Revoke { account, user } => {
                service::revoke(batch, account, &user, &self.0.sockets.rooms.of(account));
            }
            Item::Expel { user } => {
                let event = ServerEvent::from(AuthError::from(ErrorCode::UserDisabled));
                batch.emit(&[&user_room(&user)], None, event.name(), &event);
                batch.close_all(&user_room(&user), "user_disabled");
            }
        }
    }

    fn answer(&self, batch: &mut Batch, ticket: Ticket, reply: Result<Reply, Refused>) {
        match (ticket, reply) {
            (Ticket::SignIn(ticket), Ok(Reply::Attached { positions })) => self.signed_in(batch, ticket, positions),
            (Ticket::SignIn(ticket), Err(error)) => not_signed_in(batch, ticket, error),
            (Ticket::Send(send), Ok(Reply::Queued { message, .. })) => {
                send.asked.done(batch, ack::Queued::from(&*message));
            }
            (Ticket::Send(send), Err(error)) | (Ticket::Refused(send, error), _) => not_sent(batch, send, error),
            (Ticket::Positions(waits), reply) => {
                let positions = reply.and_then(|reply| match reply {
                    Reply::Attached { positions } => Ok(positions),
                    Reply::Queued { .. } => Err(ErrorCode::Internal.into()),
                });
                // Whoever waited may have gone.
                let _ = waits.send(positions);
            }
            (Ticket::SignIn(ticket), Ok(_)) => not_signed_in(batch, ticket, ErrorCode::Internal.into()),
            (Ticket::Send(send), Ok(_)) => not_sent(batch, send, ErrorCode::Internal.into()),
        }
    }

    /// The socket is in its rooms from this place of the stream on, and the positions are of this place.
    fn signed_in(&self, batch: &mut Batch, ticket: SignIn, positions: Vec<(AccountId, Position)>) {
        let SignIn { asked, user, expires_at, .. } = &ticket;
        let (handle, expires_at) = (asked.socket, *expires_at);
        if self.0.engine().directory().user(user).is_none_or(|user| user.disabled) {
            return not_signed_in(batch, ticket, ErrorCode::UserDisabled.into());
        }
        batch.join(handle, &user_room(user));
        for (account, _) in &positions {
            batch.join(handle, &service::account_room(*account));
        }
        let (connected, who) = (self.0.sockets.connected.clone(), user.clone());
        batch.update(
            handle,
            Box::new(move |state| {
                if socket(state).sign_in(who.clone(), expires_at) {
                    connected.add(&who);
                }
            }),
        );
        batch.wake_at(handle, self.0.instant(expires_at));
        tracing::info!(user.id = %user, "User {user} authenticated and joined room {}", user_room(user));
        let event = ServerEvent::from(Authenticated::new(user, positions, expires_at));
        ticket.asked.done_with(batch, &event);
        batch.resume(handle);
    }
}

/// The socket may try again until its time is over.
pub(super) fn not_signed_in(batch: &mut Batch, ticket: SignIn, error: ErrorBody) {
    let handle = ticket.asked.socket;
    tracing::warn!(user.id = %ticket.user, code = error.code.as_str(), "Authentication error");
    batch.update(handle, Box::new(|state| socket(state).signing_in = false));
    batch.wake_at(handle, ticket.otherwise_wake_at);
    ticket.asked.refused(batch, error);
    batch.resume(handle);
}

fn not_sent(batch: &mut Batch, send: Send, error: ErrorBody) {
    let event = ServerEvent::from(MessageSendError::refused(&error, send.client_id, send.conversation_id));
    send.asked.refused_with(batch, error, &event);
}
