//! The names of rooms.

use domain::UserId;
use std::fmt::Display;

/// The room of every socket of one user: `user_{userId}`.
#[must_use]
pub fn user_room(user: &UserId) -> String {
    format!("user_{user}")
}

/// The room of the sockets that have a chat open: `conversation_{conversationId}`. Takes an id, or whatever a client
/// called one; a room that nobody was admitted to is empty.
#[must_use]
pub fn conversation_room(conversation: impl Display) -> String {
    format!("conversation_{conversation}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::ConversationId;

    #[test]
    fn rooms_are_named_as_the_contract_says() {
        let conversation: ConversationId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(user_room(&UserId::new("7").unwrap()), "user_7");
        assert_eq!(conversation_room(conversation), "conversation_01890a5d-ac96-774b-bcce-b302099a8057");
    }
}
