//! From long-polling to WebSocket.

use crate::support::{Client, HANDSHAKE, Session, get, request, start, start_with, until};

fn websocket(session: &Session) -> Client {
    Client::handshake(session.addr, &format!("EIO=4&transport=websocket&sid={}", session.sid))
}

fn upgraded(session: &Session) -> Client {
    let mut client = websocket(session);
    client.send("2probe");
    assert_eq!(client.text(), "3probe");
    client.send("5");
    client
}

#[test]
fn a_session_goes_on_over_websocket() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut client = upgraded(&session);
    client.send("42[\"echo\",1]");
    assert_eq!(client.text(), "42[\"echo\",1]");
    client.send("42[\"count\"]");
    assert_eq!(client.text(), "42[\"count\",2]");
    running.server.batch(|batch| batch.emit(&["all"], None, "news", &1));
    assert_eq!(client.text(), "42[\"news\",1]");
}

#[test]
fn it_works_from_every_shard_and_on_a_used_connection() {
    let running = start_with(|builder| builder.shards(3));
    for _ in 0..6 {
        let session = Session::connect(running.addr);
        let mut client = upgraded(&session);
        client.send("42[\"echo\",1]");
        assert_eq!(client.text(), "42[\"echo\",1]");
        let session = Session::connect(running.addr);
        let mut stream = std::net::TcpStream::connect(running.addr).unwrap();
        crate::support::request_on(&mut stream, "GET", "/hello", "", "");
        let mut client = Client::of(stream);
        client.write(
            format!("GET /socket.io/?EIO=4&transport=websocket&sid={} HTTP/1.1\r\n{HANDSHAKE}\r\n", session.sid)
                .as_bytes(),
        );
        assert!(client.head().starts_with("HTTP/1.1 101 "));
        client.send("2probe");
        assert_eq!(client.text(), "3probe");
    }
}

#[test]
fn the_waiting_poll_comes_back_with_the_probe() {
    let running = start();
    let session = Session::connect(running.addr);
    let poll = session.poll();
    let mut client = websocket(&session);
    client.send("2probe");
    assert_eq!(client.text(), "3probe");
    // Whether it came before or after the probe, it does not wait.
    assert_eq!(poll.join().unwrap().body, "6");
    client.send("5");
    client.send("42[\"echo\",1]");
    assert_eq!(client.text(), "42[\"echo\",1]");
}

#[test]
fn what_is_queued_meanwhile_comes_first_and_in_order() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut client = websocket(&session);
    client.send("2probe");
    assert_eq!(client.text(), "3probe");
    for n in 0..30 {
        running.server.batch(|batch| batch.emit(&["all"], None, "n", &n));
    }
    until("they are queued", || running.server.stats().frames_out > 30);
    client.send("5");
    client.send("42[\"echo\",30]");
    let heard: Vec<_> = (0..31).map(|_| client.text()).collect();
    let expected: Vec<_> = (0..30).map(|n| format!("42[\"n\",{n}]")).chain(["42[\"echo\",30]".to_owned()]).collect();
    assert_eq!(heard, expected);
}

#[test]
fn polls_and_websockets_of_an_upgraded_session_are_refused() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut client = upgraded(&session);
    client.send("42[\"echo\",1]");
    assert_eq!(client.text(), "42[\"echo\",1]");
    assert_eq!((session.get().status, session.post("42[\"a\"]").status), (400, 400));
    let target = format!("/socket.io/?EIO=4&transport=websocket&sid={}", session.sid);
    assert_eq!(request(running.addr, "GET", &target, HANDSHAKE.split_once("\r\n").unwrap().1, "").status, 400);
    client.send("42[\"echo\",2]");
    assert_eq!(client.text(), "42[\"echo\",2]");
}

#[test]
fn a_session_that_began_with_websocket_takes_no_second() {
    let running = start();
    let mut client = Client::handshake(running.addr, "EIO=4&transport=websocket");
    let open = client.text();
    let sid = open.split('"').nth(3).unwrap();
    let target = format!("/socket.io/?EIO=4&transport=websocket&sid={sid}");
    let second = request(running.addr, "GET", &target, HANDSHAKE.split_once("\r\n").unwrap().1, "");
    assert_eq!((second.status, &*second.body), (400, r#"{"code":3,"message":"Bad request"}"#));
    assert_eq!(get(running.addr, &format!("/socket.io/?EIO=4&transport=polling&sid={sid}")).status, 400);
}

#[test]
fn a_wrong_probe_is_closed_and_the_session_goes_on() {
    let running = start();
    let session = Session::connect(running.addr);
    for wrong in ["5", "2", "42[\"a\"]", "3probe", "abc"] {
        let mut client = websocket(&session);
        client.send(wrong);
        assert_eq!(client.close_code(), 1002, "{wrong}");
    }
    let mut client = websocket(&session);
    client.send("2probe");
    client.text();
    client.send("42[\"a\"]");
    assert_eq!(client.close_code(), 1002);
    session.post("42[\"echo\",1]");
    assert_eq!(session.get().body, "42[\"echo\",1]");
    upgraded(&session);
}

#[test]
fn a_probe_that_is_cut_leaves_the_session_as_it_was() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut client = websocket(&session);
    client.send("2probe");
    client.text();
    drop(client);
    session.post("42[\"echo\",1]");
    until("the poll waits again", || session.get().body == "42[\"echo\",1]");
    let mut client = upgraded(&session);
    client.send("42[\"echo\",2]");
    assert_eq!(client.text(), "42[\"echo\",2]");
}

#[test]
fn two_probes_at_once_are_one_too_many() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut first = websocket(&session);
    first.send("2probe");
    first.text();
    let target = format!("/socket.io/?EIO=4&transport=websocket&sid={}", session.sid);
    assert_eq!(request(running.addr, "GET", &target, HANDSHAKE.split_once("\r\n").unwrap().1, "").status, 400);
    first.send("5");
    first.send("42[\"echo\",1]");
    assert_eq!(first.text(), "42[\"echo\",1]");
}
