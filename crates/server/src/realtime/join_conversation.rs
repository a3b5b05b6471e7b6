//! `join_conversation`: opens a chat.

use super::{call::Call, joined::Joined, reply::Asked};
use crate::app::App;
use domain::{Conversation, UserId};
use protocol::{ErrorCode, ServerEvent, command::JoinConversation, conversation_room, event::JoinedConversation};

pub(super) fn join_conversation(call: Call<'_, '_>) {
    let command = match JoinConversation::parse(call.data) {
        Ok(command) => command,
        Err(bad) => return call.asked.refused(call.cx, bad.into()),
    };
    let (user, joined) = (call.user(), call.socket.joined(&call.app.sockets.rooms));
    call.wait(async move |app, asked| match app.engine().conversation(&user, &command.conversation_id).await {
        Ok(chat) => admit(&app, &user, &chat, &joined, asked),
        Err(error) => app.sockets.batch(|batch| asked.refused(batch, error)),
    });
}

/// Access may have ended since the chat was read. While it is asked for it can't: a revocation comes behind this batch, and
/// finds the room noted.
fn admit(app: &App, user: &UserId, chat: &Conversation, joined: &Joined, asked: Asked) {
    let mut waiting = Some(asked);
    app.engine().if_access(user, chat.account_id, || {
        let Some(asked) = waiting.take() else { return };
        joined.enter(chat.account_id, chat.id);
        app.sockets.batch(|batch| {
            batch.join(asked.socket, &conversation_room(chat.id));
            asked.done_with(batch, &ServerEvent::from(JoinedConversation::new(chat.id)));
        });
    });
    if let Some(asked) = waiting {
        app.sockets.batch(|batch| asked.refused(batch, ErrorCode::NotFound.into()));
    }
}
