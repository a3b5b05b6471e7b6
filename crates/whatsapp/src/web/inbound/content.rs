//! What a message is, and what can be shown of it.

use domain::MessageKind;
use waproto::{buffa::MessageField, whatsapp as wa};

/// What to make of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// It changes another message, or is between devices only: no message of its own.
    Nothing,
    /// This kind with this text.
    Show(MessageKind, String),
    /// It is kept as it is, because it can't be shown yet.
    Keep,
}

/// Wrappers within wrappers, at most.
const MAX_DEPTH: usize = 8;

/// What to make of a message.
pub(super) fn content(message: &wa::Message) -> Content {
    let message = peel(message);
    if let Some(text) = text(message) {
        return Content::Show(MessageKind::Text, text.to_owned());
    }
    if is_no_message(message) {
        return Content::Nothing;
    }
    match described(message) {
        Some((kind, text)) if !text.trim().is_empty() => Content::Show(kind, text),
        _ => Content::Keep,
    }
}

/// Takes the wrappers off: the copy of what was written on another device, timers, view-once, captions.
fn peel(mut message: &wa::Message) -> &wa::Message {
    for _ in 0..MAX_DEPTH {
        let inner = message
            .device_sent_message
            .as_option()
            .and_then(|sent| sent.message.as_option())
            .or_else(|| wrapped(message));
        match inner {
            Some(inner) => message = inner,
            None => break,
        }
    }
    message
}

fn wrapped(message: &wa::Message) -> Option<&wa::Message> {
    let wrappers = [
        message.ephemeral_message.as_option(),
        message.view_once_message.as_option(),
        message.view_once_message_v2.as_option(),
        message.view_once_message_v2_extension.as_option(),
        message.document_with_caption_message.as_option(),
        message.group_mentioned_message.as_option(),
        message.associated_child_message.as_option(),
        message.lottie_sticker_message.as_option(),
        message.poll_creation_message_v4.as_option(),
    ];
    wrappers.into_iter().flatten().find_map(|wrapper| wrapper.message.as_option())
}

fn text(message: &wa::Message) -> Option<&str> {
    let extended = message.extended_text_message.as_option().and_then(|extended| extended.text.as_deref());
    message.conversation.as_deref().filter(|text| !text.is_empty()).or(extended)
}

/// Edits, reactions, votes and the like change a message; keys and settings are between devices; an album is only the
/// frame of the pictures that follow.
fn is_no_message(message: &wa::Message) -> bool {
    message.protocol_message.is_set()
        || message.reaction_message.is_set()
        || message.enc_reaction_message.is_set()
        || message.edited_message.is_set()
        || message.secret_encrypted_message.is_set()
        || message.poll_update_message.is_set()
        || message.poll_add_option_message.is_set()
        || message.enc_event_response_message.is_set()
        || message.keep_in_chat_message.is_set()
        || message.pin_in_chat_message.is_set()
        || message.album_message.is_set()
        || message.placeholder_message.is_set()
        || message.sticker_sync_rmr_message.is_set()
        || message.message_history_notice.is_set()
        || is_key_only(message)
}

/// A group's sender key without a message beside it.
fn is_key_only(message: &wa::Message) -> bool {
    if !message.sender_key_distribution_message.is_set() {
        return false;
    }
    let rest = wa::Message {
        sender_key_distribution_message: MessageField::none(),
        fast_ratchet_key_sender_key_distribution_message: MessageField::none(),
        message_context_info: MessageField::none(),
        ..message.clone()
    };
    waproto::codec::message_encoded_len(&rest) == 0
}

/// Kinds of which a text says something.
fn described(message: &wa::Message) -> Option<(MessageKind, String)> {
    media(message).or_else(|| place_or_person(message)).or_else(|| poll(message)).or_else(|| choice(message))
}

fn media(message: &wa::Message) -> Option<(MessageKind, String)> {
    let with = |kind, caption: Option<&String>| Some((kind, caption.cloned().unwrap_or_default()));
    if let Some(image) = message.image_message.as_option() {
        return with(MessageKind::Image, image.caption.as_ref());
    }
    if let Some(video) = message.video_message.as_option() {
        return with(MessageKind::Video, video.caption.as_ref());
    }
    let document = message.document_message.as_option()?;
    let title = document.file_name.as_ref().or(document.title.as_ref());
    with(MessageKind::Document, document.caption.as_ref().filter(|caption| !caption.is_empty()).or(title))
}

fn place_or_person(message: &wa::Message) -> Option<(MessageKind, String)> {
    if let Some(place) = message.location_message.as_option() {
        let names: Vec<_> = [&place.name, &place.address].into_iter().flatten().map(String::as_str).collect();
        let text = match (names.is_empty(), place.degrees_latitude, place.degrees_longitude) {
            (true, Some(latitude), Some(longitude)) => format!("{latitude:.6}, {longitude:.6}"),
            _ => names.join(", "),
        };
        return Some((MessageKind::Location, text));
    }
    if let Some(card) = message.contact_message.as_option() {
        return Some((MessageKind::Contact, card.display_name.clone().unwrap_or_default()));
    }
    let cards = message.contacts_array_message.as_option()?;
    let names: Vec<_> = cards.contacts.iter().filter_map(|card| card.display_name.as_deref()).collect();
    Some((MessageKind::Contact, names.join(", ")))
}

fn poll(message: &wa::Message) -> Option<(MessageKind, String)> {
    let versions = [
        &message.poll_creation_message,
        &message.poll_creation_message_v2,
        &message.poll_creation_message_v3,
        &message.poll_creation_message_v5,
        &message.poll_creation_message_v6,
    ];
    let poll = versions.into_iter().find_map(MessageField::as_option)?;
    let mut text = poll.name.clone().unwrap_or_default();
    for option in poll.options.iter().filter_map(|option| option.option_name.as_deref()) {
        text.push_str("\n- ");
        text.push_str(option);
    }
    Some((MessageKind::Poll, text))
}

/// What a customer chose of a business' buttons or lists.
fn choice(message: &wa::Message) -> Option<(MessageKind, String)> {
    let button =
        message.template_button_reply_message.as_option().and_then(|reply| reply.selected_display_text.clone());
    let row = || message.list_response_message.as_option().and_then(|reply| reply.title.clone());
    let flow = || {
        let reply = message.interactive_response_message.as_option()?;
        reply.body.as_option()?.text.clone()
    };
    let old_button = || {
        use wa::message::buttons_response_message::Response;
        match message.buttons_response_message.as_option()?.response.as_ref()? {
            Response::SelectedDisplayText(text) => Some(text.clone()),
        }
    };
    button.or_else(row).or_else(old_button).or_else(flow).map(|text| (MessageKind::Interactive, text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wa::message as m;

    fn plain(text: &str) -> wa::Message {
        wa::Message { conversation: Some(text.into()), ..Default::default() }
    }

    fn future_proof(message: wa::Message) -> MessageField<m::FutureProofMessage> {
        MessageField::some(m::FutureProofMessage { message: MessageField::some(message) })
    }

    fn show(kind: MessageKind, text: &str) -> Content {
        Content::Show(kind, text.into())
    }

    #[test]
    fn text_comes_in_two_ways() {
        assert_eq!(content(&plain("hi")), show(MessageKind::Text, "hi"));
        let extended = m::ExtendedTextMessage { text: Some("link".into()), ..Default::default() };
        let message = wa::Message { extended_text_message: MessageField::some(extended), ..Default::default() };
        assert_eq!(content(&message), show(MessageKind::Text, "link"));
    }

    #[test]
    fn wrappers_are_peeled_in_any_nesting() {
        let timed = wa::Message { ephemeral_message: future_proof(plain("soon gone")), ..Default::default() };
        let own = wa::Message {
            device_sent_message: MessageField::some(m::DeviceSentMessage {
                message: MessageField::some(timed),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(content(&own), show(MessageKind::Text, "soon gone"));
    }

    #[test]
    fn wrappers_without_end_end() {
        let mut message = plain("deep");
        for _ in 0..100 {
            message = wa::Message { ephemeral_message: future_proof(message), ..Default::default() };
        }
        assert_eq!(content(&message), Content::Keep);
    }

    #[test]
    fn what_changes_another_message_is_none() {
        let reaction = m::ReactionMessage { text: Some("👍".into()), ..Default::default() };
        let key = m::SenderKeyDistributionMessage { group_id: Some("g".into()), ..Default::default() };
        for message in [
            wa::Message { reaction_message: MessageField::some(reaction), ..Default::default() },
            wa::Message { protocol_message: MessageField::some(m::ProtocolMessage::default()), ..Default::default() },
            wa::Message { edited_message: future_proof(plain("new")), ..Default::default() },
            wa::Message { poll_update_message: MessageField::some(Default::default()), ..Default::default() },
            wa::Message { sender_key_distribution_message: MessageField::some(key.clone()), ..Default::default() },
        ] {
            assert_eq!(content(&message), Content::Nothing);
        }
        let with_text = wa::Message { sender_key_distribution_message: MessageField::some(key), ..plain("group text") };
        assert_eq!(content(&with_text), show(MessageKind::Text, "group text"));
    }

    #[test]
    fn captions_names_and_options_are_shown() {
        let image = m::ImageMessage { caption: Some("the roof".into()), ..Default::default() };
        let document = m::DocumentMessage { file_name: Some("order.pdf".into()), ..Default::default() };
        let place =
            m::LocationMessage { degrees_latitude: Some(52.5), degrees_longitude: Some(13.25), ..Default::default() };
        let card = m::ContactMessage { display_name: Some("Tom".into()), ..Default::default() };
        let option =
            |name: &str| m::poll_creation_message::Option { option_name: Some(name.into()), ..Default::default() };
        let poll = m::PollCreationMessage {
            name: Some("When?".into()),
            options: vec![option("Mon"), option("Tue")],
            ..Default::default()
        };
        let reply = m::TemplateButtonReplyMessage { selected_display_text: Some("Yes".into()), ..Default::default() };
        let captioned = wa::Message { document_message: MessageField::some(document), ..Default::default() };
        for (message, wanted) in [
            (
                wa::Message { image_message: MessageField::some(image), ..Default::default() },
                show(MessageKind::Image, "the roof"),
            ),
            (
                wa::Message { document_with_caption_message: future_proof(captioned), ..Default::default() },
                show(MessageKind::Document, "order.pdf"),
            ),
            (
                wa::Message { location_message: MessageField::some(place), ..Default::default() },
                show(MessageKind::Location, "52.500000, 13.250000"),
            ),
            (
                wa::Message { contact_message: MessageField::some(card), ..Default::default() },
                show(MessageKind::Contact, "Tom"),
            ),
            (
                wa::Message { poll_creation_message_v3: MessageField::some(poll), ..Default::default() },
                show(MessageKind::Poll, "When?\n- Mon\n- Tue"),
            ),
            (
                wa::Message { template_button_reply_message: MessageField::some(reply), ..Default::default() },
                show(MessageKind::Interactive, "Yes"),
            ),
        ] {
            assert_eq!(content(&message), wanted);
        }
    }

    #[test]
    fn everything_else_is_kept() {
        for message in [
            wa::Message { audio_message: MessageField::some(Default::default()), ..Default::default() },
            wa::Message { image_message: MessageField::some(Default::default()), ..Default::default() },
            wa::Message { sticker_message: MessageField::some(Default::default()), ..Default::default() },
            wa::Message { invoice_message: MessageField::some(Default::default()), ..Default::default() },
            wa::Message::default(),
        ] {
            assert_eq!(content(&message), Content::Keep);
        }
    }
}
