//! Socket.IO over WebSocket: what a client may do.

use socketio::CloseReason;

use crate::support::{Client, frame, start};

#[test]
fn a_session_opens_and_says_its_settings() {
    let running = start();
    let mut client = Client::handshake(running.addr, "EIO=4&transport=websocket");
    let open: serde_json::Value = serde_json::from_str(client.text().strip_prefix('0').unwrap()).unwrap();
    assert_eq!(open["sid"].as_str().unwrap().len(), 32);
    assert_eq!(open["upgrades"], serde_json::json!([]));
    let settings = (&open["pingInterval"], &open["pingTimeout"], &open["maxPayload"]);
    assert_eq!(settings, (&25_000.into(), &20_000.into(), &1_000_000.into()));
}

#[test]
fn events_come_back_and_acks_are_answered() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send(r#"42["echo",{"a":[1,"ü"]}]"#);
    assert_eq!(client.text(), r#"42["echo",{"a":[1,"ü"]}]"#);
    client.send(r#"42456["anything",1,2]"#);
    assert_eq!(client.text(), r#"43456[{"ok":2}]"#);
    client.send(r#"42["\u0065cho",1]"#);
    assert_eq!(client.text(), r#"42["echo",1]"#);
}

#[test]
fn what_comes_with_the_handshake_and_before_any_answer_is_handled_in_order() {
    let running = start();
    for _ in 0..50 {
        let mut all =
            format!("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{}\r\n", crate::support::HANDSHAKE)
                .into_bytes();
        all.extend(frame(0x81, b"40"));
        for n in 0..20 {
            all.extend(frame(0x81, format!("42{n}[\"n\",{n}]").as_bytes()));
        }
        let mut client = Client::raw(running.addr);
        client.write(&all);
        client.head();
        assert!(client.text().starts_with('0'));
        assert!(client.text().starts_with("40{"));
        for n in 0..20 {
            assert_eq!(client.text(), format!("43{n}[{{\"ok\":1}}]"));
        }
    }
    assert_eq!(running.events(), (0..50).flat_map(|_| (0..20).map(|n| format!("n {n}"))).collect::<Vec<_>>());
}

#[test]
fn bytes_may_come_one_by_one() {
    let running = start();
    let mut all =
        format!("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{}\r\n", crate::support::HANDSHAKE).into_bytes();
    all.extend(frame(0x81, b"40"));
    all.extend(frame(0x81, format!("42[\"echo\",\"{}\"]", "x".repeat(200)).as_bytes()));
    let mut client = Client::raw(running.addr);
    for byte in all {
        client.write(&[byte]);
    }
    client.head();
    client.text();
    client.text();
    assert_eq!(client.text(), format!("42[\"echo\",\"{}\"]", "x".repeat(200)));
}

#[test]
fn a_message_in_pieces_is_one_even_with_a_ping_between() {
    let running = start();
    let mut client = Client::connect(running.addr);
    // The first cut is in the middle of a character.
    let text = r#"42["echo","aüb"]"#.as_bytes();
    client.write(&frame(0x01, &text[..12]));
    client.write(&frame(0x89, b"still there?"));
    client.write(&frame(0x00, &text[12..13]));
    client.write(&frame(0x8A, b"a pong nobody asked for"));
    client.write(&frame(0x80, &text[13..]));
    assert_eq!(client.frame(), Some((0x8A, b"still there?".to_vec())));
    assert_eq!(client.text(), r#"42["echo","aüb"]"#);
}

#[test]
fn a_message_as_long_as_allowed_is_taken() {
    let running = crate::support::start_with(|builder| builder.max_payload(100_000));
    let mut client = Client::connect(running.addr);
    let text = format!("42[\"echo\",\"{}\"]", "x".repeat(100_000 - 12));
    assert_eq!(text.len(), 100_000 + 1);
    let text = text.replacen("xx", "x", 1);
    client.send(&text);
    assert_eq!(client.text(), text);
}

#[test]
fn connect_answers_first_and_what_it_emits_comes_behind() {
    let running = start();
    let mut client = Client::open(running.addr);
    client.send(r#"40{"token":"123"}"#);
    assert!(client.text().starts_with("40{\"sid\":"));
    assert_eq!(client.text(), r#"42["auth",{"token":"123"}]"#);
}

#[test]
fn a_refused_client_may_try_again() {
    let running = start();
    let mut client = Client::open(running.addr);
    client.send(r#"40{"token":1,"refuse":true}"#);
    assert_eq!(client.text(), r#"44{"data":{"code":"bad"},"message":"no"}"#);
    client.send("40");
    assert!(client.text().starts_with("40{\"sid\":"));
    // The first try left nothing behind.
    running.server.batch(|batch| batch.emit(&["all"], None, "news", &1));
    assert_eq!(client.text(), r#"42["news",1]"#);
    client.send(r#"42["count"]"#);
    assert_eq!(client.text(), r#"42["count",1]"#);
}

#[test]
fn an_unknown_namespace_is_refused_and_the_socket_stays() {
    let running = start();
    let mut client = Client::open(running.addr);
    client.send("40/random");
    assert_eq!(client.text(), r#"44/random,{"message":"Invalid namespace"}"#);
    client.send(r#"40/random,{"token":1}"#);
    assert_eq!(client.text(), r#"44/random,{"message":"Invalid namespace"}"#);
    client.send("40");
    assert!(client.text().starts_with("40{"));
}

#[test]
fn a_client_disconnects_and_may_connect_again() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send("41");
    client.send("40");
    assert!(client.text().starts_with("40{"));
    assert_eq!(running.reason(), CloseReason::ClientDisconnect);
    let handles = running.handles();
    assert_ne!(handles[0], handles[1]);
    running.server.batch(|batch| {
        batch.emit_to(handles[0], "to_the_old", &1);
        batch.emit_to(handles[1], "to_the_new", &1);
    });
    assert_eq!(client.text(), r#"42["to_the_new",1]"#);
}

#[test]
fn rooms_are_joined_and_left_by_handlers() {
    let running = start();
    let mut client = Client::connect(running.addr);
    for (say, hear) in [
        (r#"42["in","a"]"#, r#"42["in",false]"#),
        (r#"42["leave","a"]"#, r#"42["left",false]"#),
        (r#"421["join","a"]"#, r#"431[{"ok":1}]"#),
        (r#"42["in","a"]"#, r#"42["in",true]"#),
        (r#"42["leave","a"]"#, r#"42["left",true]"#),
        (r#"42["in","a"]"#, r#"42["in",false]"#),
    ] {
        client.send(say);
        assert_eq!(client.text(), hear);
    }
}

#[test]
fn deep_json_is_the_handlers_to_refuse_and_the_socket_lives() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send(&format!("42[\"deep\",{}{}]", "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!(client.text(), r#"42["deep",false]"#);
    client.send(r#"42["echo",1]"#);
    assert_eq!(client.text(), r#"42["echo",1]"#);
}

#[test]
fn a_socket_is_woken_when_it_asked_to_be() {
    let running = crate::support::start_with(|builder| builder.ping_interval(std::time::Duration::from_millis(400)));
    let mut client = Client::connect(running.addr);
    client.send(r#"42["wake"]"#);
    assert_eq!(client.text(), r#"42["woken",1]"#);
}

#[test]
fn the_clients_address_is_known() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send(r#"42["peer"]"#);
    assert_eq!(client.text(), format!("42[\"peer\",\"{}\"]", client.stream.local_addr().unwrap()));
}

#[test]
fn two_thousand_sockets_that_speak_at_once_are_all_answered() {
    let running = crate::support::start_with(|builder| builder.shards(2));
    let mut clients: Vec<_> = (0..2000)
        .map(|n| {
            let mut all =
                format!("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{}\r\n", crate::support::HANDSHAKE)
                    .into_bytes();
            all.extend(frame(0x81, b"40"));
            all.extend(frame(0x81, format!("42{n}[\"hello\"]").as_bytes()));
            let mut client = Client::raw(running.addr);
            client.write(&all);
            client
        })
        .collect();
    for (n, client) in clients.iter_mut().enumerate() {
        client.head();
        client.text();
        client.text();
        assert_eq!(client.text(), format!("43{n}[{{\"ok\":0}}]"));
    }
    crate::support::until("the figures show them", || running.server.stats().sockets == 2000);
}
