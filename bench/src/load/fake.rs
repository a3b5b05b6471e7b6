//! A server of two sockets that misbehaves once, to see that the loads notice.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::plan::{Plan, Sender, User};

/// What the server does wrong, with message 7.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    None,
    /// It never reaches the second socket.
    Lose,
    /// It reaches the second socket behind message 8.
    Swap,
    /// It reaches the second socket twice.
    Repeat,
    /// It is never acknowledged.
    NoAck,
    /// It is acknowledged behind message 8.
    AckLate,
    /// It is refused.
    Refuse,
    /// It names another account.
    Foreign,
    /// A `seq` is left out before it.
    Skip,
    /// The sender's socket is closed instead.
    Close,
}

/// Starts the server in a thread, which ends with its sockets; returns how to reach it.
pub(super) fn serve(fault: Fault) -> Plan {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut sockets = [Socket::accept(&listener), Socket::accept(&listener)];
        sockets.sort_by_key(|socket| !socket.first_user);
        exchange(&mut sockets, fault);
    });
    let user = |id: &str| User { user_id: id.to_owned(), token: "t".to_owned(), account_id: "a".to_owned() };
    let senders = vec![Sender { user: 0, to: "+1".to_owned() }];
    Plan { address, users: vec![user("first"), user("second")], senders }
}

/// Answers sends until the load hangs up.
fn exchange([sender, other]: &mut [Socket; 2], fault: Fault) {
    let mut seq = 0;
    let mut held = String::new();
    while let Some(send) = sender.receive() {
        let (id, number) = ids(&send);
        let chosen = |kind: Fault| fault == kind && number == 7;
        seq += if chosen(Fault::Skip) { 2 } else { 1 };
        let account = if chosen(Fault::Foreign) { "b" } else { "a" };
        let message = format!(r#"42["new_message",{{"accountId":"{account}","seq":{seq},"clientId":"{id}"}}]"#);
        let ok = !chosen(Fault::Refuse);
        let ack = format!(r#"43{number}[{{"ok":{ok},"conversationId":"c"}}]"#);
        if chosen(Fault::Close) {
            return;
        }
        sender.send(&message);
        match fault {
            Fault::Lose if number == 7 => {}
            Fault::Swap if number == 7 => held.clone_from(&message),
            _ => other.send(&message),
        }
        if chosen(Fault::Repeat) {
            other.send(&message);
        }
        if fault == Fault::Swap && number == 8 {
            other.send(&held);
        }
        match fault {
            Fault::NoAck if number == 7 => {}
            Fault::AckLate if number == 7 => held = ack,
            _ => sender.send(&ack),
        }
        if fault == Fault::AckLate && number == 8 {
            sender.send(&held);
        }
    }
}

/// The `clientId` of a send, and the number at its end.
fn ids(send: &str) -> (String, u64) {
    let (_, rest) = send.split_once(r#""clientId":""#).unwrap();
    let (id, _) = rest.split_once('"').unwrap();
    let number = id.rsplit_once('.').unwrap().1.parse().unwrap();
    (id.to_owned(), number)
}

struct Socket {
    stream: TcpStream,
    first_user: bool,
}

impl Socket {
    /// Takes the next connection and signs it in.
    fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        let mut socket = Self { stream, first_user: false };
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(socket.bytes(1).unwrap());
        }
        let answer = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        socket.stream.write_all(answer.as_bytes()).unwrap();
        socket.send("0{}");
        assert_eq!(socket.receive().unwrap(), "40");
        socket.send("40{}");
        socket.first_user = socket.receive().unwrap().contains("first");
        socket.send(r#"42["authenticated",{"positions":{"a":"1.0"}}]"#);
        socket
    }

    fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The next text frame of the client, unmasked; none once it has hung up.
    fn receive(&mut self) -> Option<String> {
        let head = self.bytes(2)?;
        let length = match head[1] & 0x7f {
            126 => u16::from_be_bytes(self.bytes(2)?.try_into().unwrap()).into(),
            short => short.into(),
        };
        let mask = self.bytes(4)?;
        let masked = self.bytes(length)?;
        let text = masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        Some(String::from_utf8(text.collect()).unwrap())
    }

    /// A write that fails means that the load has hung up, which the next read tells.
    fn send(&mut self, text: &str) {
        let mut frame = vec![0x81];
        match text.len() {
            short @ 0..126 => frame.push(short as u8),
            long => {
                frame.push(126);
                frame.extend((long as u16).to_be_bytes());
            }
        }
        frame.extend(text.as_bytes());
        let _ = self.stream.write_all(&frame);
    }
}
