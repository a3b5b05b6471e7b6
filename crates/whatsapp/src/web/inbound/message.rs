//! A message of WhatsApp, made into one of ours.

use super::content::{Content, content};
use crate::{
    Received,
    web::address::{address, aliases, complete},
};
use domain::{AccountSettings, Address, MessageKind, Timestamp};
use wacore::types::message::{MessageCategory, MessageInfo, MessageSource};
use wacore_binary::JidExt as _;
use waproto::whatsapp as wa;
use whatsapp_rust::Client;

/// The message, if it is one and wanted, with every address that can be known of those involved.
pub(super) async fn message(
    client: &Client,
    settings: &AccountSettings,
    message: &wa::Message,
    info: &MessageInfo,
) -> Option<Received> {
    let mut received = received(settings, message, info)?;
    received.chat = complete(client, received.chat).await;
    received.sender = complete(client, received.sender).await;
    Some(received)
}

/// The same with the addresses that came along.
fn received(settings: &AccountSettings, message: &wa::Message, info: &MessageInfo) -> Option<Received> {
    if info.category == MessageCategory::Peer || !is_wanted(settings, &info.source) {
        return None;
    }
    let (kind, text) = match content(message) {
        Content::Nothing => return None,
        Content::Show(kind, text) => (kind, text),
        Content::Keep => (MessageKind::Unsupported, String::new()),
    };
    let chat = chat(info);
    let sender = sender(&info.source);
    if chat.is_empty() || sender.is_empty() {
        tracing::debug!(message = %info.id, "Left out a message whose chat is neither a person nor a group");
        return None;
    }
    let from_me = info.source.is_from_me;
    Some(Received {
        provider_id: info.id.clone(),
        chat,
        sender,
        from_me,
        push_name: Some(info.push_name.clone()).filter(|name| !name.is_empty() && !from_me),
        // What is more than its text is kept whole as well, for the day it can be shown.
        raw: (kind != MessageKind::Text).then(|| waproto::codec::message_to_vec(message)),
        kind,
        content: text,
        timestamp: Timestamp(info.timestamp.timestamp_millis()),
    })
}

/// Status posts have no chat that could be shown, whatever the settings say.
fn is_wanted(settings: &AccountSettings, source: &MessageSource) -> bool {
    if source.chat.is_status_broadcast() {
        return false;
    }
    if source.chat.is_newsletter() {
        return settings.channels;
    }
    !source.chat.is_group() || settings.groups
}

fn chat(info: &MessageInfo) -> Vec<Address> {
    let source = &info.source;
    if source.chat.is_group() {
        return address(&source.chat).into_iter().collect();
    }
    if source.is_from_me {
        let others = [&source.recipient, &source.recipient_alt, &info.peer_recipient_pn];
        let others = others.into_iter().flatten().filter(|_| !source.chat.is_broadcast_list());
        return aliases(std::iter::once(&source.chat).chain(others));
    }
    if source.chat.is_broadcast_list() {
        // One text to many, each of whom has it in the chat with the writer.
        return sender(source);
    }
    aliases([&source.chat, &source.sender].into_iter().chain(&source.sender_alt))
}

fn sender(source: &MessageSource) -> Vec<Address> {
    aliases(std::iter::once(&source.sender).chain(&source.sender_alt))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wacore_binary::Jid;

    fn jid(text: &str) -> Jid {
        text.parse().unwrap()
    }

    fn info(chat: &str, sender: &str, alt: Option<&str>) -> MessageInfo {
        MessageInfo {
            id: "3EB0".into(),
            push_name: "Tom".into(),
            timestamp: wacore::time::from_secs(1_800_000_000).unwrap(),
            source: MessageSource {
                chat: jid(chat),
                sender: jid(sender),
                sender_alt: alt.map(jid),
                is_group: chat.ends_with("g.us"),
                ..Default::default()
            },
            ..Default::default()
        }
    }

    fn hello() -> wa::Message {
        wa::Message { conversation: Some("hello".into()), ..Default::default() }
    }

    fn take(info: &MessageInfo) -> Option<Received> {
        received(&AccountSettings::default(), &hello(), info)
    }

    fn phone(digits: &str) -> Address {
        Address::Phone(digits.into())
    }

    fn lid(digits: &str) -> Address {
        Address::Lid(digits.into())
    }

    #[test]
    fn a_text_by_lid_brings_the_number_along() {
        let message = take(&info("9200@lid", "9200:2@lid", Some("12025550142@s.whatsapp.net"))).unwrap();
        assert_eq!(message.chat, [lid("9200"), phone("12025550142")]);
        assert_eq!(message.sender, message.chat);
        assert_eq!((message.kind, message.content.as_str(), message.raw), (MessageKind::Text, "hello", None));
        assert_eq!((message.push_name.as_deref(), message.from_me), (Some("Tom"), false));
        assert_eq!(message.timestamp, Timestamp::from_secs(1_800_000_000));
    }

    #[test]
    fn what_the_owner_wrote_is_in_the_chat_of_the_other_side() {
        let mut own = info("9200@lid", "9100@lid", Some("12025550100@s.whatsapp.net"));
        own.source.is_from_me = true;
        own.source.recipient = Some(jid("9200@lid"));
        own.peer_recipient_pn = Some(jid("12025550142@s.whatsapp.net"));
        let message = take(&own).unwrap();
        assert_eq!(message.chat, [lid("9200"), phone("12025550142")]);
        assert_eq!(message.sender, [lid("9100"), phone("12025550100")]);
        assert!(message.from_me);
        assert_eq!(message.push_name, None, "the owner's name is not the chat's");
    }

    #[test]
    fn a_group_is_the_chat_and_the_member_the_sender() {
        let group = info("120363-1@g.us", "9200:1@lid", Some("12025550142@s.whatsapp.net"));
        let message = take(&group).unwrap();
        assert_eq!(message.chat, [Address::Group("120363-1".into())]);
        assert_eq!(message.sender, [lid("9200"), phone("12025550142")]);
        let without = AccountSettings { groups: false, ..AccountSettings::default() };
        assert_eq!(received(&without, &hello(), &group), None);
    }

    #[test]
    fn a_broadcast_list_is_a_chat_with_its_writer() {
        let message = take(&info("777@broadcast", "9200@lid", None)).unwrap();
        assert_eq!(message.chat, [lid("9200")]);
    }

    #[test]
    fn posts_channels_and_talk_between_devices_are_left_out() {
        assert_eq!(take(&info("status@broadcast", "9200@lid", None)), None);
        assert_eq!(take(&info("120363@newsletter", "120363@newsletter", None)), None);
        assert_eq!(take(&info("0@s.whatsapp.net", "0@s.whatsapp.net", None)), None);
        let peer = MessageInfo { category: MessageCategory::Peer, ..info("9100@lid", "9100@lid", None) };
        assert_eq!(take(&peer), None);
    }

    #[test]
    fn what_cannot_be_shown_is_kept_whole() {
        let sticker = wa::Message {
            sticker_message: waproto::buffa::MessageField::some(wa::message::StickerMessage {
                mimetype: Some("image/webp".into()),
                ..Default::default()
            }),
            ..Default::default()
        };
        let message = received(&AccountSettings::default(), &sticker, &info("9200@lid", "9200@lid", None)).unwrap();
        assert_eq!((message.kind, message.content.as_str()), (MessageKind::Unsupported, ""));
        assert_eq!(waproto::codec::message_decode(&message.raw.unwrap()).unwrap(), sticker);
    }
}
