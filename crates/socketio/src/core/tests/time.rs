//! Deadlines, by a clock that the test turns.

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_ping_comes_after_the_interval_and_silence_ends_the_socket() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.pass(seconds(24));
    assert!(output(&mut driver, conn).is_empty());
    driver.pass(seconds(2));
    assert_eq!(output(&mut driver, conn), ["2"]);
    driver.arrive(conn, &text("3"));
    driver.pass(seconds(24));
    assert!(output(&mut driver, conn).is_empty());
    driver.pass(seconds(2));
    assert_eq!(output(&mut driver, conn), ["2"]);
    driver.pass(seconds(19));
    assert!(output(&mut driver, conn).is_empty());
    driver.pass(seconds(2));
    assert_eq!(output(&mut driver, conn), ["close 1008"]);
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::PingTimeout]);
    // Who does not take the close either is cut off.
    driver.pass(seconds(4));
    assert_eq!(driver.pipe(conn).closed, Some(true));
    assert!(driver.core.is_empty());
}

#[test]
fn a_pong_that_nobody_asked_for_changes_nothing() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.pass(seconds(20));
    driver.arrive(conn, &text("3"));
    driver.pass(seconds(6));
    assert_eq!(output(&mut driver, conn), ["2"]);
}

#[test]
fn a_slow_head_is_cut_off() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let (silent, slow) = (driver.open(), driver.open());
    for byte in b"GET /socket" {
        driver.arrive(slow, &[*byte]);
        driver.pass(Duration::from_millis(900));
    }
    assert_eq!((driver.pipe(silent).closed, driver.pipe(slow).closed), (None, None));
    driver.pass(seconds(2));
    assert_eq!((driver.pipe(silent).closed, driver.pipe(slow).closed), (Some(false), Some(false)));
}

#[test]
fn connect_is_due_from_the_handshake_on_whatever_is_refused_meanwhile() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = driver.open();
    driver.arrive(conn, &handshake(None));
    driver.pass(seconds(8));
    driver.pipe(conn).output.clear();
    driver.arrive(conn, &text("40/other"));
    driver.pass(seconds(3));
    assert_eq!(output(&mut driver, conn), [r#"44/other,{"message":"Invalid namespace"}"#, "close 1008"]);
    assert!(app.0.lock().unwrap().closed.is_empty());
}

#[test]
fn who_disconnects_and_does_not_come_back_is_closed() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.arrive(conn, &text("41"));
    driver.pass(seconds(9));
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::ClientDisconnect]);
    assert!(output(&mut driver, conn).is_empty());
    driver.pass(seconds(2));
    assert_eq!(output(&mut driver, conn), ["close 1008"]);
}

#[test]
fn nothing_wakes_early() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    // A time between two milliseconds.
    driver.now += Duration::from_micros(300);
    driver.arrive(conn, &text("42[\"wake\"]"));
    driver.settle();
    let due = driver.now + Duration::from_millis(2_500);
    driver.pass(seconds(5));
    let woken = app.0.lock().unwrap().woken.clone();
    assert_eq!(woken.len(), 1);
    assert!(woken[0] >= due && woken[0] <= due + seconds(1));
}

#[test]
fn draining_closes_everybody_and_leaves_nothing() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conns = [connected(&mut driver), connected(&mut driver)];
    let head = driver.open();
    apply(&mut driver, |batch| batch.emit(&["all"], None, "last", &1));
    driver.core.drain();
    driver.core.drop_heads();
    driver.settle();
    for conn in conns {
        assert_eq!(output(&mut driver, conn), ["42[\"last\",1]", "close 1001"]);
        driver.end(conn);
    }
    driver.settle();
    assert_eq!(driver.pipe(head).closed, Some(false));
    assert!(driver.core.is_empty());
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::Shutdown; 2]);
}

#[test]
fn who_comes_after_is_not_woken_for_who_was_before() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.arrive(conn, &[text("42[\"wake\"]"), text("41"), text("40")].concat());
    driver.pass(Duration::from_secs(5));
    assert_eq!(app.0.lock().unwrap().handles.len(), 2);
    assert!(app.0.lock().unwrap().woken.is_empty());
}

#[test]
fn not_even_a_part_of_a_millisecond_early() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let began = driver.now;
    driver.now += Duration::from_micros(200);
    connected(&mut driver);
    let socket = app.0.lock().unwrap().handles[0];
    apply(&mut driver, |batch| batch.wake_at(socket, Some(began + Duration::from_micros(3_000_400))));
    // The deadlines are looked at 0.2 ms before that time, and a second later.
    driver.pass(seconds(3));
    assert!(app.0.lock().unwrap().woken.is_empty());
    driver.pass(seconds(1));
    assert_eq!(app.0.lock().unwrap().woken.len(), 1);
}

#[test]
fn who_was_not_read_from_gets_the_full_time_for_its_pong() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let conn = connected(&mut driver);
    driver.arrive(conn, &text("42[\"pause\"]"));
    driver.pass(seconds(100));
    assert_eq!(output(&mut driver, conn), ["42[\"echo\",null]", "2"]);
    let socket = app.0.lock().unwrap().handles[0];
    apply(&mut driver, |batch| batch.resume(socket));
    driver.pass(seconds(19));
    assert!(app.0.lock().unwrap().closed.is_empty());
    driver.pass(seconds(2));
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::PingTimeout]);
}
