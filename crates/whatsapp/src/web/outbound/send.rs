use super::{
    acks::{Ack, Acks},
    nack::rejected,
    recipient::{Numbers, recipient},
};
use crate::{Accepted, Outbound, SendError, web::shared::WebShared};
use domain::AccountId;
use std::time::Duration;
use waproto::whatsapp as wa;
use whatsapp_rust::{Client, SendOptions};

/// From the beginning to the server's word. The library may ask WhatsApp three things before it sends to somebody new,
/// each of which it would wait 75 s for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends, and waits for the word of WhatsApp's server.
pub(in crate::web) async fn send(
    shared: &WebShared,
    account: AccountId,
    client: &Client,
    acks: &Acks,
    numbers: &Numbers,
    message: Outbound,
) -> Result<Accepted, SendError> {
    let attempt = async {
        let to = recipient(shared, account, client, numbers, &message.to).await?;
        write_down_keys(client).await?;
        let expected = acks.expect(&message.provider_id);
        let text = wa::Message { conversation: Some(message.text), ..Default::default() };
        let options = SendOptions::default().with_message_id(message.provider_id);
        client.send_message_with_options(to, text, options).await.map_err(failed)?;
        // The library returns once it has written; whether it was taken is another matter.
        expected.word().await.ok_or_else(|| SendError::Again("the connection was lost".to_owned()))
    };
    let word = tokio::time::timeout(PATIENCE, attempt).await;
    let word = word.unwrap_or_else(|_| Err(SendError::Again("WhatsApp did not answer in time".to_owned())))?;
    accepted(shared, word)
}

/// A text that came in may have brought a new sending key, which the library writes down within 25 ms. It does not wait
/// for that before it uses the key, and if the process died in between, the other side could not read what follows until
/// it was sent again, out of order. So what is new is written down first.
async fn write_down_keys(client: &Client) -> Result<(), SendError> {
    client.flush_pending_signal_state().await.map_err(|error| SendError::Again(error.to_string()))
}

fn accepted(shared: &WebShared, word: Ack) -> Result<Accepted, SendError> {
    match word.error {
        Some(code) => Err(rejected(code)),
        None => Ok(Accepted { provider_id: None, at: word.at.unwrap_or_else(|| shared.clock.now()) }),
    }
}

fn failed(error: whatsapp_rust::SendError) -> SendError {
    match error {
        whatsapp_rust::SendError::InvalidRequest(why) => SendError::Rejected {
            provider_code: "invalid_request".to_owned(),
            message: format!("The message can't be sent to this recipient: {why}."),
        },
        other => SendError::Again(other.to_string()),
    }
}
