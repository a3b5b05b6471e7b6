//! `leave_conversation`: closes a chat, also one that was not open.

use super::call::Call;
use domain::ConversationId;
use protocol::{ServerEvent, command::LeaveConversation, conversation_room, event::LeftConversation};

pub(super) fn leave_conversation(call: Call<'_, '_>) {
    let command = match LeaveConversation::parse(call.data) {
        Ok(command) => command,
        Err(bad) => return call.asked.refused(call.cx, bad.into()),
    };
    let event = match command.conversation_id.parse::<ConversationId>() {
        Ok(conversation) => {
            call.cx.leave(&conversation_room(conversation));
            if let Some(joined) = call.socket.joined_already() {
                joined.leave(conversation);
            }
            LeftConversation::new(conversation)
        }
        Err(_) => LeftConversation::new(command.conversation_id),
    };
    call.asked.done_with(call.cx, &ServerEvent::from(event));
}
