//! `send_message`: sends a text.

use super::MAX_ID;
use crate::{BadPayload, payload};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Sends a message. `to` or `conversationId` is enough. It is stored as `queued` before the acknowledgement; then come
/// `new_message`, and once WhatsApp's server took it `message_status`, `message_sent` and `message_sent_success`, or
/// `message_send_error`.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct SendMessage {
    /// The recipient: a phone number as people type it, or a JID.
    #[schema(max_length = 128)]
    pub to: Option<String>,
    /// The text: not empty, at most 65,536 characters.
    #[schema(min_length = 1, max_length = 65536)]
    pub message: String,
    /// The chat to send to.
    #[schema(max_length = 128)]
    pub conversation_id: Option<String>,
    /// The account to send from; else the conversation's, else the user's default one.
    #[schema(max_length = 128)]
    pub account_id: Option<String>,
    /// The sender's own id for this send: the same again sends nothing and answers with the first one's message.
    #[schema(max_length = 64)]
    pub client_id: Option<String>,
}

impl SendMessage {
    /// The longest text that may be sent, in characters. The engine refuses longer ones as `message_too_long` and empty
    /// ones as `message_empty`; here any length is read.
    pub const MAX_CHARS: usize = 65_536;

    /// The longest `clientId`, in characters.
    pub const MAX_CLIENT_ID: usize = 64;

    /// Reads the event's data. An empty `to` or `conversationId` counts as absent: the guide's client always sends both.
    /// What can't be sent yet, media and replies, is refused rather than left out of the message.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        Self::parse_text(payload::text(data))
    }

    fn parse_text(data: &str) -> Result<Self, BadPayload> {
        let [to, message, conversation_id, account_id, client_id, media, reply_to] =
            payload::object(data, ["to", "message", "conversationId", "accountId", "clientId", "media", "replyTo"])?;
        if let Some(later) = [media, reply_to].into_iter().find(payload::Field::is_given) {
            return Err(later.must("be absent: it can't be sent yet"));
        }
        let send = Self {
            to: to.optional_text(MAX_ID)?.filter(|text| !text.is_empty()),
            message: message.text()?,
            conversation_id: conversation_id.optional_text(MAX_ID)?.filter(|text| !text.is_empty()),
            account_id: account_id.optional_name(MAX_ID)?,
            client_id: client_id.optional_name(Self::MAX_CLIENT_ID)?,
        };
        if send.to.is_none() && send.conversation_id.is_none() {
            return Err(to.must("be given when conversationId is not"));
        }
        Ok(send)
    }
}

/// Text and recipient don't belong in a log.
impl std::fmt::Debug for SendMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendMessage")
            .field("conversation_id", &self.conversation_id)
            .field("account_id", &self.account_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
