//! Long-polling and upgrades, by a clock that the test turns.

use tokio::sync::oneshot;

use super::*;
use crate::core::Answer;
use crate::handle::Sid;

type Reply = oneshot::Receiver<Answer>;

fn open(driver: &mut Driver<App>) -> (Sid, String) {
    let (reply, mut answer) = oneshot::channel();
    driver.core.open_polling("127.0.0.1:1".parse().unwrap(), reply);
    let Answer::Packets(packets) = answer.try_recv().unwrap() else { panic!("no packets") };
    let open = String::from_utf8(packets).unwrap();
    let sid = open.split('"').nth(3).unwrap().to_owned();
    (Sid::parse(&sid).unwrap(), sid)
}

fn post(driver: &mut Driver<App>, sid: &Sid, body: &str) -> Reply {
    let (reply, answer) = oneshot::channel();
    driver.core.post(sid, body.to_owned().into(), reply);
    driver.settle();
    answer
}

fn poll(driver: &mut Driver<App>, sid: &Sid) -> Reply {
    let (reply, answer) = oneshot::channel();
    driver.core.poll(sid, reply);
    driver.settle();
    answer
}

fn packets(mut reply: Reply) -> String {
    match reply.try_recv().unwrap() {
        Answer::Packets(packets) => String::from_utf8(packets).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A session that is connected.
fn session(driver: &mut Driver<App>) -> (Sid, String) {
    let (sid, text) = open(driver);
    assert_eq!(post(driver, &sid, "40").try_recv().unwrap(), Answer::Taken);
    assert!(packets(poll(driver, &sid)).starts_with("40{"));
    (sid, text)
}

#[test]
fn a_poll_whose_client_is_gone_ends_the_session_instead_of_losing_packets() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let (sid, _) = session(&mut driver);
    drop(poll(&mut driver, &sid));
    apply(&mut driver, |batch| batch.emit(&["all"], None, "n", &1));
    driver.settle();
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::TransportClose]);
    let (sid, _) = session(&mut driver);
    let waiting = poll(&mut driver, &sid);
    driver.core.poll_aborted(&sid);
    assert_eq!(app.0.lock().unwrap().closed.len(), 2);
    drop(waiting);
    assert!(driver.core.is_empty());
}

#[test]
fn who_polls_and_answers_lives_and_who_does_not_dies() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let (alive, _) = session(&mut driver);
    let (_dead, _) = session(&mut driver);
    for _ in 0..3 {
        let ping = poll(&mut driver, &alive);
        driver.pass(Duration::from_secs(26));
        assert_eq!(packets(ping), "2");
        assert_eq!(post(&mut driver, &alive, "3").try_recv().unwrap(), Answer::Taken);
    }
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::PingTimeout]);
}

#[test]
fn a_probe_has_a_deadline_and_the_session_none_of_it() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let (sid, name) = session(&mut driver);
    let conn = driver.open();
    driver.arrive(conn, &[handshake(Some(&name)), text("2probe")].concat());
    driver.pass(Duration::from_secs(9));
    assert_eq!(driver.pipe(conn).closed, None);
    // While a probe waits, polls don't.
    assert_eq!(packets(poll(&mut driver, &sid)), "6");
    driver.pass(Duration::from_secs(2));
    assert_eq!(driver.pipe(conn).closed, Some(false));
    apply(&mut driver, |batch| batch.emit(&["all"], None, "n", &1));
    assert_eq!(packets(poll(&mut driver, &sid)), "42[\"n\",1]");
    assert!(app.0.lock().unwrap().closed.is_empty());
}

#[test]
fn an_upgrade_keeps_the_order_at_every_moment() {
    // A batch is sent before each step of the upgrade in turn.
    for moment in 0..5 {
        let (mut driver, _) = driver(Config::default(), 1000);
        let (sid, name) = session(&mut driver);
        let mut heard = Vec::new();
        let waiting = poll(&mut driver, &sid);
        let conn = driver.open();
        let steps: [&[u8]; 4] = [&handshake(Some(&name)), &text("2probe"), &text("5"), &text("42[\"echo\",2]")];
        let mut waiting = Some(waiting);
        for (step, bytes) in steps.iter().enumerate() {
            if step == moment {
                apply(&mut driver, |batch| (0..2).for_each(|n| batch.emit(&["all"], None, "echo", &n)));
            }
            driver.arrive(conn, bytes);
            driver.settle();
            if let Some(reply) = waiting.as_mut()
                && let Ok(Answer::Packets(packets)) = reply.try_recv()
            {
                heard.extend(String::from_utf8(packets).unwrap().split('\x1e').map(str::to_owned));
                waiting = None;
            }
        }
        let bytes = std::mem::take(&mut driver.pipe(conn).output);
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        heard.extend(frames(&bytes[head..]));
        heard.retain(|packet| packet.starts_with("42"));
        let expected = ["42[\"echo\",0]", "42[\"echo\",1]", "42[\"echo\",2]"];
        assert_eq!(heard, expected[if moment == 4 { 2 } else { 0 }..], "at {moment}");
    }
}

#[test]
fn an_upgrade_to_a_session_that_is_gone_is_refused() {
    let (mut driver, _) = driver(Config::default(), 1000);
    let (sid, name) = session(&mut driver);
    assert_eq!(post(&mut driver, &sid, "1").try_recv().unwrap(), Answer::Taken);
    let conn = driver.open();
    driver.arrive(conn, &handshake(Some(&name)));
    driver.settle();
    let output = String::from_utf8(driver.pipe(conn).output.clone()).unwrap();
    assert!(
        output.starts_with("HTTP/1.1 400 ") && output.ends_with("{\"code\":1,\"message\":\"Session ID unknown\"}"),
        "{output}"
    );
    assert!(driver.pipe(conn).finished);
}

#[test]
fn a_session_closed_by_us_waits_for_its_client_a_little() {
    let (mut driver, app) = driver(Config::default(), 1000);
    for polls in [true, false] {
        let (sid, _) = session(&mut driver);
        apply(&mut driver, |batch| batch.close_all("all", "enough"));
        driver.settle();
        if polls {
            assert_eq!(packets(poll(&mut driver, &sid)), "1");
        } else {
            driver.pass(Duration::from_secs(4));
        }
        assert!(driver.core.is_empty());
        assert_eq!(poll(&mut driver, &sid).try_recv().unwrap(), Answer::UnknownSession);
    }
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::Server("enough"); 2]);
}

#[test]
fn a_second_post_while_the_first_waits_ends_the_session() {
    let (mut driver, app) = driver(Config::default(), 1000);
    let (sid, _) = session(&mut driver);
    let mut first = post(&mut driver, &sid, "42[\"pause\"]\x1e42[\"a\"]");
    assert!(first.try_recv().is_err());
    let mut second = post(&mut driver, &sid, "42[\"b\"]");
    assert_eq!((first.try_recv().unwrap(), second.try_recv().unwrap()), (Answer::BadRequest, Answer::BadRequest));
    assert_eq!(app.0.lock().unwrap().closed, [CloseReason::ProtocolError]);
}
