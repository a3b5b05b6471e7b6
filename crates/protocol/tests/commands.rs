//! What clients send: good data, and a matrix of bad data for every command and body.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    BadPayload, ClientEvent,
    command::*,
    http::{CreateAccount, Login, Register},
    value::{LinkMethod, ProviderKind, TypingState},
};
use serde_json::{Value, json, value::RawValue};

type Parse = fn(&str) -> Result<(), BadPayload>;

/// How a key is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text(usize),
    AnyText,
    UserId,
    Bool,
    Choice,
    Later,
}

struct Command {
    name: &'static str,
    parse: Parse,
    good: Value,
    keys: &'static [(&'static str, Kind)],
    required: &'static [&'static str],
}

macro_rules! event {
    ($type:ty) => {
        |data| <$type>::parse(Some(&raw(data))).map(|_| ())
    };
}

fn raw(data: &str) -> Box<RawValue> {
    RawValue::from_string(data.to_owned()).unwrap()
}

fn events() -> Vec<Command> {
    use Kind::*;
    vec![
        Command {
            name: "authenticate",
            parse: event!(Authenticate),
            good: json!({ "token": "j.w.t", "userId": "7" }),
            keys: &[("token", Text(MAX_TOKEN)), ("userId", UserId)],
            required: &["userId"],
        },
        Command {
            name: "send_message",
            parse: event!(SendMessage),
            good: json!({
                "to": "+1234567890", "message": "Hello!", "conversationId": "conv_123", "accountId": "a", "clientId": "c",
            }),
            keys: &[
                ("to", Text(MAX_ID)),
                ("message", AnyText),
                ("conversationId", Text(MAX_ID)),
                ("accountId", Text(MAX_ID)),
                ("clientId", Text(SendMessage::MAX_CLIENT_ID)),
                ("media", Later),
                ("replyTo", Later),
            ],
            required: &["message"],
        },
        Command {
            name: "join_conversation",
            parse: event!(JoinConversation),
            good: json!({ "conversationId": "conv_123" }),
            keys: &[("conversationId", Text(MAX_ID))],
            required: &["conversationId"],
        },
        Command {
            name: "leave_conversation",
            parse: event!(LeaveConversation),
            good: json!({ "conversationId": "conv_123" }),
            keys: &[("conversationId", Text(MAX_ID))],
            required: &["conversationId"],
        },
        Command {
            name: "get_connection_status",
            parse: event!(GetConnectionStatus),
            good: json!({ "accountId": "a" }),
            keys: &[("accountId", Text(MAX_ID))],
            required: &[],
        },
        Command {
            name: "connect_whatsapp",
            parse: event!(ConnectWhatsapp),
            good: json!({ "accountId": "a", "provider": "web", "method": "qr", "phone": "+1234567890" }),
            keys: &[("accountId", Text(MAX_ID)), ("provider", Choice), ("method", Choice), ("phone", Text(MAX_ID))],
            required: &[],
        },
        Command {
            name: "disconnect_whatsapp",
            parse: event!(DisconnectWhatsapp),
            good: json!({ "accountId": "a", "logout": true }),
            keys: &[("accountId", Text(MAX_ID)), ("logout", Bool)],
            required: &[],
        },
        Command {
            name: "typing",
            parse: event!(Typing),
            good: json!({ "conversationId": "conv_123", "state": "composing" }),
            keys: &[("conversationId", Text(MAX_ID)), ("state", Choice)],
            required: &["conversationId", "state"],
        },
    ]
}

fn bodies() -> Vec<Command> {
    use Kind::*;
    vec![
        Command {
            name: "register",
            parse: |body| Register::parse(body).map(|_| ()),
            good: json!({ "email": "Ana@Example.com", "name": "Ana", "password": "correct horse", "setupToken": "s" }),
            keys: &[("email", Text(254)), ("name", Text(128)), ("password", Text(1024)), ("setupToken", Text(128))],
            required: &["email", "name", "password"],
        },
        Command {
            name: "login",
            parse: |body| Login::parse(body).map(|_| ()),
            good: json!({ "email": "ana@example.com", "password": "correct horse" }),
            keys: &[("email", Text(254)), ("password", Text(1024))],
            required: &["email", "password"],
        },
        Command {
            name: "create account",
            parse: |body| CreateAccount::parse(body).map(|_| ()),
            good: json!({ "provider": "demo", "name": "Shop" }),
            keys: &[("provider", Choice), ("name", Text(128))],
            required: &[],
        },
    ]
}

fn all() -> impl Iterator<Item = Command> {
    events().into_iter().chain(bodies())
}

fn deep(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// JSON of which none is right for that kind.
fn wrong_for(kind: Kind) -> Vec<String> {
    let mut wrong = vec!["[]".to_owned(), "{}".into(), "[\"x\"]".into(), deep(100_000)];
    let more: &[&str] = match kind {
        Kind::Text(_) | Kind::AnyText => &["1", "true", r#""\ud83d""#],
        Kind::UserId => &["true", r#""""#, r#""a\nb""#, r#""\udc00""#],
        Kind::Bool => &["1", r#""true""#],
        Kind::Choice => &["1", "true", r#""""#, r#""Web""#, r#""\ud83d""#],
        Kind::Later => &["1", r#""x""#],
    };
    wrong.extend(more.iter().map(|json| (*json).to_owned()));
    match kind {
        Kind::Text(max) => wrong.push(format!("\"{}\"", "é".repeat(max + 1))),
        Kind::UserId => wrong.push(format!("\"{}\"", "x".repeat(129))),
        _ => {}
    }
    wrong
}

/// The good data with one key replaced by other JSON, or left out.
fn with(command: &Command, key: &str, json: Option<&str>) -> String {
    let object = command.good.as_object().unwrap();
    let kept = object.iter().filter(|(name, _)| *name != key).map(|(name, value)| format!("\"{name}\":{value}"));
    let parts: Vec<_> = kept.chain(json.map(|json| format!("\"{key}\":{json}"))).collect();
    format!("{{{}}}", parts.join(","))
}

#[test]
fn every_client_event_is_in_the_matrix() {
    let names: Vec<_> = events().iter().map(|command| command.name).collect();
    let listed: Vec<_> = ClientEvent::ALL.iter().map(|event| event.name()).collect();
    assert_eq!(names, listed);
    for event in ClientEvent::ALL {
        assert_eq!(ClientEvent::from_name(event.name()), Some(*event));
    }
    assert_eq!(ClientEvent::from_name("Typing"), None);
}

#[test]
fn good_data_is_taken_and_is_as_published() {
    let document = support::document();
    let published = &document["x-socket-events"]["clientToServer"];
    for command in events() {
        assert_eq!((command.parse)(&command.good.to_string()), Ok(()), "{}", command.name);
        let schema = support::name_of(&published[command.name]["data"]);
        support::assert_as_published(&document, schema, &command.good);
    }
    for command in bodies() {
        assert_eq!((command.parse)(&command.good.to_string()), Ok(()), "{}", command.name);
    }
}

#[test]
fn what_is_required_is_what_is_published_as_required() {
    let document = support::document();
    for command in events() {
        let schema = support::name_of(&document["x-socket-events"]["clientToServer"][command.name]["data"]);
        let required = document["components"]["schemas"][schema]["required"].clone();
        let mut required: Vec<String> = serde_json::from_value(required).unwrap_or_default();
        // A token has to be there, but has a code of its own for when it is not: `token_missing`.
        required.retain(|key| (command.name, key.as_str()) != ("authenticate", "token"));
        assert_eq!(required, command.required, "{}", command.name);
    }
}

#[test]
fn a_mistyped_key_is_named() {
    for command in all() {
        for (key, kind) in command.keys {
            for json in wrong_for(*kind) {
                let bad = (command.parse)(&with(&command, key, Some(&json))).unwrap_err();
                let case = format!("{} {key} {}", command.name, json.chars().take(40).collect::<String>());
                assert_eq!(bad.field, *key, "{case}");
                assert!(bad.message.starts_with(&format!("{key} must ")), "{case}: {}", bad.message);
                assert!(bad.message.len() < 200 && !bad.message.contains("auth"), "{case}: {}", bad.message);
            }
        }
    }
}

#[test]
fn a_missing_key_is_named_and_null_is_the_same() {
    for command in all() {
        for (key, _) in command.keys {
            for json in [None, Some("null")] {
                let parsed = (command.parse)(&with(&command, key, json));
                if command.required.contains(key) {
                    let bad = parsed.unwrap_err();
                    assert_eq!((bad.field, bad.message), (*key, format!("{key} is missing")), "{}", command.name);
                } else {
                    assert_eq!(parsed, Ok(()), "{} {key}", command.name);
                }
            }
        }
    }
}

#[test]
fn data_that_is_no_object_is_refused() {
    for command in all() {
        for data in ["1", "\"x\"", "[]", "true", &deep(100_000)] {
            let bad = (command.parse)(data).unwrap_err();
            assert_eq!((bad.field, bad.message.as_str()), ("", "data must be an object"), "{}", command.name);
        }
    }
}

#[test]
fn junk_in_unknown_keys_is_skipped_however_deep_or_large() {
    let deep = deep(100_000);
    let deep_objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let large = format!("\"{}\"", "x".repeat(900_000));
    for command in all() {
        for junk in [&deep, &deep_objects, &large] {
            assert_eq!((command.parse)(&with(&command, "junk", Some(junk))), Ok(()), "{}", command.name);
        }
    }
}

#[test]
fn no_data_counts_as_an_empty_object() {
    assert_eq!(GetConnectionStatus::parse(None).unwrap(), GetConnectionStatus { account_id: None });
    assert_eq!(GetConnectionStatus::parse(Some(&raw("null"))).unwrap(), GetConnectionStatus { account_id: None });
    assert_eq!(JoinConversation::parse(None).unwrap_err().message, "conversationId is missing");
    let connect = ConnectWhatsapp { account_id: None, provider: None, method: None, phone: None };
    assert_eq!(ConnectWhatsapp::parse(None).unwrap(), connect);
}

#[test]
fn a_user_id_is_compared_as_a_string() {
    for (json, id) in [("7", "7"), ("\"7\"", "7"), ("-1", "-1"), ("\"Ana Ü\"", "Ana Ü")] {
        let read = Authenticate::parse(Some(&raw(&format!(r#"{{"token":"t","userId":{json}}}"#)))).unwrap();
        assert_eq!(read.user_id.as_str(), id);
    }
}

#[test]
fn a_missing_token_is_left_to_its_own_code() {
    for data in [r#"{"userId":7}"#, r#"{"userId":7,"token":null}"#, r#"{"userId":7,"token":""}"#] {
        assert_eq!(Authenticate::parse(Some(&raw(data))).unwrap().token, None, "{data}");
    }
}

#[test]
fn an_empty_handshake_token_means_none() {
    for auth in ["null", "{}", r#"{"token":null}"#, r#"{"token":""}"#] {
        assert_eq!(Authenticate::parse_handshake(Some(&raw(auth))), Ok(None), "{auth}");
    }
    assert_eq!(Authenticate::parse_handshake(None), Ok(None));
    assert_eq!(Authenticate::parse_handshake(Some(&raw(r#"{"token":"t"}"#))), Ok(Some("t".into())));
    assert_eq!(Authenticate::parse_handshake(Some(&raw(r#"{"token":7}"#))).unwrap_err().field, "token");
}

#[test]
fn a_message_needs_to_or_a_conversation() {
    let parse = |data: &str| SendMessage::parse(Some(&raw(data)));
    assert!(parse(r#"{"to":"+1234567890","message":"x","conversationId":""}"#).unwrap().conversation_id.is_none());
    assert!(parse(r#"{"to":"","message":"x","conversationId":"c"}"#).unwrap().to.is_none());
    assert_eq!(parse(r#"{"to":"","message":"x"}"#).unwrap_err().field, "to");
    assert_eq!(parse(r#"{"to":"1","message":"x","clientId":""}"#).unwrap_err().field, "clientId");
}

#[test]
fn any_length_of_message_is_read_for_the_engine_to_judge() {
    let send = |text: &str| SendMessage::parse(Some(&raw(&json!({ "to": "1", "message": text }).to_string()))).unwrap();
    assert_eq!(send("").message, "");
    let long = "🦀".repeat(SendMessage::MAX_CHARS + 1);
    assert_eq!(send(&long).message, long);
    assert_eq!(send("a\u{0}\n\"\\é🦀").message, "a\u{0}\n\"\\é🦀");
}

#[test]
fn names_are_read_as_what_they_name() {
    let connect = ConnectWhatsapp::parse(Some(&raw(r#"{"provider":"demo","method":"code"}"#))).unwrap();
    assert_eq!((connect.provider, connect.method), (Some(ProviderKind::Demo), Some(LinkMethod::Code)));
    let typing = Typing::parse(Some(&raw(r#"{"conversationId":"c","state":"paused"}"#))).unwrap();
    assert_eq!(typing.state, TypingState::Paused);
    assert!(DisconnectWhatsapp::parse(Some(&raw(r#"{"logout":true}"#))).unwrap().logout);
}

#[test]
fn emails_are_trimmed_and_lowered_and_looked_at() {
    assert_eq!(Login::parse(r#"{"email":" Ana@Example.COM ","password":"x"}"#).unwrap().email, "ana@example.com");
    for email in ["ana", "@example.com", "ana@", "a na@example.com", "a\\n@example.com"] {
        let bad = Login::parse(&format!(r#"{{"email":"{email}","password":"x"}}"#)).unwrap_err();
        assert_eq!((bad.field, bad.message.as_str()), ("email", "email must be an e-mail address"), "{email}");
    }
}

#[test]
fn a_short_password_and_a_blank_name_are_refused() {
    let register = |name: &str, password: &str| {
        Register::parse(&json!({ "email": "a@b", "name": name, "password": password }).to_string()).unwrap_err().message
    };
    assert_eq!(register("Ana", "1234567"), "password must have at least 8 characters");
    assert_eq!(register(" ", "12345678"), "name must not be blank or hold control characters");
}

#[test]
fn secrets_and_texts_stay_out_of_logs() {
    let sent = SendMessage::parse(Some(&raw(r#"{"to":"+1234567890","message":"secret"}"#))).unwrap();
    let signed = Authenticate::parse(Some(&raw(r#"{"token":"secret","userId":7}"#))).unwrap();
    let registered = Register::parse(r#"{"email":"a@b","name":"Ana","password":"secret secret"}"#).unwrap();
    for shown in [format!("{sent:?}"), format!("{signed:?}"), format!("{registered:?}")] {
        assert!(!shown.contains("secret") && !shown.contains("1234567890"), "{shown}");
    }
}

#[test]
fn an_empty_body_makes_a_linked_device() {
    let expected = CreateAccount { provider: ProviderKind::Web, name: None };
    for body in ["", " ", "{}", "null", r#"{"name":" "}"#] {
        assert_eq!(CreateAccount::parse(body), Ok(expected.clone()), "{body}");
    }
    assert_eq!(CreateAccount::parse("{\"name\":").unwrap_err().message, "data is not valid JSON");
}
