use crate::testing::{Socket, TestServer, event};
use domain::{Clock, ManualClock, SystemClock};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_behind_authenticate_is_handled_behind_it() {
    let server = TestServer::start().await;
    server.user("7").await;
    let mut socket = Socket::connect(&server.url, None).await;
    let token = server.token("7", MINUTE);
    let turn = [
        event(None, "get_connection_status", &json!({})),
        event(Some(0), "authenticate", &json!({ "token": token, "userId": 7 })),
        event(Some(1), "get_connection_status", &Value::Null),
        event(Some(2), "nonsense", &json!({})),
    ];
    socket.post(turn.join("\u{1e}")).await;
    let mut names = Vec::new();
    while !names.last().is_some_and(|name: &String| name.starts_with("432[")) {
        let packet = socket.next().await;
        names.push(packet.split_once(',').map_or(packet.clone(), |(name, _)| name.to_owned()));
    }
    assert_eq!(
        names,
        [
            "42[\"error\"",
            "42[\"authenticated\"",
            "430[{\"ok\":true",
            "42[\"connection_status\"",
            "431[{\"ok\":true",
            "42[\"error\"",
            "432[{\"ok\":false"
        ]
    );
    assert_eq!(server.app.sockets.connected_users_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_takes_the_same_tokens() {
    let server = TestServer::start().await;
    server.user("7").await;
    let token = server.token("7", MINUTE);
    let mut socket = Socket::connect(&server.url, Some(json!({ "token": token }))).await;
    let told = socket.wait("authenticated").await;
    assert_eq!((&told["userId"], &told["room"]), (&json!("7"), &json!("user_7")));

    for none in [json!({}), json!({ "token": null }), json!({ "token": "" })] {
        let mut socket = Socket::connect(&server.url, Some(none)).await;
        assert_eq!(socket.ask("typing", json!({})).await["error"]["code"], "unauthenticated");
    }
    for (auth, code) in [
        (json!({ "token": "x.y.z" }), "token_invalid"),
        (json!({ "token": 7 }), "bad_payload"),
        (json!({ "token": server.token("8", MINUTE) }), "user_unknown"),
    ] {
        let mut socket = Socket::open(&server.url, Some(auth)).await;
        let packet = socket.next().await;
        let error: Value = serde_json::from_str(packet.strip_prefix("44").unwrap()).unwrap();
        assert_eq!(error["data"]["code"], code, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_has_its_code_and_the_socket_goes_on() {
    let server = TestServer::start().await;
    server.user("7").await;
    server.user("8").await;
    let mut socket = Socket::connect(&server.url, None).await;
    let good = server.token("7", MINUTE);
    for (data, code, field) in [
        (json!({}), "token_missing", None),
        (Value::Null, "token_missing", None),
        (json!({ "token": "", "userId": 7 }), "token_missing", None),
        (json!({ "token": 7, "userId": 7 }), "bad_payload", Some("token")),
        (json!({ "token": good }), "bad_payload", Some("userId")),
        (json!({ "token": good, "userId": [7] }), "bad_payload", Some("userId")),
        (json!([]), "bad_payload", Some("")),
        (json!({ "token": "x", "userId": 7 }), "token_invalid", None),
        (json!({ "token": "eyJhbGciOiJub25lIn0.eyJ1c2VySWQiOjd9.", "userId": 7 }), "token_invalid", None),
        (json!({ "token": good, "userId": 8 }), "user_mismatch", None),
        (json!({ "token": server.token("9", MINUTE), "userId": 9 }), "user_unknown", None),
    ] {
        let told = socket.ask("authenticate", data.clone()).await;
        assert_eq!((&told["ok"], &told["error"]["code"]), (&json!(false), &json!(code)), "{data}");
        assert_eq!(told["error"]["field"].as_str(), field, "{data}");
        assert_eq!(socket.wait("auth_error").await["code"], code);
    }
    assert_eq!(socket.ask("authenticate", json!({ "token": good, "userId": "7" })).await["ok"], true);

    // A socket never changes its user.
    let other = json!({ "token": server.token("8", MINUTE), "userId": 8 });
    assert_eq!(socket.ask("authenticate", other).await["error"]["code"], "user_mismatch");
    assert_eq!(socket.ask("get_connection_status", json!({})).await["ok"], true);
    assert_eq!(server.app.sockets.connected_users_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_told_and_can_be_renewed() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let server = TestServer::start_with(&[], clock.clone()).await;
    server.user("7").await;
    let mut socket = Socket::connect(&server.url, None).await;
    let short = server.token("7", Duration::from_secs(1));
    assert_eq!(socket.ask("authenticate", json!({ "token": short, "userId": 7 })).await["ok"], true);
    assert_eq!(socket.ask("get_connection_status", json!({})).await["ok"], true);

    clock.advance(Duration::from_secs(1));
    assert_eq!(socket.ask("get_connection_status", json!({})).await["error"]["code"], "token_expired");
    assert_eq!(socket.ask("send_message", json!({ "clientId": "c" })).await["error"]["code"], "token_expired");
    assert_eq!(socket.wait("message_send_error").await["clientId"], "c");
    assert_eq!(socket.wait("auth_error").await["code"], "token_expired");
    assert_eq!(
        socket.ask("authenticate", json!({ "token": short, "userId": 7 })).await["error"]["code"],
        "token_expired"
    );

    let fresh = json!({ "token": server.token("7", MINUTE), "userId": 7 });
    assert_eq!(socket.ask("authenticate", fresh).await["ok"], true);
    assert_eq!(socket.ask("get_connection_status", json!({})).await["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whom_the_erp_vouches_for_is_made_if_that_is_set() {
    let server = TestServer::start_with(&[("JWT_PROVISION_USERS", "true")], Arc::new(SystemClock)).await;
    let token = server.token("erp-5", MINUTE);
    let mut socket = Socket::connect(&server.url, None).await;
    let turn = [
        event(Some(0), "authenticate", &json!({ "token": token, "userId": "erp-5" })),
        event(Some(1), "get_connection_status", &json!({})),
    ];
    socket.post(turn.join("\u{1e}")).await;
    assert_eq!(socket.acknowledged(0).await["ok"], true);
    assert_eq!(socket.acknowledged(1).await["ok"], true);
    assert_eq!(server.ask("erp-6", "GET", "/api/auth/me", None).await.1["id"], "erp-6");
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_are_counted_as_one_user_until_the_last_is_gone() {
    let server = TestServer::start().await;
    server.user("7").await;
    let (first, second) = (server.signed_in("7").await, server.signed_in("7").await);
    assert_eq!(server.app.sockets.connected_users_count(), 1);
    for (socket, left) in [(first, 1), (second, 0)] {
        socket.post("41".into()).await;
        let gone = async {
            while server.app.sockets.stats().sockets > left {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(MINUTE, gone).await.unwrap();
        assert_eq!(server.app.sockets.connected_users_count() as u64, left);
    }
}
