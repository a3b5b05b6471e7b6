//! Engine.IO 4 and Socket.IO 5 packets of the namespace `/`, told apart by their first bytes; nothing is parsed as JSON here.

/// One packet from the server. Payloads are the raw JSON behind the packet's type.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Packet<'a> {
    /// Engine.IO's handshake.
    Open,
    /// Engine.IO's heartbeat, to be answered.
    Ping,
    /// Our CONNECT was accepted.
    Connected,
    /// Our CONNECT was refused; the JSON says why.
    Refused(&'a [u8]),
    /// `args` is what follows the name, up to the closing bracket: the first argument where there is one.
    Event { name: &'a [u8], args: &'a [u8] },
    /// The answer to the event that we sent under this `id`.
    Ack { id: u64, args: &'a [u8] },
    /// The server ends the namespace or the connection.
    Disconnect,
    /// Well-formed or not, nothing that the loads use.
    Other,
}

/// Tells what `payload`, a text frame's content, is.
pub(crate) fn parse(payload: &[u8]) -> Packet<'_> {
    match payload {
        [b'4', b'2', b'[', rest @ ..] => event(rest),
        [b'4', b'3', rest @ ..] => ack(rest),
        [b'2', ..] => Packet::Ping,
        [b'4', b'0', ..] => Packet::Connected,
        [b'4', b'4', rest @ ..] => Packet::Refused(rest),
        [b'0', ..] => Packet::Open,
        [b'4', b'1', ..] | [b'1', ..] => Packet::Disconnect,
        _ => Packet::Other,
    }
}

fn event(rest: &[u8]) -> Packet<'_> {
    let [b'"', rest @ .., b']'] = rest else {
        return Packet::Other;
    };
    let Some(end) = memchr::memchr(b'"', rest) else {
        return Packet::Other;
    };
    let args = &rest[end + 1..];
    Packet::Event { name: &rest[..end], args: args.strip_prefix(b",").unwrap_or(args) }
}

fn ack(rest: &[u8]) -> Packet<'_> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let id = std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse().ok());
    match (id, &rest[digits..]) {
        (Some(id), [b'[', args @ .., b']']) => Packet::Ack { id, args },
        _ => Packet::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_apart() {
        assert_eq!(parse(br#"0{"sid":"a"}"#), Packet::Open);
        assert_eq!(parse(b"2"), Packet::Ping);
        assert_eq!(parse(br#"40{"sid":"a"}"#), Packet::Connected);
        assert_eq!(parse(br#"44{"message":"no"}"#), Packet::Refused(br#"{"message":"no"}"#));
        assert_eq!(parse(b"41"), Packet::Disconnect);
        assert_eq!(parse(b"6"), Packet::Other);
    }

    #[test]
    fn an_event_gives_its_name_and_its_argument() {
        let name = &b"new_message"[..];
        let args = &br#"{"seq":1}"#[..];
        assert_eq!(parse(br#"42["new_message",{"seq":1}]"#), Packet::Event { name, args });
        let args = &b""[..];
        assert_eq!(parse(br#"42["new_message"]"#), Packet::Event { name, args });
        assert_eq!(parse(br#"42["cut"#), Packet::Other);
    }

    #[test]
    fn an_ack_gives_its_id() {
        let args = &br#"{"ok":true}"#[..];
        assert_eq!(parse(br#"4317[{"ok":true}]"#), Packet::Ack { id: 17, args });
        assert_eq!(parse(b"43[]"), Packet::Other);
        assert_eq!(parse(b"4399999999999999999999[]"), Packet::Other);
    }
}
