//! Acknowledgements: what a client's callback receives.

use crate::{ErrorBody, Id, Rfc3339, value::DeliveryStatus};
use domain::Message;
use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::ToSchema;

/// The answer to a command: `{ ok: true, ...result }`, or `{ ok: false, error }`. The result is a struct or a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack<T>(pub Result<T, ErrorBody>);

impl<T: Serialize> Serialize for Ack<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            ok: bool,
            #[serde(flatten)]
            result: &'a T,
        }
        match &self.0 {
            Ok(result) => Success { ok: true, result }.serialize(to),
            Err(error) => {
                let mut map = to.serialize_map(Some(2))?;
                map.serialize_entry("ok", &false)?;
                map.serialize_entry("error", error)?;
                map.end()
            }
        }
    }
}

/// The result of a command that has nothing to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Done {}

/// The result of `send_message`: the message as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// Ours.
    pub id: Id,
    /// WhatsApp's id; null where WhatsApp gives it out and hasn't yet.
    #[schema(required)]
    pub message_id: Option<String>,
    /// In which chat.
    pub conversation_id: Id,
    /// From which account.
    pub account_id: Id,
    /// The sender's own id for the send.
    #[schema(required)]
    pub client_id: Option<String>,
    /// `queued`; or how far it has come, when it is the message of an earlier send with the same `clientId`.
    pub status: DeliveryStatus,
    /// The change that made it what it is.
    pub seq: u64,
    /// When it was queued.
    pub timestamp: Rfc3339,
}

impl From<&Message> for Queued {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.into(),
            message_id: message.provider_id.clone(),
            conversation_id: message.conversation_id.into(),
            account_id: message.account_id.into(),
            client_id: message.client_id.clone(),
            status: message.status.into(),
            seq: message.seq,
            timestamp: message.timestamp.into(),
        }
    }
}
