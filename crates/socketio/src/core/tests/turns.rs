//! What a turn writes, and when.

use std::time::Duration;

use super::*;

#[test]
fn everything_of_a_turn_is_one_write_for_each_socket() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conns: Vec<_> = (0..10).map(|_| connected(&mut driver)).collect();
    for conn in &conns {
        driver.arrive(*conn, &[text("42[\"a\",1]"), client_frame(0x89, b"ping")].concat());
    }
    apply(&mut driver, |batch| (0..20).for_each(|n| batch.emit(&["all"], None, "n", &n)));
    apply(&mut driver, |batch| batch.emit(&["all"], None, "last", &1));
    driver.turn();
    for conn in conns {
        assert_eq!(driver.pipe(conn).writes, 1);
        assert_eq!(output(&mut driver, conn).len(), 23);
    }
}

#[test]
fn the_answer_to_a_handshake_and_the_first_packets_are_one_write() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conn = driver.open();
    driver.arrive(conn, &[handshake(None), text("40"), text("42[\"a\",1]")].concat());
    driver.turn();
    assert_eq!(driver.pipe(conn).writes, 1);
    assert!(driver.pipe(conn).bounded);
    let output = String::from_utf8_lossy(&driver.pipe(conn).output).into_owned();
    assert!(
        output.contains("\r\n\r\n") && output.contains("40{\"sid\"") && output.ends_with("42[\"a\",1]"),
        "{output}"
    );
}

#[test]
fn a_flush_to_many_waits_for_the_next_batch_but_no_longer_than_a_millisecond() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conns: Vec<_> = (0..64).map(|_| connected(&mut driver)).collect();
    let send = |driver: &mut Driver<App>| apply(driver, |batch| batch.emit(&["all"], None, "n", &1));
    let written = |driver: &mut Driver<App>| driver.pipe(conns[63]).writes;

    // Nobody waits for an answer: no reason to hold.
    send(&mut driver);
    driver.turn();
    assert_eq!(written(&mut driver), 1);

    driver.arrive(conns[0], &text("427[\"later\"]"));
    send(&mut driver);
    driver.turn();
    assert_eq!(written(&mut driver), 1);
    let rest = driver.core.timeout(driver.now);
    assert!(rest > Duration::ZERO && rest <= Duration::from_millis(1), "{rest:?}");
    // The next batch ends the wait, whatever it is.
    send(&mut driver);
    driver.turn();
    assert_eq!(written(&mut driver), 2);

    driver.arrive(conns[0], &text("428[\"later\"]"));
    send(&mut driver);
    driver.turn();
    assert_eq!(written(&mut driver), 2);
    driver.now += Duration::from_millis(1);
    driver.turn();
    assert_eq!(written(&mut driver), 3);

    // All is answered: no reason to hold any more.
    let acks = std::mem::take(&mut app.0.lock().unwrap().acks);
    assert_eq!(acks.len(), 2);
    apply(&mut driver, |batch| acks.into_iter().for_each(|ack| batch.ack(ack, &1)));
    driver.turn();
    send(&mut driver);
    driver.turn();
    assert_eq!(written(&mut driver), 4);
}

#[test]
fn with_fewer_sockets_nothing_is_held() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conns: Vec<_> = (0..63).map(|_| connected(&mut driver)).collect();
    driver.arrive(conns[0], &text("427[\"later\"]"));
    apply(&mut driver, |batch| batch.emit(&["all"], None, "n", &1));
    driver.turn();
    assert_eq!(driver.pipe(conns[62]).writes, 1);
}

#[test]
fn the_bound_on_unsent_bytes_is_exact() {
    for (over, reason) in [(0, None), (1, Some(CloseReason::TooSlow))] {
        let (mut driver, app) = driver(Config { max_unsent: 1000, ..Config::default() }, 1000);
        let conn = connected(&mut driver);
        driver.pipe(conn).window = 100;
        // 4 of header, 7 of `42["n",`, 2 quotes, 1 bracket.
        apply(&mut driver, |batch| batch.emit(&["all"], None, "n", &"x".repeat(1100 - 15 + 1 + over)));
        driver.settle();
        assert_eq!(app.0.lock().unwrap().closed.first().copied(), reason);
        assert_eq!(driver.pipe(conn).closed, reason.map(|_| true));
    }
}

#[test]
fn one_socket_with_much_to_read_lets_the_others_have_their_turn() {
    let (mut driver, _) = driver(Config::default(), 64);
    let (loud, quiet) = (connected(&mut driver), connected(&mut driver));
    driver.arrive(loud, &text("42[\"a\",1]").repeat(100));
    driver.arrive(quiet, &text("42[\"b\",2]"));
    driver.turn();
    assert_eq!(output(&mut driver, quiet), ["42[\"b\",2]"]);
    assert!(output(&mut driver, loud).len() < 10);
    driver.settle();
    assert!(output(&mut driver, loud).len() > 90);
}

#[test]
fn a_foreign_request_is_handed_off_with_all_its_bytes() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conn = driver.open();
    driver.arrive(conn, b"GET /hel");
    driver.settle();
    assert_eq!(driver.pipe(conn).handed_off, None);
    driver.arrive(conn, b"lo HTTP/1.1\r\nHost");
    driver.settle();
    assert!(!driver.pipe(conn).bounded);
    assert_eq!(driver.pipe(conn).handed_off.as_deref(), Some(&b"GET /hello HTTP/1.1\r\nHost"[..]));
}

#[test]
fn a_closing_connection_ends_only_when_its_last_byte_is_out() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.pipe(conn).window = 5;
    driver.arrive(conn, &[text("42[\"a\",1]"), text("nonsense"), text("42[\"never\"]")].concat());
    driver.settle();
    assert!(!driver.pipe(conn).finished);
    driver.widen(conn, 1000);
    driver.settle();
    assert!(driver.pipe(conn).finished);
    assert_eq!(output(&mut driver, conn), ["42[\"a\",1]", "close 1002"]);
    driver.arrive(conn, b"whatever");
    driver.end(conn);
    driver.settle();
    assert_eq!(driver.pipe(conn).closed, Some(false));
}

#[test]
fn the_number_of_a_closed_connection_is_given_again() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let first = connected(&mut driver);
    driver.end(first);
    driver.settle();
    let second = connected(&mut driver);
    assert_eq!(first, second);
    let handles = app.0.lock().unwrap().handles.clone();
    assert_ne!(handles[0], handles[1]);
    apply(&mut driver, |batch| batch.emit_to(handles[0], "stale", &1));
    driver.settle();
    assert!(output(&mut driver, second).is_empty());
}

#[test]
fn an_idle_socket_costs_little() {
    let size = size_of::<crate::core::conn::Conn>() + size_of::<crate::core::session::Session>();
    assert!(size <= 400, "{size}");
}

#[test]
fn nobody_inherits_the_rooms_of_who_was_there_before() {
    let (mut driver, app) = driver(Config::default(), 1000);
    for ends_with_its_connection in [true, false] {
        let conn = connected(&mut driver);
        let before = *app.0.lock().unwrap().handles.last().unwrap();
        apply(&mut driver, |batch| batch.join(before, "secret"));
        let conn = if ends_with_its_connection {
            driver.end(conn);
            driver.settle();
            connected(&mut driver)
        } else {
            driver.arrive(conn, &[text("41"), text("40")].concat());
            driver.settle();
            assert!(output(&mut driver, conn)[0].starts_with("40{"));
            conn
        };
        let after = *app.0.lock().unwrap().handles.last().unwrap();
        assert_ne!(before, after);
        apply(&mut driver, |batch| batch.emit(&["secret"], None, "secret", &1));
        driver.settle();
        assert!(output(&mut driver, conn).is_empty());
    }
}

#[test]
fn an_ack_that_nobody_takes_blocks_nobody() {
    let (mut driver, _) = driver(Config { max_unanswered: 2, ..Config::default() }, 1000);
    let conn = connected(&mut driver);
    driver.arrive(conn, &(0..10).flat_map(|n| text(&format!("42{n}[\"echo\",1]"))).collect::<Vec<_>>());
    driver.settle();
    assert_eq!(output(&mut driver, conn).len(), 10);
    assert_eq!(driver.core.stats().unanswered, 0);
}
