//! The control API over HTTP, against the binary: what it answers, and that phones talk to each other.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Simulator, phone};
use serde_json::json;

const ANNA: &str = "+4915550000002";
const BEN: &str = "+4915550000003";

async fn with_two_phones() -> Simulator {
    let simulator = Simulator::start().await;
    let anna = simulator
        .post("/control/phones", json!({ "phone": ANNA, "name": "Anna", "replies": "echo", "reads": true }))
        .await;
    assert_eq!((anna.status, anna.body["address"].as_str()), (200, Some("lid")));
    let ben = simulator
        .post("/control/phones", json!({ "phone": "+49 (155) 5000-0003", "name": "Ben", "address": "phone" }))
        .await;
    assert_eq!(ben.body["phone"], BEN);
    simulator
}

#[tokio::test]
async fn the_line_names_what_exists() {
    let simulator = Simulator::start().await;
    assert!(simulator.addresses["web"].as_str().unwrap().starts_with("ws://127.0.0.1:"));
    assert!(simulator.addresses["media"].is_null() && simulator.addresses["graph"].is_null());
    let root = simulator.get("/control/root").await.body["root"].as_str().unwrap().to_owned();
    assert_eq!(root.len(), 44, "32 bytes in base64");
}

#[tokio::test]
async fn anything_but_loopback_is_refused() {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_simulator"))
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("listens on loopback only, and 0.0.0.0:0 is not"), "{error}");
}

#[tokio::test]
async fn phones_talk_to_each_other_and_one_echoes() {
    let simulator = with_two_phones().await;
    let mut ids = Vec::new();
    for at in 0..20 {
        let sent = simulator.post(&phone(BEN, "messages"), json!({ "to": ANNA, "text": format!("text {at}") })).await;
        ids.push(sent.body["messageId"].as_str().unwrap().to_owned());
    }
    let items = simulator.get(&phone(ANNA, "messages")).await.body["items"].as_array().unwrap().clone();
    let got: Vec<&str> = items.iter().map(|item| item["messageId"].as_str().unwrap()).collect();
    assert_eq!(got, ids);
    assert!(items.iter().all(|item| item["from"] == BEN && item["deliveries"] == 1 && item["kind"] == "text"));
    let echoes = simulator.get(&phone(BEN, "messages")).await.body["items"].as_array().unwrap().clone();
    assert_eq!(
        echoes.iter().map(|item| item["text"].clone()).collect::<Vec<_>>(),
        (0..20).map(|at| json!(format!("text {at}"))).collect::<Vec<_>>()
    );
    let receipts = simulator.get(&phone(BEN, "receipts")).await.body["items"].as_array().unwrap().clone();
    assert_eq!(receipts.iter().filter(|receipt| receipt["kind"] == "read").count(), 20);
}

#[tokio::test]
async fn a_phone_that_is_off_gets_its_messages_later_and_a_damaged_one_is_sent_again() {
    let simulator = with_two_phones().await;
    let off = simulator.post("/control/faults", json!({ "kind": "offline", "phone": BEN })).await.body["id"].clone();
    simulator.post("/control/faults", json!({ "kind": "corrupt", "phone": BEN })).await;
    for text in ["one", "two"] {
        simulator.post(&phone(ANNA, "messages"), json!({ "to": BEN, "text": text })).await;
    }
    assert_eq!(simulator.get(&phone(BEN, "messages")).await.body["items"], json!([]));
    assert_eq!(simulator.get("/control/faults").await.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(simulator.delete(&format!("/control/faults/{off}")).await.status, 200);
    assert_eq!(simulator.delete(&format!("/control/faults/{off}")).await.status, 404);
    let items = simulator.get(&phone(BEN, "messages")).await.body["items"].clone();
    assert_eq!((items[0]["text"].as_str(), items[1]["text"].as_str()), (Some("one"), Some("two")));
}

#[tokio::test]
async fn receipts_and_typing_reach_the_other_phone() {
    let simulator = with_two_phones().await;
    let id =
        simulator.post(&phone(ANNA, "messages"), json!({ "to": BEN, "text": "hello" })).await.body["messageId"].clone();
    simulator.post(&phone(BEN, "receipts"), json!({ "to": ANNA, "messageIds": [id], "kind": "read" })).await;
    simulator.post(&phone(BEN, "typing"), json!({ "to": ANNA, "state": "composing" })).await;
    let receipts = simulator.get(&phone(ANNA, "receipts")).await.body["items"].clone();
    let kinds: Vec<&str> =
        receipts.as_array().unwrap().iter().map(|receipt| receipt["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["delivered", "read"]);
    let typing = simulator.get(&phone(ANNA, "typing")).await.body["items"].clone();
    assert_eq!((typing[0]["from"].as_str(), typing[0]["kind"].as_str()), (Some(BEN), Some("composing")));
}

#[tokio::test]
async fn reset_forgets_everything_but_the_servers_keys() {
    let simulator = with_two_phones().await;
    let root = simulator.get("/control/root").await.body;
    simulator.post("/control/faults", json!({ "kind": "stall" })).await;
    simulator.post("/control/reset", json!({})).await;
    for path in ["/control/phones", "/control/faults", "/control/accounts", "/control/unknown"] {
        assert_eq!(simulator.get(path).await.body["items"], json!([]), "{path}");
    }
    assert_eq!(simulator.get("/control/root").await.body, root);
    assert_eq!(simulator.get(&phone(ANNA, "messages")).await.status, 404);
}

#[tokio::test]
async fn bad_input_is_a_problem_that_names_what_is_wrong() {
    let simulator = with_two_phones().await;
    let cases = [
        ("/control/phones", json!({ "name": "X" }), 400, "missing field `phone`"),
        ("/control/phones", json!({ "phone": "12", "name": "X" }), 400, "`phone` has \"12\""),
        ("/control/phones", json!({ "phone": "+4915550000009", "name": " " }), 400, "`name` is empty"),
        ("/control/phones", json!({ "phone": ANNA, "name": "X" }), 409, "exists already"),
        (
            "/control/phones",
            json!({ "phone": "+4915550000009", "name": "X", "replies": "shout" }),
            400,
            "unknown variant `shout`",
        ),
        ("/control/phones/%2B4915550000009/messages", json!({}), 404, "+4915550000009, which is no phone here"),
        ("/control/phones/%2B4915550000002/messages", json!({ "to": BEN }), 400, "`text` is missing"),
        (
            "/control/phones/%2B4915550000002/messages",
            json!({ "to": "+4915550000009", "text": "x" }),
            404,
            "`to` names",
        ),
        ("/control/phones/%2B4915550000002/messages", json!({ "to": ANNA, "text": "x" }), 400, "the phone itself"),
        ("/control/phones/%2B4915550000002/messages", json!({ "to": BEN, "media": {} }), 501, "`media` are not built"),
        (
            "/control/phones/%2B4915550000002/receipts",
            json!({ "to": BEN, "messageIds": ["3A"], "kind": "read" }),
            404,
            "names \"3A\"",
        ),
        (
            "/control/phones/%2B4915550000002/typing",
            json!({ "to": BEN, "state": "dancing" }),
            400,
            "unknown variant `dancing`",
        ),
        ("/control/phones/%2B4915550000002/scan", json!({ "qr": "hello" }), 400, "no WhatsApp QR code"),
        ("/control/phones/%2B4915550000002/scan", json!({}), 400, "neither `qr` nor `pairingCode`"),
        ("/control/faults", json!({ "kind": "flood" }), 400, "unknown variant `flood`"),
        ("/control/faults", json!({ "kind": "nack" }), 400, "`code` is missing"),
        ("/control/faults", json!({ "kind": "drop_acks", "share": 2.0 }), 400, "`share` is not between"),
        ("/control/elsewhere", json!({}), 404, "no POST /control/elsewhere"),
    ];
    for (path, body, status, says) in cases {
        let answer = simulator.post(path, body.clone()).await;
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert!(answer.status == status && message.contains(says), "{path} {body}: {} {}", answer.status, answer.body);
        assert!(answer.body["code"].is_string());
    }
    let answer = simulator.request("POST", "/control/phones", "{\"phone\": ").await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("bad_payload")));
}
