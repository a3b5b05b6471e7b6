//! Every event of the server, as it is on the wire, key by key, and as the published schema says.
#![allow(clippy::unwrap_used)]

mod support;

use domain::{
    Access, AccountId, ConnectionState, Conversation, ConversationId, ConversationKind, DeliveryStatus, LastMessage,
    Message, MessageError, MessageKind, Origin, Position, Sender, Timestamp, UserId,
};
use protocol::{ErrorBody, ErrorCode, ServerEvent, event::*, value::TypingState};
use serde_json::{Value, json};
use std::{collections::BTreeSet, str::FromStr, time::Duration};

const ACCOUNT: &str = "01890a5d-ac96-774b-bcce-b302099a8001";
const CHAT: &str = "01890a5d-ac96-774b-bcce-b302099a8002";
const MESSAGE: &str = "01890a5d-ac96-774b-bcce-b302099a8003";
const CONTACT: &str = "01890a5d-ac96-774b-bcce-b302099a8004";
const SIX: &str = "2026-11-24T18:00:00.000Z";
const SEVEN: &str = "2026-11-24T19:00:00.250Z";

fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn six() -> Timestamp {
    Timestamp(1_795_543_200_000)
}

fn seven() -> Timestamp {
    Timestamp(1_795_546_800_250)
}

fn user() -> UserId {
    UserId::new("7").unwrap()
}

fn outgoing() -> Message {
    Message {
        id: id(MESSAGE),
        account_id: id(ACCOUNT),
        conversation_id: id(CHAT),
        seq: 42,
        provider_id: Some("3EB0C0".into()),
        client_id: Some("c1".into()),
        kind: MessageKind::Text,
        content: "Hello!".into(),
        is_outgoing: true,
        status: DeliveryStatus::Sent,
        error: None,
        sender: Sender { name: Some("Ana".into()), user_id: Some(user()), ..Sender::default() },
        to: Some("+1234567890".into()),
        origin: Some(Origin::User),
        timestamp: six(),
        created_at: seven(),
    }
}

fn inbound() -> Message {
    Message {
        client_id: None,
        is_outgoing: false,
        status: DeliveryStatus::Delivered,
        sender: Sender { contact_id: Some(id(CONTACT)), name: Some("Marta".into()), ..Sender::default() },
        to: None,
        origin: None,
        ..outgoing()
    }
}

fn failed() -> Message {
    let error = MessageError {
        code: "rejected".into(),
        message: "WhatsApp says not-authorized".into(),
        provider_code: Some("463".into()),
    };
    Message { status: DeliveryStatus::Failed, error: Some(error), provider_id: None, ..outgoing() }
}

fn chat() -> Conversation {
    let last = inbound();
    Conversation {
        id: id(CHAT),
        account_id: id(ACCOUNT),
        seq: 42,
        kind: ConversationKind::Direct,
        contact_id: Some(id(CONTACT)),
        name: Some("Marta".into()),
        phone: None,
        unread_count: 3,
        last_message: Some(LastMessage {
            id: last.id,
            content: last.content,
            kind: last.kind,
            is_outgoing: last.is_outgoing,
            status: last.status,
            timestamp: last.timestamp,
        }),
        merged_into: None,
        created_at: six(),
    }
}

fn refusal() -> ErrorBody {
    ErrorBody::with_message(ErrorCode::RateLimited, "Too fast").after(Duration::from_millis(250)).on("message")
}

/// Each event with its payload.
fn golden() -> Vec<(ServerEvent, Value)> {
    let mut all = signing_in();
    all.extend(messages());
    all.extend(sending());
    all.extend(chats());
    all.extend(statuses());
    all.extend(refusals());
    all
}

fn signing_in() -> Vec<(ServerEvent, Value)> {
    let position = Position { epoch: 1, seq: 42 };
    let account: AccountId = id(ACCOUNT);
    vec![
        (
            Authenticated::new(&user(), vec![(account, position)], seven()).into(),
            json!({
                "userId": "7", "message": "Successfully authenticated", "room": "user_7",
                "positions": { ACCOUNT: "1.42" }, "expiresAt": SEVEN,
            }),
        ),
        (
            AuthError::from(ErrorCode::TokenExpired).into(),
            json!({ "message": "Authentication has expired: sign in again", "code": "token_expired" }),
        ),
        (
            AccessChanged::granted(account, Access::Member, position).into(),
            json!({ "accountId": ACCOUNT, "access": "member", "position": "1.42" }),
        ),
        (AccessChanged::ended(account).into(), json!({ "accountId": ACCOUNT, "access": "none" })),
    ]
}

fn messages() -> Vec<(ServerEvent, Value)> {
    vec![
        (
            NewMessage::new(&outgoing(), 0).into(),
            json!({
                "id": MESSAGE, "accountId": ACCOUNT, "conversationId": CHAT, "seq": 42, "messageId": "3EB0C0",
                "clientId": "c1", "content": "Hello!", "messageType": "text", "isOutgoing": true, "status": "sent",
                "error": null, "senderId": "7",
                "sender": { "contactId": null, "phone": null, "name": "Ana", "userId": "7" },
                "to": "+1234567890", "media": null, "replyTo": null, "reactions": [], "editedAt": null,
                "deletedAt": null, "origin": "user", "timestamp": SIX, "createdAt": SEVEN,
                "conversation": { "unreadCount": 0 },
            }),
        ),
        (
            NewMessage::new(&inbound(), 3).into(),
            json!({
                "id": MESSAGE, "accountId": ACCOUNT, "conversationId": CHAT, "seq": 42, "messageId": "3EB0C0",
                "clientId": null, "content": "Hello!", "messageType": "text", "isOutgoing": false,
                "status": "delivered", "error": null, "senderId": CONTACT,
                "sender": { "contactId": CONTACT, "phone": null, "name": "Marta", "userId": null },
                "to": null, "media": null, "replyTo": null, "reactions": [], "editedAt": null, "deletedAt": null,
                "origin": null, "timestamp": SIX, "createdAt": SEVEN, "conversation": { "unreadCount": 3 },
            }),
        ),
        (
            MessageStatus::new(&outgoing(), seven()).into(),
            json!({
                "id": MESSAGE, "accountId": ACCOUNT, "conversationId": CHAT, "seq": 42, "messageId": "3EB0C0",
                "status": "sent", "timestamp": SEVEN,
            }),
        ),
        (
            MessageStatus::new(&failed(), seven()).into(),
            json!({
                "id": MESSAGE, "accountId": ACCOUNT, "conversationId": CHAT, "seq": 42, "messageId": null,
                "status": "failed", "timestamp": SEVEN,
                "error": { "code": "rejected", "message": "WhatsApp refused the message", "providerCode": "463" },
            }),
        ),
    ]
}

fn sending() -> Vec<(ServerEvent, Value)> {
    let failed = failed();
    vec![
        (
            MessageSent::from(&outgoing()).into(),
            json!({
                "messageId": "3EB0C0", "to": "+1234567890", "message": "Hello!", "conversationId": CHAT, "id": MESSAGE,
                "clientId": "c1", "senderId": "7", "timestamp": SIX, "isOutgoing": true,
            }),
        ),
        (
            MessageSentSuccess::new(&outgoing(), seven()).into(),
            json!({
                "messageId": "3EB0C0", "timestamp": SEVEN, "id": MESSAGE, "clientId": "c1", "conversationId": CHAT,
            }),
        ),
        (
            MessageSendError::failed(&failed, failed.error.as_ref().unwrap()).into(),
            json!({
                "error": "WhatsApp refused the message", "code": "rejected", "id": MESSAGE, "clientId": "c1",
                "conversationId": CHAT, "retryable": false,
            }),
        ),
        (
            MessageSendError::refused(&refusal(), Some("c1".into()), Some("conv_123".into())).into(),
            json!({
                "error": "Too fast", "code": "rate_limited", "id": null, "clientId": "c1",
                "conversationId": "conv_123", "retryable": true,
            }),
        ),
    ]
}

fn chats() -> Vec<(ServerEvent, Value)> {
    let chat_id: ConversationId = id(CHAT);
    let room = format!("conversation_{CHAT}");
    let from = Sender { contact_id: Some(id(CONTACT)), phone: Some("+1234567890".into()), ..Sender::default() };
    let merged = Conversation { merged_into: Some(id(MESSAGE)), last_message: None, ..chat() };
    let chat_json = json!({
        "id": CHAT, "accountId": ACCOUNT, "seq": 42, "kind": "direct", "contactId": CONTACT, "name": "Marta",
        "phone": null, "avatar": null, "unreadCount": 3, "createdAt": SIX,
        "lastMessage": {
            "id": MESSAGE, "content": "Hello!", "messageType": "text", "isOutgoing": false, "status": "delivered",
            "timestamp": SIX,
        },
    });
    let mut merged_json = chat_json.clone();
    merged_json["lastMessage"] = Value::Null;
    merged_json["mergedInto"] = MESSAGE.into();
    vec![
        (ConversationUpdated::from(&chat()).into(), chat_json),
        (ConversationUpdated::from(&merged).into(), merged_json),
        (JoinedConversation::new(chat_id).into(), json!({ "conversationId": CHAT, "room": room })),
        (
            LeftConversation::new("conv_123").into(),
            json!({ "conversationId": "conv_123", "room": "conversation_conv_123" }),
        ),
        (
            Typing::new(chat_id, &from, TypingState::Composing).into(),
            json!({
                "conversationId": CHAT, "state": "composing",
                "from": { "contactId": CONTACT, "phone": "+1234567890", "name": null, "userId": null },
            }),
        ),
    ]
}

fn statuses() -> Vec<(ServerEvent, Value)> {
    let shown = Status {
        qr_code: Some("2@abc".into()),
        qr_image: Some("data:image/png;base64,AA==".into()),
        qr_expires_at: Some(six().into()),
        capabilities: vec!["typing"],
        ..Status::new(id(ACCOUNT), ConnectionState::Qr, "Scan the code")
    };
    let mut none = json!({
        "accountId": null, "connected": false, "connectionState": "disconnected", "phone": null, "name": null,
        "qrCode": null, "qrImage": null, "qrExpiresAt": null, "pairingCode": null, "pairingCodeExpiresAt": null,
        "retryAt": null, "lastConnectedAt": null, "reason": null, "message": "No WhatsApp account is linked yet",
        "capabilities": [], "limits": {},
    });
    let without_account = (ServerEvent::ConnectionStatus(Box::new(Status::none())), none.clone());
    for (key, value) in [
        ("accountId", json!(ACCOUNT)),
        ("connectionState", json!("qr")),
        ("qrCode", json!("2@abc")),
        ("qrImage", json!("data:image/png;base64,AA==")),
        ("qrExpiresAt", json!(SIX)),
        ("message", json!("Scan the code")),
        ("capabilities", json!(["typing"])),
    ] {
        none[key] = value;
    }
    vec![without_account, (ServerEvent::WhatsappStatusUpdate(Box::new(shown)), none)]
}

fn refusals() -> Vec<(ServerEvent, Value)> {
    vec![
        (
            ErrorEvent::new("join_conversation", &ErrorBody::new(ErrorCode::NotFound)).into(),
            json!({ "code": "not_found", "message": "Not found", "event": "join_conversation", "retryable": false }),
        ),
        (
            ErrorEvent::new("typing", &refusal()).into(),
            json!({
                "code": "rate_limited", "message": "Too fast", "event": "typing", "field": "message",
                "retryable": true, "retryAfterMs": 250,
            }),
        ),
    ]
}

#[test]
fn every_event_has_exactly_its_keys() {
    for (event, expected) in golden() {
        assert_eq!(serde_json::to_value(&event).unwrap(), expected, "{}", event.name());
    }
}

#[test]
fn every_event_is_as_published_and_every_published_one_is_shown_here() {
    let document = support::document();
    let published = document["x-socket-events"]["serverToClient"].as_object().unwrap();
    let mut shown = BTreeSet::new();
    for (event, json) in golden() {
        let entry = &published[event.name()];
        support::assert_as_published(&document, support::name_of(&entry["data"]), &json);
        assert_eq!(entry["sequenced"], !event.is_ephemeral(), "{}", event.name());
        shown.insert(event.name().to_owned());
    }
    assert_eq!(shown, published.keys().cloned().collect());
}

#[test]
fn sequenced_events_know_their_place() {
    let places: BTreeSet<_> =
        golden().iter().filter_map(|(event, _)| event.seq().map(|seq| (event.name(), seq.1))).collect();
    let expected = [("conversation_updated", 42), ("message_status", 42), ("new_message", 42)];
    assert_eq!(places, BTreeSet::from(expected));
}

#[test]
fn a_refused_command_is_told_by_its_own_event() {
    let error = ErrorBody::new(ErrorCode::BadPayload).on("token");
    for (command, event) in [
        ("authenticate", "auth_error"),
        ("send_message", "message_send_error"),
        ("typing", "error"),
        ("no_such_event", "error"),
    ] {
        assert_eq!(ServerEvent::refused(command, &error).name(), event, "{command}");
    }
}

#[test]
fn the_name_of_an_unknown_event_is_cut() {
    let long = "é".repeat(1000);
    assert_eq!(ErrorEvent::new(&long, &refusal()).event.chars().count(), 128);
}
