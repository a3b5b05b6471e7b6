use crate::testing::{TestServer, event};
use protocol::Rfc3339;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn sends_are_answered_in_their_order_refused_ones_too() {
    let server = TestServer::start().await;
    server.user("ann").await;
    server.demo("ann").await;
    let mut ann = server.signed_in("ann").await;
    let sends = [
        json!({ "to": "+12025550141", "message": "one" }),
        json!({ "to": 5, "message": "two" }),
        json!({ "to": "+12025550141", "message": "" }),
        json!({ "to": "+12025550141", "message": "four" }),
        json!({ "to": "nobody", "message": "five" }),
        json!({ "to": "+12025550141", "message": "six", "conversationId": "conv_123" }),
        json!({ "to": "+12025550141", "message": "seven" }),
    ];
    let packets: Vec<_> = (0..).zip(&sends).map(|(id, data)| event(Some(id), "send_message", data)).collect();
    ann.post(packets.join("\u{1e}")).await;
    let mut order = Vec::new();
    while order.len() < sends.len() {
        let packet = ann.next().await;
        if let Some(rest) = packet.strip_prefix("43") {
            let (id, answer) = rest.split_once('[').unwrap();
            order.push((id.to_owned(), answer.starts_with("{\"ok\":true")));
        }
    }
    let ok = [true, false, false, true, false, false, true];
    let expected: Vec<_> = ok.iter().enumerate().map(|(id, ok)| (id.to_string(), *ok)).collect();
    assert_eq!(order, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_client_id_is_the_same_message() {
    let server = TestServer::start().await;
    server.user("ann").await;
    server.demo("ann").await;
    let mut ann = server.signed_in("ann").await;
    let send = json!({ "to": "+12025550141", "message": "one", "clientId": "c1" });
    let (first, second) = (ann.ask("send_message", send.clone()).await, ann.ask("send_message", send).await);
    assert_eq!((&first["ok"], &first["id"]), (&json!(true), &second["id"]));
    let other = json!({ "to": "+12025550141", "message": "two", "clientId": "c1" });
    assert_eq!(ann.ask("send_message", other).await["error"]["code"], "idempotency_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_stored_before_the_server_stops() {
    let server = TestServer::start().await;
    server.user("ann").await;
    server.demo("ann").await;
    let ann = server.signed_in("ann").await;
    let send = |id: u64| json!({ "to": "+12025550141", "message": "x", "clientId": id.to_string() });
    ann.post((0..50).map(|id| event(None, "send_message", &send(id))).collect::<Vec<_>>().join("\u{1e}")).await;
    let server = server.restart().await;
    let started = Rfc3339(server.app.now()).to_string();
    let mut ann = server.signed_in("ann").await;
    for id in 0..50 {
        let answer = ann.ask("send_message", send(id)).await;
        assert!(answer["timestamp"].as_str().unwrap() < started.as_str(), "sent anew: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_of_an_installation_comes_with_the_notice() {
    let server = TestServer::start().await;
    server.user("ann").await;
    let mut ann = server.signed_in("ann").await;
    let demo = ann.ask("connect_whatsapp", json!({ "provider": "demo" })).await;
    assert!(demo["ok"] == true && demo["notice"].is_null(), "{demo}");
    let (_, account) = server.ask("ann", "POST", "/api/accounts", Some(json!({ "provider": "web" }))).await;
    let bad = ann.ask("connect_whatsapp", json!({ "accountId": account["id"], "method": "carrier pigeon" })).await;
    assert_eq!((&bad["error"]["code"], &bad["error"]["field"]), (&json!("bad_payload"), &json!("method")));
    assert_eq!(server.app.notice.first_time(), Some(crate::notice::TEXT), "nothing but a link shows it");
}
