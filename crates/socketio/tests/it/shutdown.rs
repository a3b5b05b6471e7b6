//! The end of a server.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use socketio::CloseReason;

use crate::support::{Client, Running, Session, start_with, until};

fn shut_down(running: &Running, deadline: Duration) -> Duration {
    let began = Instant::now();
    let server = running.server.clone();
    running.runtime.block_on(async move { server.shutdown(deadline).await });
    began.elapsed()
}

#[test]
fn everybody_gets_what_was_sent_and_then_a_close_that_lets_them_come_back() {
    let running = start_with(|builder| builder.shards(2));
    let mut clients: Vec<_> = (0..10).map(|_| Client::connect(running.addr)).collect();
    let session = Session::connect(running.addr);
    let poll = session.poll();
    until("the poll has come", || running.server.stats().accepted == 10 + 3 + 1);
    let reading = std::thread::spawn(move || {
        for client in &mut clients {
            assert_eq!(client.text(), r#"42["last",1]"#);
            assert_eq!(client.close_code(), 1001);
        }
    });
    running.server.batch(|batch| batch.emit(&["all"], None, "last", &1));
    let took = shut_down(&running, Duration::from_secs(10));
    reading.join().unwrap();
    let polled = poll.join().unwrap().body;
    assert!(polled.starts_with(r#"42["last",1]"#), "{polled}");
    let closed = running.app.0.lock().unwrap().closed.iter().map(|closed| closed.reason).collect::<Vec<_>>();
    assert_eq!(closed, [CloseReason::Shutdown; 11]);
    assert!(took < Duration::from_secs(9), "{took:?}");
    assert!(TcpStream::connect(running.addr).is_err());
}

#[test]
fn a_client_that_polls_gets_all_that_is_left_in_as_many_polls_as_it_takes() {
    for shards in [1, 2] {
        let running = start_with(|builder| builder.shards(shards));
        let session = Session::connect(running.addr);
        running.server.batch(|batch| (0..40).for_each(|n| batch.emit(&["all"], None, "n", &n)));
        until("they are sent", || running.server.stats().frames_out > 40);
        let server = running.server.clone();
        let stopping = running.runtime.spawn(async move { server.shutdown(Duration::from_secs(10)).await });
        until("it is closed", || !running.app.0.lock().unwrap().closed.is_empty());
        let packets = fetch(&session, 40);
        assert_eq!(packets[..40], (0..40).map(|n| format!("42[\"n\",{n}]")).collect::<Vec<_>>());
        running.runtime.block_on(stopping).unwrap();
        assert!(TcpStream::connect(running.addr).is_err());
    }
}

#[test]
fn while_it_drains_nobody_new_is_let_in() {
    let running = start_with(|builder| builder);
    let session = Session::connect(running.addr);
    running.server.batch(|batch| (0..40).for_each(|n| batch.emit(&["all"], None, "n", &n)));
    until("they are sent", || running.server.stats().frames_out > 40);
    let server = running.server.clone();
    let stopping = running.runtime.spawn(async move { server.shutdown(Duration::from_secs(10)).await });
    until("it is closed", || !running.app.0.lock().unwrap().closed.is_empty());
    let newcomer =
        reply(running.addr, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(!newcomer.contains("sid"), "{newcomer}");
    fetch(&session, 40);
    running.runtime.block_on(stopping).unwrap();
}

#[test]
fn a_client_that_does_not_read_holds_nobody_up_beyond_the_deadline() {
    let running = start_with(|builder| builder.max_unsent(100_000_000));
    let client = Client::connect(running.addr);
    running.server.batch(|batch| batch.emit(&["all"], None, "n", &"x".repeat(30_000_000)));
    let took = shut_down(&running, Duration::from_millis(300));
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(client);
}

#[test]
fn serve_returns_and_what_comes_later_goes_nowhere() {
    let running = start_with(|builder| builder);
    let mut client = Client::connect(running.addr);
    let reading = std::thread::spawn(move || client.close_code());
    shut_down(&running, Duration::from_secs(10));
    assert_eq!(reading.join().unwrap(), 1001);
    running.server.batch(|batch| batch.emit(&["all"], None, "late", &1));
    assert_eq!(running.server.stats().sockets, 0);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    running.runtime.block_on(running.server.serve(listener, axum::Router::new())).unwrap();
}

#[test]
fn a_request_under_way_is_answered() {
    let running = start_with(|builder| builder);
    let addr = running.addr;
    let slow = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(addr).unwrap();
        stream
            .write_all(b"POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345")
            .unwrap();
        let stopping = Instant::now();
        while TcpStream::connect(addr).is_ok() && stopping.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        stream.write_all(b"67890").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    until("it is under way", || running.server.stats().accepted > 0 && running.server.stats().connections == 0);
    shut_down(&running, Duration::from_secs(10));
    assert!(slow.join().unwrap().ends_with("\r\n\r\n10"));
}

#[test]
fn a_handle_goes_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    let server = socketio::Server::builder(crate::support::App::default()).build().unwrap();
    anywhere(&server);
    fn travels<T: Send + 'static>() {}
    travels::<(socketio::Ack, socketio::Handle, socketio::Batch)>();
}

#[test]
fn a_server_needs_a_shard_and_not_too_many() {
    for shards in [0, 257] {
        let refused = socketio::Server::builder(crate::support::App::default()).shards(shards).build();
        assert!(refused.err().unwrap().to_string().contains(&shards.to_string()));
    }
}

#[test]
fn a_server_whose_handles_are_gone_is_gone() {
    let server = socketio::Server::builder(crate::support::App::default()).shards(2).build().unwrap();
    let other = server.clone();
    drop(server);
    other.batch(|batch| batch.emit(&["all"], None, "n", &1));
    drop(other);
}

/// What comes back for these bytes until the server closes.
fn reply(addr: std::net::SocketAddr, request: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// Polls until there are so many packets.
fn fetch(session: &Session, count: usize) -> Vec<String> {
    let mut packets = Vec::new();
    while packets.len() < count {
        let answer = session.get();
        assert_eq!(answer.status, 200, "after {} packets: {}", packets.len(), answer.body);
        packets.extend(answer.body.split('\x1e').map(str::to_owned));
    }
    packets
}
