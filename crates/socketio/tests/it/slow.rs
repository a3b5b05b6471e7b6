//! Clients that do not take what they are sent, or send more than is answered.

use std::time::{Duration, Instant};

use socketio::CloseReason;

use crate::support::{Client, start_with, until};

#[test]
fn who_does_not_read_is_closed_at_the_bound_and_the_others_get_everything() {
    let running = start_with(|builder| builder.max_unsent(100_000));
    let deaf = Client::connect(running.addr);
    let mut other = Client::connect(running.addr);
    let text = "x".repeat(2_000);
    let mut sent = 0;
    // The other reads along; the deaf one's system takes some before we have to keep anything.
    while running.app.0.lock().unwrap().closed.is_empty() {
        running.server.batch(|batch| (0..10).for_each(|n| batch.emit(&["all"], None, "n", &(sent + n, &text))));
        for n in 0..10 {
            assert!(other.text().starts_with(&format!("42[\"n\",[{},", sent + n)));
        }
        sent += 10;
        assert!(sent < 100_000, "it is never closed");
    }
    assert_eq!(running.reason(), CloseReason::TooSlow);
    drop(deaf);
}

#[test]
fn who_reads_late_gets_everything_in_order() {
    let running = start_with(|builder| builder.max_unsent(50_000_000));
    let mut client = Client::connect(running.addr);
    let text = "x".repeat(50_000);
    for n in 0..200 {
        running.server.batch(|batch| batch.emit(&["all"], None, "n", &(n, &text)));
    }
    until("all is sent", || running.server.stats().frames_out > 200);
    for n in 0..200 {
        assert_eq!(client.text(), format!("42[\"n\",[{n},\"{text}\"]]"));
    }
}

#[test]
fn nobody_reads_from_a_socket_with_too_many_unanswered_events() {
    let running = start_with(|builder| builder.max_unanswered(10));
    let mut client = Client::connect(running.addr);
    for n in 0..100 {
        client.send(&format!("42{n}[\"later\",{n}]"));
    }
    let mut answered = 0;
    while answered < 100 {
        let acks = running.acks(1);
        assert!(acks.len() <= 11, "{}", acks.len());
        for ack in acks {
            running.server.batch(|batch| batch.ack(ack, &1));
            assert_eq!(client.text(), format!("43{answered}[1]"));
            answered += 1;
        }
    }
    assert_eq!(running.events(), (0..100).map(|n| format!("later {n}")).collect::<Vec<_>>());
}

#[test]
fn a_socket_that_we_do_not_read_from_is_not_blamed_for_its_silence() {
    let running =
        start_with(|builder| builder.ping_interval(Duration::from_millis(60)).ping_timeout(Duration::from_millis(100)));
    let mut client = Client::connect(running.addr);
    client.send("42[\"pause\"]");
    assert_eq!(client.text(), "2");
    client.send("3");
    let began = Instant::now();
    until("its time is over three times", || began.elapsed() > Duration::from_millis(500));
    running.server.batch(|batch| batch.resume(running.handles()[0]));
    client.send("42[\"echo\",1]");
    assert_eq!(client.text(), "42[\"echo\",1]");
}

#[test]
fn a_blocked_socket_is_still_closed_by_the_bound_on_unsent_bytes() {
    let running = start_with(|builder| builder.max_unsent(10_000));
    let mut client = Client::connect(running.addr);
    client.send("42[\"pause\"]");
    until("it is paused", || running.events().len() == 1);
    let mut sent = 0;
    while running.app.0.lock().unwrap().closed.is_empty() {
        running.server.batch(|batch| batch.emit(&["all"], None, "n", &"x".repeat(10_000)));
        sent += 1;
        assert!(sent < 100_000, "it is never closed");
    }
    assert_eq!(running.reason(), CloseReason::TooSlow);
}
