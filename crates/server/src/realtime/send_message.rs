//! `send_message`: queues a text. Its answer comes with the commit, in the order of sending.

use super::{
    call::Call,
    ticket::{Send, Ticket},
};
use engine::Caller;
use protocol::{ErrorBody, command::SendMessage};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) fn send_message(call: Call<'_, '_>) {
    match SendMessage::parse(call.data) {
        Err(bad) => refuse(call, bad.into()),
        Ok(command) => {
            let (client_id, conversation_id) = (command.client_id.clone(), command.conversation_id.clone());
            let caller = Caller { user: call.user() };
            let send = Send { asked: call.asked, client_id, conversation_id };
            call.app.engine().send(&caller, command, Ticket::Send(send));
        }
    }
}

/// Refuses a send, behind the answers of those before it.
pub(super) fn refuse(call: Call<'_, '_>, error: ErrorBody) {
    let (user, ids) = (call.user(), Ids::read(call.data));
    let send = Send { asked: call.asked, client_id: ids.client_id(), conversation_id: ids.conversation_id() };
    call.app.engine().attach(&user, Ticket::Refused(send, error));
}

/// The ids of a send that can't be read otherwise, as far as it has them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids<'a> {
    #[serde(borrow)]
    client_id: Option<&'a RawValue>,
    #[serde(borrow)]
    conversation_id: Option<&'a RawValue>,
}

impl<'a> Ids<'a> {
    fn read(data: Option<&'a RawValue>) -> Self {
        data.and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default()
    }

    fn client_id(&self) -> Option<String> {
        short_text(self.client_id?)
    }

    fn conversation_id(&self) -> Option<String> {
        short_text(self.conversation_id?)
    }
}

fn short_text(value: &RawValue) -> Option<String> {
    let text: String = value.get().starts_with('"').then(|| serde_json::from_str(value.get()).ok())??;
    (1..=128).contains(&text.chars().count()).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ids(data: &str) -> (Option<String>, Option<String>) {
        let raw = RawValue::from_string(data.into()).unwrap();
        let ids = Ids::read(Some(&raw));
        (ids.client_id(), ids.conversation_id())
    }

    #[test]
    fn ids_are_told_back_as_far_as_they_can_be_read() {
        let both = (Some("c1".into()), Some("conv_1".into()));
        assert_eq!(ids(r#"{"clientId":"c1","conversationId":"conv_1","message":7,"x":[[1]]}"#), both);
        assert_eq!(ids(r#"{"clientId":"c1","conversationId":5}"#), (Some("c1".into()), None));
        for none in ["7", "[]", "null", "{}", r#"{"clientId":""}"#, r#"{"clientId":null}"#] {
            assert_eq!(ids(none), (None, None), "{none}");
        }
        assert_eq!(ids(&format!(r#"{{"clientId":"{}"}}"#, "x".repeat(129))), (None, None));
    }
}
