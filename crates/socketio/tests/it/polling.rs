//! Sessions over long-polling.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use socketio::CloseReason;

use crate::support::{Session, get, start, start_with, until};

#[test]
fn a_session_opens_and_offers_the_upgrade() {
    let running = start();
    let open = get(running.addr, "/socket.io/?EIO=4&transport=polling");
    assert_eq!(open.header("content-type"), Some("text/plain; charset=UTF-8"));
    let open: serde_json::Value = serde_json::from_str(open.body.strip_prefix('0').unwrap()).unwrap();
    assert_eq!(open["upgrades"], serde_json::json!(["websocket"]));
}

#[test]
fn packets_go_both_ways_one_and_several() {
    let running = start();
    let session = Session::connect(running.addr);
    assert_eq!(session.post("42[\"echo\",1]").body, "ok");
    assert_eq!(session.get().body, "42[\"echo\",1]");
    session.post("42[\"echo\",2]\x1e42[\"echo\",\"ü\"]\x1e427[\"a\"]");
    assert_eq!(session.get().body, "42[\"echo\",2]\x1e42[\"echo\",\"ü\"]\x1e437[{\"ok\":0}]");
}

#[test]
fn a_waiting_poll_is_answered_as_soon_as_there_is_something() {
    let running = start();
    let session = Session::connect(running.addr);
    let poll = session.poll();
    session.post("42[\"echo\",1]");
    assert_eq!(poll.join().unwrap().body, "42[\"echo\",1]");
}

#[test]
fn an_answer_has_sixteen_packets_at_most_and_the_rest_follows() {
    let running = start();
    let session = Session::connect(running.addr);
    running.server.batch(|batch| (0..40).for_each(|n| batch.emit(&["all"], None, "n", &n)));
    until("they are sent", || running.server.stats().frames_out > 40);
    let mut all = Vec::new();
    for count in [16, 16, 8] {
        let body = session.get().body;
        assert_eq!(body.split('\x1e').count(), count);
        all.extend(body.split('\x1e').map(str::to_owned));
    }
    assert_eq!(all, (0..40).map(|n| format!("42[\"n\",{n}]")).collect::<Vec<_>>());
}

#[test]
fn what_is_no_packet_ends_the_session() {
    for body in ["abc", "", "4abc", "42[\"a\"]\x1e", "bAQID", "\x1e", "42[1"] {
        let running = start();
        let session = Session::connect(running.addr);
        assert_eq!(session.post(body).status, 400, "{body:?}");
        assert_eq!(session.get().status, 400);
        assert_eq!(running.reason(), CloseReason::ParseError);
    }
}

#[test]
fn two_polls_at_once_end_the_session() {
    let running = start();
    let session = Session::connect(running.addr);
    let (first, second) = (session.poll(), session.poll());
    assert_eq!((first.join().unwrap().status, second.join().unwrap().status), (400, 400));
    assert_eq!(session.get().body, r#"{"code":1,"message":"Session ID unknown"}"#);
    assert_eq!(running.reason(), CloseReason::ProtocolError);
}

#[test]
fn a_client_closes_its_session_and_its_poll_comes_back() {
    let running = start();
    let session = Session::connect(running.addr);
    let poll = session.poll();
    // Whichever of the two is first, the poll is answered.
    let posted = session.post("1");
    assert_eq!((posted.status, &*posted.body), (200, "ok"));
    let polled = poll.join().unwrap();
    assert!(polled.body == "6" || polled.body.contains("Session ID unknown"), "{polled:?}");
    assert_eq!(session.get().status, 400);
    assert_eq!(running.reason(), CloseReason::ClientDisconnect);
}

#[test]
fn a_long_body_ends_the_session() {
    let running = start_with(|builder| builder.max_payload(1000));
    let session = Session::connect(running.addr);
    assert_eq!(session.post(&format!("42[\"{}\"]", "x".repeat(1000))).status, 413);
    assert_eq!(running.reason(), CloseReason::PayloadTooLarge);
    assert_eq!(session.get().status, 400);
}

#[test]
fn a_ping_comes_and_wants_an_answer() {
    let running = start_with(|builder| {
        builder.ping_interval(Duration::from_millis(100)).ping_timeout(Duration::from_millis(200))
    });
    let session = Session::connect(running.addr);
    for _ in 0..3 {
        assert_eq!(session.get().body, "2");
        assert_eq!(session.post("3").body, "ok");
    }
    assert_eq!(session.get().body, "2");
    assert_eq!(session.get().status, 400);
    assert_eq!(running.reason(), CloseReason::PingTimeout);
}

#[test]
fn a_session_that_nobody_polls_ends_even_if_it_posts() {
    let running = start_with(|builder| {
        builder.ping_interval(Duration::from_millis(100)).ping_timeout(Duration::from_millis(200))
    });
    let session = Session::connect(running.addr);
    until("it ends", || session.post("3").status == 400);
    assert_eq!(running.reason(), CloseReason::PingTimeout);
}

#[test]
fn a_poll_that_is_cut_ends_the_session() {
    let running = start();
    let session = Session::connect(running.addr);
    let mut stream = TcpStream::connect(running.addr).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", session.target()).unwrap();
    drop(stream);
    assert_eq!(running.reason(), CloseReason::TransportClose);
}

#[test]
fn who_does_not_fetch_is_closed_at_the_bound() {
    let running = start_with(|builder| builder.max_unsent(10_000));
    let session = Session::connect(running.addr);
    running.server.batch(|batch| batch.emit(&["all"], None, "n", &"x".repeat(10_000)));
    assert_eq!(running.reason(), CloseReason::TooSlow);
    assert_eq!(session.get().status, 400);
}

#[test]
fn a_closed_client_still_gets_what_was_queued_and_a_close_packet() {
    let running = start();
    let session = Session::connect(running.addr);
    running.server.batch(|batch| {
        (0..20).for_each(|n| batch.emit(&["all"], None, "n", &n));
        batch.close_all("all", "enough");
    });
    assert_eq!(running.reason(), CloseReason::Server("enough"));
    assert_eq!(session.get().body.split('\x1e').count(), 16);
    assert!(session.get().body.ends_with("42[\"n\",19]\x1e1"));
    assert_eq!(session.get().status, 400);
    let waiting = Session::connect(running.addr);
    let poll = waiting.poll();
    waiting.post("42[\"close\"]");
    assert!(poll.join().unwrap().body.ends_with("1"));
}

#[test]
fn other_methods_are_refused() {
    let running = start();
    let session = Session::connect(running.addr);
    assert_eq!(crate::support::request(running.addr, "DELETE", &session.target(), "", "").status, 400);
    assert_eq!(session.post("42[\"echo\",1]").body, "ok");
}
