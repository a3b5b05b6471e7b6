//! The first request of a connection: ours, the application's, or refused.

use std::io::Write;
use std::net::TcpStream;

use crate::support::{Client, HANDSHAKE, frame, get, post, request, request_on, response_on, start, start_with};

const PATH: &str = "/socket.io/?EIO=4&transport=polling";

#[test]
fn the_routers_requests_are_answered_on_the_same_port() {
    let running = start();
    assert_eq!(get(running.addr, "/hello").body, "hello");
    assert_eq!(get(running.addr, "/who").body, "127.0.0.1");
    assert_eq!(get(running.addr, "/nothing").status, 404);
    assert_eq!(get(running.addr, "/socket.iox/?EIO=4&transport=polling").status, 404);
    let long = "x".repeat(300_000);
    assert_eq!(post(running.addr, "/length", &long).body, "300000");
}

#[test]
fn a_request_may_come_byte_by_byte_and_its_connection_serves_more() {
    let running = start();
    let mut stream = TcpStream::connect(running.addr).unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" {
        stream.write_all(&[*byte]).unwrap();
    }
    assert_eq!(response_on(&mut stream).body, "hello");
    assert_eq!(request_on(&mut stream, "GET", "/who", "", "").body, "127.0.0.1");
}

#[test]
fn refusals_have_the_reference_servers_codes() {
    let running = start();
    let refused = |method, target: &str, headers: &str| {
        let response = request(running.addr, method, target, headers, "");
        (response.status, response.body)
    };
    let guessed = "A".repeat(32);
    for (method, target, headers, body) in [
        ("GET", "/socket.io/?EIO=4".to_owned(), "", r#"{"code":0,"message":"Transport unknown"}"#),
        ("GET", "/socket.io/?EIO=4&transport=abc".to_owned(), "", r#"{"code":0,"message":"Transport unknown"}"#),
        ("GET", format!("{PATH}&sid=abc"), "", r#"{"code":1,"message":"Session ID unknown"}"#),
        ("GET", format!("{PATH}&sid={guessed}"), "", r#"{"code":1,"message":"Session ID unknown"}"#),
        ("POST", format!("{PATH}&sid={guessed}"), "", r#"{"code":1,"message":"Session ID unknown"}"#),
        ("POST", PATH.to_owned(), "", r#"{"code":2,"message":"Bad handshake method"}"#),
        ("PUT", PATH.to_owned(), "", r#"{"code":2,"message":"Bad handshake method"}"#),
        ("GET", "/socket.io/?EIO=4&transport=websocket".to_owned(), "", r#"{"code":3,"message":"Bad request"}"#),
        ("GET", PATH.to_owned(), HANDSHAKE, r#"{"code":3,"message":"Bad request"}"#),
        (
            "GET",
            "/socket.io/?transport=polling".to_owned(),
            "",
            r#"{"code":5,"message":"Unsupported protocol version"}"#,
        ),
        (
            "GET",
            "/socket.io/?EIO=3&transport=polling".to_owned(),
            "",
            r#"{"code":5,"message":"Unsupported protocol version"}"#,
        ),
        (
            "GET",
            "/socket.io/?EIO=abc&transport=websocket".to_owned(),
            HANDSHAKE,
            r#"{"code":5,"message":"Unsupported protocol version"}"#,
        ),
        (
            "GET",
            format!("/socket.io/?EIO=4&transport=websocket&sid={guessed}"),
            HANDSHAKE,
            r#"{"code":1,"message":"Session ID unknown"}"#,
        ),
    ] {
        assert_eq!(refused(method, &target, headers), (400, body.to_owned()), "{method} {target}");
    }
}

#[test]
fn an_id_with_one_bit_changed_is_unknown() {
    let running = start();
    let session = crate::support::Session::open(running.addr);
    let mut other = session.clone();
    let last = if other.sid.ends_with('A') { "E" } else { "A" };
    other.sid.replace_range(31.., last);
    assert_eq!(other.get().body, r#"{"code":1,"message":"Session ID unknown"}"#);
    assert_eq!(session.post("40").body, "ok");
}

#[test]
fn a_foreign_origin_is_refused_by_every_door() {
    let running =
        start_with(|builder| builder.check_origin(|origin, host| origin == "http://good" && host == Some("localhost")));
    let with = |method, target, headers: &str| request(running.addr, method, target, headers, "");
    for headers in [
        "Origin: http://bad\r\n".to_owned(),
        format!("Origin: http://bad\r\n{}", HANDSHAKE.split_once("\r\n").unwrap().1),
    ] {
        for target in [PATH, "/socket.io/?EIO=4&transport=websocket"] {
            let response = with("GET", target, &headers);
            assert_eq!((response.status, &*response.body), (403, r#"{"code":4,"message":"Forbidden"}"#));
            assert_eq!(response.header("access-control-allow-origin"), None);
        }
    }
    assert_eq!(with("OPTIONS", PATH, "Origin: http://bad\r\n").status, 403);
    let good = with("GET", PATH, "Origin: http://good\r\n");
    let cors = |name| good.header(name);
    assert_eq!(good.status, 200);
    assert_eq!(cors("access-control-allow-origin"), Some("http://good"));
    assert_eq!((cors("access-control-allow-credentials"), cors("vary")), (Some("true"), Some("Origin")));
    let preflight = with("OPTIONS", PATH, "Origin: http://good\r\nAccess-Control-Request-Headers: content-type\r\n");
    assert_eq!((preflight.status, preflight.header("access-control-allow-headers")), (204, Some("content-type")));
    assert_eq!(with("GET", PATH, "").header("access-control-allow-origin"), None);
}

#[test]
fn a_websocket_may_come_on_a_connection_that_http_has_used() {
    let running = start_with(|builder| builder.shards(2));
    for _ in 0..4 {
        let mut stream = TcpStream::connect(running.addr).unwrap();
        assert_eq!(request_on(&mut stream, "GET", "/hello", "", "").body, "hello");
        let mut client = Client::of(stream);
        let mut all = format!("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{HANDSHAKE}\r\n").into_bytes();
        all.extend(frame(0x81, b"40"));
        all.extend(frame(0x81, b"42[\"echo\",1]"));
        client.write(&all);
        assert!(client.head().starts_with("HTTP/1.1 101 "));
        assert!(client.text().starts_with("0{"));
        assert!(client.text().starts_with("40{"));
        assert_eq!(client.text(), r#"42["echo",1]"#);
    }
}

#[test]
fn another_path_can_be_set() {
    let running = start_with(|builder| builder.path("/realtime/"));
    assert_eq!(get(running.addr, "/realtime/?EIO=4&transport=polling").status, 200);
    assert_eq!(get(running.addr, "/realtime?EIO=4&transport=polling").status, 200);
    assert_eq!(get(running.addr, PATH).status, 404);
}
