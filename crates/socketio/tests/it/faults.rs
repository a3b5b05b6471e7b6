//! Socket.IO over WebSocket: what a client may not do, and what happens to the others then.

use std::time::Duration;

use socketio::CloseReason;

use crate::support::{Client, frame, start, start_with, until};

/// Sends bytes on a connected socket; gives the close code and the reason.
fn refused(bytes: &[u8]) -> (u16, CloseReason) {
    let running = start_with(|builder| builder.max_payload(10_000));
    let mut client = Client::connect(running.addr);
    client.write(bytes);
    let code = client.close_code();
    (code, running.reason())
}

#[test]
fn broken_rules_of_websocket_close_the_socket() {
    let unmasked = vec![0x81, 0x02, b'4', b'1'];
    for (what, bytes) in [
        ("reserved bit", frame(0xC1, b"41")),
        ("unknown opcode", frame(0x83, b"41")),
        ("unmasked", unmasked),
        ("continuation of nothing", frame(0x80, b"41")),
        ("a message in a message", [frame(0x01, b"4"), frame(0x81, b"41")].concat()),
        ("ping in pieces", frame(0x09, b"x")),
        ("long ping", frame(0x89, &[b'x'; 126])),
        ("close with a byte", frame(0x88, b"x")),
        ("close with a code of no meaning", frame(0x88, &1005u16.to_be_bytes())),
        ("close with no text as its reason", frame(0x88, &[0x03, 0xE8, 0xFF])),
    ] {
        assert_eq!(refused(&bytes), (1002, CloseReason::ProtocolError), "{what}");
    }
}

#[test]
fn what_is_no_text_closes_the_socket() {
    assert_eq!(refused(&frame(0x81, b"42[\"a\xFF\"]")), (1007, CloseReason::ParseError));
    assert_eq!(refused(&[frame(0x01, b"42[\"a\xC3"), frame(0x80, b"\"]")].concat()), (1007, CloseReason::ParseError));
}

#[test]
fn what_is_no_packet_closes_the_socket() {
    for text in [
        "",
        "abc",
        "7",
        "4abc",
        "42",
        "42{}",
        "42[]",
        "42[1",
        "42abc[\"a\"]",
        "42[\"connect\"]",
        "43[]",
        "41x",
        "451-[\"a\",{}]",
    ] {
        assert_eq!(refused(&frame(0x81, text.as_bytes())), (1002, CloseReason::ParseError), "{text}");
    }
    assert_eq!(refused(&frame(0x82, b"\x04binary")), (1002, CloseReason::ParseError));
}

#[test]
fn packets_out_of_place_close_the_socket() {
    for text in ["2", "2probe", "5", "40", "42/admin,[\"a\"]", "41/admin,"] {
        assert_eq!(refused(&frame(0x81, text.as_bytes())), (1002, CloseReason::ProtocolError), "{text}");
    }
}

#[test]
fn a_long_message_closes_the_socket_whole_or_in_pieces() {
    let long = (1009, CloseReason::PayloadTooLarge);
    assert_eq!(refused(&frame(0x81, &[b'x'; 10_001])), long);
    // The announcement is enough.
    assert_eq!(refused(&frame(0x81, &[b'x'; 10_001])[..20]), long);
    assert_eq!(refused(&[frame(0x01, &[b'x'; 6_000]), frame(0x00, &[b'x'; 4_001])].concat()), long);
}

#[test]
fn an_event_before_connect_closes_the_session() {
    let running = start();
    for text in ["42[\"a\"]", "41", "431[]"] {
        let mut client = Client::open(running.addr);
        client.send(text);
        assert_eq!(client.close_code(), 1002, "{text}");
    }
    assert_eq!(running.server.stats().connects, 0);
}

#[test]
fn nothing_behind_a_fault_is_handled() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.write(&[frame(0x81, b"42[\"first\"]"), frame(0x81, b"nonsense"), frame(0x81, b"42[\"second\"]")].concat());
    client.close_code();
    assert_eq!(running.events(), ["first null"]);
}

#[test]
fn a_clients_close_is_answered_with_its_own_code() {
    for (payload, code) in
        [(&b""[..], 1000), (&[0x03, 0xE9, b'b', b'y', b'e'][..], 1001), (&3000u16.to_be_bytes()[..], 3000)]
    {
        assert_eq!(refused(&frame(0x88, payload)), (code, CloseReason::ClientDisconnect));
    }
    assert_eq!(refused(&frame(0x81, b"1")), (1000, CloseReason::ClientDisconnect));
}

#[test]
fn a_connection_that_is_cut_is_told() {
    let running = start();
    drop(Client::connect(running.addr));
    assert_eq!(running.reason(), CloseReason::TransportClose);
}

#[test]
fn a_panic_closes_its_socket_and_no_other() {
    let running = start();
    let mut other = Client::connect(running.addr);
    let mut client = Client::connect(running.addr);
    client.send(r#"42["panic"]"#);
    assert_eq!(client.close_code(), 1011);
    assert_eq!(running.reason(), CloseReason::HandlerPanic);
    let mut third = Client::open(running.addr);
    third.send(r#"40{"panic":1}"#);
    assert_eq!(third.close_code(), 1011);
    other.send(r#"42["echo",1]"#);
    assert_eq!(other.text(), r#"42["echo",1]"#);
}

#[test]
fn a_handler_closes_its_socket_behind_what_it_said() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.write(&[frame(0x81, b"42[\"close\"]"), frame(0x81, b"42[\"more\"]")].concat());
    assert_eq!(client.text(), r#"42["bye",1]"#);
    assert_eq!(client.close_code(), 1000);
    assert_eq!(running.reason(), CloseReason::Server("asked_to"));
    assert_eq!(running.reason().as_str(), "asked_to");
    assert_eq!(running.events(), ["close null"]);
}

#[test]
fn who_does_not_connect_in_time_is_closed() {
    let running = start_with(|builder| builder.connect_timeout(Duration::from_millis(100)));
    let mut client = Client::open(running.addr);
    assert_eq!(client.close_code(), 1008);
    until("the figures show it", || running.server.stats().closed == [("connect_timeout", 1)]);
}

#[test]
fn a_ping_comes_and_wants_an_answer() {
    let running = start_with(|builder| {
        builder.ping_interval(Duration::from_millis(100)).ping_timeout(Duration::from_millis(200))
    });
    let mut client = Client::connect(running.addr);
    for _ in 0..3 {
        assert_eq!(client.text(), "2");
        client.send("3");
    }
    assert_eq!(client.text(), "2");
    assert_eq!(client.close_code(), 1008);
    assert_eq!(running.reason(), CloseReason::PingTimeout);
}

#[test]
fn closed_is_told_once_and_with_the_state() {
    let running = start();
    let mut client = Client::connect(running.addr);
    client.send(r#"42["a"]"#);
    client.send(r#"42["b"]"#);
    client.send("41");
    client.send("1");
    client.close_code();
    drop(client);
    running.reason();
    let closed = running.app.0.lock().unwrap().closed.clone();
    assert_eq!(
        closed.iter().map(|closed| (closed.events, closed.handle)).collect::<Vec<_>>(),
        [(2, running.handles()[0])]
    );
}
