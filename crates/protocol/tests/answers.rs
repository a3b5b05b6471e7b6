//! Acknowledgements, problem documents and HTTP bodies, as they are on the wire and as published.
#![allow(clippy::unwrap_used)]

mod support;

use domain::{Position, ProviderKind, Role, Timestamp, UserId};
use protocol::{
    Ack, ErrorBody, ErrorCode, Positions, Problem,
    ack::Done,
    event::{JoinedConversation, Status},
    http,
};
use serde_json::{Value, json};
use std::time::Duration;

fn json_of(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn user() -> domain::User {
    domain::User {
        id: UserId::new("7").unwrap(),
        email: Some("ana@example.com".into()),
        name: "Ana".into(),
        role: Role::Admin,
        disabled: false,
        created_at: Timestamp(0),
    }
}

#[test]
fn a_result_is_flat_beside_ok() {
    let joined = JoinedConversation::new("c");
    assert_eq!(json_of(Ack(Ok(joined))), json!({ "ok": true, "conversationId": "c", "room": "conversation_c" }));
    assert_eq!(json_of(Ack(Ok(Done {}))), json!({ "ok": true }));
}

#[test]
fn a_refusal_has_only_the_keys_that_it_needs() {
    let plain = ErrorBody::new(ErrorCode::NotFound);
    let error = json!({ "code": "not_found", "message": "Not found", "retryable": false });
    support::assert_as_published(&support::document(), "ErrorBody", &error);
    assert_eq!(json_of(Ack::<Done>(Err(plain))), json!({ "ok": false, "error": error }));

    let full = ErrorBody::new(ErrorCode::RateLimited).on("to").after(Duration::from_millis(5));
    let error = json_of(&full);
    support::assert_as_published(&support::document(), "ErrorBody", &error);
    assert_eq!((&error["field"], &error["retryAfterMs"]), (&json!("to"), &json!(5)));
}

#[test]
fn a_problem_document_is_that_of_the_rfc_with_our_code() {
    let problem = json_of(Problem::from(ErrorBody::new(ErrorCode::BadPayload).on("email")));
    support::assert_as_published(&support::document(), "Problem", &problem);
    assert_eq!(
        problem,
        json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "The data is not as expected",
            "code": "bad_payload", "field": "email", "retryable": false,
        })
    );
}

#[test]
fn a_session_holds_token_and_user() {
    let session = json_of(http::Session::new(&user(), "j.w.t".into(), Timestamp(0)));
    support::assert_as_published(&support::document(), "Session", &session);
    assert_eq!(
        session,
        json!({
            "token": "j.w.t", "expiresAt": "1970-01-01T00:00:00.000Z",
            "user": { "id": "7", "email": "ana@example.com", "name": "Ana", "role": "admin" },
        })
    );
}

#[test]
fn accounts_and_members_are_listed_as_published() {
    let id = domain::AccountId::new();
    let position = Position { epoch: 1, seq: 0 };
    let account = domain::Account {
        id,
        owner: UserId::new("7").unwrap(),
        provider: ProviderKind::Demo,
        name: None,
        phone: None,
        linked: false,
        wanted: false,
        settings: domain::AccountSettings::default(),
        position,
        last_connected_at: None,
        created_at: Timestamp(0),
    };
    let accounts = json_of(http::AccountList {
        items: vec![http::Account::new(&account, None, Status::none())],
        next_cursor: None,
        positions: Positions(vec![(id, position)]),
    });
    support::assert_as_published(&support::document(), "AccountList", &accounts);
    assert_eq!(accounts["items"][0]["access"], "none");

    let members = json_of(http::MemberList {
        items: vec![http::Member::new(&user(), domain::Access::Owner)],
        next_cursor: None,
        positions: Positions::default(),
    });
    support::assert_as_published(&support::document(), "MemberList", &members);
    assert_eq!(members["items"][0]["userId"], "7");
}
