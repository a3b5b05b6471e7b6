//! Socket.IO over WebSocket, on a real connection.

use crate::support::{Client, get, start};

#[test]
fn a_session_opens_and_says_its_settings() {
    let running = start();
    let mut client = Client::handshake(running.addr, "EIO=4&transport=websocket");
    let open: serde_json::Value = serde_json::from_str(client.text().strip_prefix('0').unwrap()).unwrap();
    assert_eq!(open["sid"].as_str().unwrap().len(), 32);
    assert_eq!(open["upgrades"], serde_json::json!([]));
    assert_eq!(
        (&open["pingInterval"], &open["pingTimeout"], &open["maxPayload"]),
        (&25_000.into(), &20_000.into(), &1_000_000.into())
    );
}

#[test]
fn events_come_back_and_acks_are_answered() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send(r#"42["echo",{"a":[1,"ü"]}]"#);
    assert_eq!(client.text(), r#"42["echo",{"a":[1,"ü"]}]"#);
    client.send(r#"42456["anything",1,2]"#);
    assert_eq!(client.text(), r#"43456[{"ok":2}]"#);
}

#[test]
fn the_routers_requests_are_answered_on_the_same_port() {
    let running = start();
    assert_eq!(get(running.addr, "/hello").body, "hello");
    assert_eq!(get(running.addr, "/who").body, "127.0.0.1");
    assert_eq!(get(running.addr, "/nothing").status, 404);
}
