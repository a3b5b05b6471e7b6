//! What an application does from outside of its handlers.

use std::time::{Duration, Instant};

use socketio::{CloseReason, Handle};

use crate::support::{Client, Count, Running, Session, start, start_with};

/// Sockets that are connected one after the other, on two shards.
fn connected(count: usize) -> (Running, Vec<Client>, Vec<Handle>) {
    let running = start_with(|builder| builder.shards(2));
    let clients = (0..count).map(|_| Client::connect(running.addr)).collect();
    let handles = running.handles();
    (running, clients, handles)
}

#[test]
fn an_event_reaches_a_socket_once_however_many_of_the_rooms_it_is_in() {
    let (running, mut clients, handles) = connected(4);
    running.server.batch(|batch| {
        batch.join(handles[0], "a");
        batch.join(handles[0], "a");
        batch.join(handles[0], "b");
        batch.join(handles[1], "b");
        batch.join(handles[2], "c");
        batch.join(handles[3], "b");
        batch.emit(&["a", "b", "a", "nobody"], Some(handles[3]), "news", &"x");
        batch.emit(&["all"], None, "end", &());
    });
    for (client, hears) in clients.iter_mut().zip([true, true, false, false]) {
        if hears {
            assert_eq!(client.text(), r#"42["news","x"]"#);
        }
        assert_eq!(client.text(), r#"42["end",null]"#);
    }
}

#[test]
fn items_take_effect_in_order() {
    let (running, mut clients, handles) = connected(2);
    running.server.batch(|batch| {
        batch.join_all("all", "x");
        batch.emit(&["x"], None, "one", &1);
        batch.leave(handles[0], "x");
        batch.emit(&["x"], None, "two", &2);
        batch.join(handles[0], "x");
        batch.emit(&["x"], None, "three", &3);
        batch.leave_all("all", "x");
        batch.emit(&["x"], None, "four", &4);
        batch.emit_to(handles[1], "five", &5);
        batch.emit(&["all"], None, "six", &6);
    });
    let heard = |client: &mut Client, count| {
        (0..count).map(|_| client.text().split('"').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(heard(&mut clients[0], 3), ["one", "three", "six"]);
    assert_eq!(heard(&mut clients[1], 5), ["one", "two", "three", "five", "six"]);
}

#[test]
fn batches_of_many_threads_arrive_everywhere_in_the_same_order_and_untorn() {
    let (running, mut clients, _) = connected(6);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let server = &running.server;
            scope.spawn(move || {
                for n in 0..100 {
                    server.batch(|batch| {
                        batch.emit(&["all"], None, "n", &(thread, n, 'a'));
                        batch.emit(&["all"], None, "n", &(thread, n, 'b'));
                    });
                }
            });
        }
    });
    let heard: Vec<Vec<String>> = clients.iter_mut().map(|client| (0..800).map(|_| client.text()).collect()).collect();
    for other in &heard[1..] {
        assert_eq!(&heard[0], other);
    }
    for pair in heard[0].chunks(2) {
        assert_eq!(pair[0].replace("\"a\"", "\"b\""), pair[1]);
    }
}

#[test]
fn acks_are_answered_from_outside_and_stale_ones_go_nowhere() {
    let (running, mut clients, _) = connected(2);
    clients[0].send(r#"427["later"]"#);
    clients[1].send(r#"428["later"]"#);
    let acks = running.acks(2);
    clients[1].send("41");
    clients[1].send("40");
    clients[1].text();
    running.server.batch(|batch| {
        for ack in acks {
            batch.ack(ack, &"done");
        }
        batch.emit(&["all"], None, "end", &1);
    });
    assert_eq!(clients[0].text(), r#"437["done"]"#);
    assert_eq!(clients[0].text(), r#"42["end",1]"#);
    assert_eq!(clients[1].text(), r#"42["end",1]"#);
    crate::support::until("no ack is open", || running.server.stats().unanswered == 0);
}

#[test]
fn a_paused_socket_goes_on_where_it_stopped() {
    let (running, mut clients, handles) = connected(1);
    let client = &mut clients[0];
    client.send(r#"421["pause"]"#);
    for n in 2..500 {
        client.send(&format!("42{n}[\"n\"]"));
    }
    assert_eq!(client.text(), r#"431[{"ok":0}]"#);
    // It still gets what is sent to it.
    running.server.batch(|batch| batch.emit_to(handles[0], "news", &1));
    assert_eq!(client.text(), r#"42["news",1]"#);
    assert_eq!(running.events(), ["pause null"]);
    running.server.batch(|batch| batch.resume(handles[0]));
    for n in 2..500 {
        assert_eq!(client.text(), format!("43{n}[{{\"ok\":0}}]"));
    }
}

#[test]
fn a_paused_polling_session_goes_on_where_it_stopped() {
    let running = start();
    let session = Session::connect(running.addr);
    let posting = {
        let session = session.clone();
        std::thread::spawn(move || session.post("42[\"pause\"]\x1e421[\"a\"]\x1e422[\"b\"]"))
    };
    crate::support::until("it is paused", || running.events() == ["pause null"]);
    running.server.batch(|batch| batch.resume(running.handles()[0]));
    assert_eq!(posting.join().unwrap().body, "ok");
    assert_eq!(session.get().body, "431[{\"ok\":0}]\x1e432[{\"ok\":0}]");
}

#[test]
fn state_changes_in_order_with_the_rest() {
    let (running, mut clients, handles) = connected(1);
    let (tell, told) = std::sync::mpsc::channel();
    running.server.batch(|batch| {
        let tell = tell.clone();
        batch.update(
            handles[0],
            Box::new(move |state| {
                let count = state.downcast_mut::<Count>().unwrap();
                count.0 += 100;
                tell.send(count.0).unwrap();
            }),
        );
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), 100);
    clients[0].send(r#"42["count"]"#);
    assert_eq!(clients[0].text(), r#"42["count",101]"#);
    running.server.batch(|batch| batch.update(handles[0], Box::new(|_| panic!("asked to"))));
    assert_eq!(clients[0].close_code(), 1011);
    assert_eq!(running.reason(), CloseReason::HandlerPanic);
}

#[test]
fn sockets_are_closed_from_outside_behind_what_they_were_sent() {
    let (running, mut clients, handles) = connected(3);
    running.server.batch(|batch| {
        batch.emit(&["all"], None, "news", &1);
        batch.close(handles[0], "this_one");
        batch.emit(&["all"], None, "more", &1);
        batch.close_all("all", "the_rest");
        batch.emit(&["all"], None, "nobody", &1);
    });
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.text(), r#"42["news",1]"#);
        if index > 0 {
            assert_eq!(client.text(), r#"42["more",1]"#);
        }
        assert_eq!(client.close_code(), 1000);
    }
    let mut closed =
        running.app.0.lock().unwrap().closed.iter().map(|closed| closed.reason.as_str()).collect::<Vec<_>>();
    closed.sort_unstable();
    assert_eq!(closed, ["the_rest", "the_rest", "this_one"]);
}

#[test]
fn a_socket_is_woken_from_outside_and_never_early() {
    let running = start_with(|builder| builder.ping_interval(Duration::from_millis(400)));
    let mut client = Client::connect(running.addr);
    let at = Instant::now() + Duration::from_millis(120);
    running.server.batch(|batch| batch.wake_at(running.handles()[0], Some(at)));
    assert_eq!(client.text(), r#"42["woken",1]"#);
    assert!(Instant::now() >= at);
}

#[test]
fn four_sends_in_flight_on_fifty_sockets_are_answered_in_order() {
    let (running, mut clients, _) = connected(50);
    for client in &mut clients {
        for n in 0..4 {
            client.send(&format!("42{n}[\"later\",{n}]"));
        }
    }
    let mut acks = running.acks(200);
    for n in 4..40 {
        running.server.batch(|batch| acks.drain(..).for_each(|ack| batch.ack(ack, &n)));
        for client in &mut clients {
            for _ in 0..4 {
                client.text();
            }
            for m in 0..4 {
                client.send(&format!("42{}[\"later\",{}]", n * 4 + m, n * 4 + m));
            }
        }
        acks = running.acks(200);
    }
    let seen = running.app.0.lock().unwrap();
    for handle in &seen.connected {
        let events: Vec<_> =
            seen.events.iter().filter(|(of, _)| of == handle).map(|(_, event)| event.as_str()).collect();
        let numbers: Vec<u32> =
            events.iter().map(|event| event.strip_prefix("later ").unwrap().parse().unwrap()).collect();
        assert!(numbers.is_sorted() && numbers.len() == 4 * 37, "{numbers:?}");
    }
}
