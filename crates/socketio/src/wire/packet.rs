//! Packets of a client: Engine.IO's, and Socket.IO's inside its messages.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// The text is no packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoPacket;

/// An Engine.IO packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Engine<'a> {
    Close,
    Ping(&'a str),
    Pong,
    Message(&'a str),
    Upgrade,
    Noop,
}

impl<'a> Engine<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, NoPacket> {
        let rest = text.get(1..).ok_or(NoPacket)?;
        match text.as_bytes()[0] {
            b'1' => Ok(Self::Close),
            b'2' => Ok(Self::Ping(rest)),
            b'3' => Ok(Self::Pong),
            b'4' => Ok(Self::Message(rest)),
            b'5' => Ok(Self::Upgrade),
            b'6' => Ok(Self::Noop),
            _ => Err(NoPacket),
        }
    }
}

/// A Socket.IO packet: its namespace and what it says.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) kind: Kind<'a>,
}

#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Connect(Option<&'a RawValue>),
    Disconnect,
    Event {
        id: Option<u64>,
        name: Cow<'a, str>,
        args: Vec<&'a RawValue>,
    },
    /// An answer to an acknowledgement that the server asked for.
    Ack,
}

/// Names that clients keep for themselves; an event may not have one.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

impl<'a> Packet<'a> {
    /// Reads what stands in an Engine.IO message. Packets with binary attachments are not known yet.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NoPacket> {
        let rest = text.get(1..).ok_or(NoPacket)?;
        let (namespace, rest) = namespace(rest);
        let kind = match text.as_bytes()[0] {
            b'0' => Kind::Connect(auth(rest)?),
            b'1' if rest.is_empty() => Kind::Disconnect,
            b'2' => event(rest)?,
            b'3' => ack(rest)?,
            _ => return Err(NoPacket),
        };
        Ok(Self { namespace, kind })
    }
}

fn namespace(text: &str) -> (&str, &str) {
    if !text.starts_with('/') {
        return ("/", text);
    }
    text.split_once(',').unwrap_or((text, ""))
}

fn auth(text: &str) -> Result<Option<&RawValue>, NoPacket> {
    if text.is_empty() {
        return Ok(None);
    }
    let auth: &RawValue = serde_json::from_str(text).map_err(|_| NoPacket)?;
    if auth.get().starts_with('{') { Ok(Some(auth)) } else { Err(NoPacket) }
}

fn event(text: &str) -> Result<Kind<'_>, NoPacket> {
    let (id, text) = ack_id(text)?;
    let mut args: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| NoPacket)?;
    let name = name(args.first().ok_or(NoPacket)?)?;
    args.remove(0);
    Ok(Kind::Event { id, name, args })
}

fn ack(text: &str) -> Result<Kind<'_>, NoPacket> {
    let (id, text) = ack_id(text)?;
    let _: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| NoPacket)?;
    id.map(|_| Kind::Ack).ok_or(NoPacket)
}

fn ack_id(text: &str) -> Result<(Option<u64>, &str), NoPacket> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (id, rest) = text.split_at(digits);
    if id.is_empty() {
        return Ok((None, rest));
    }
    Ok((Some(id.parse().map_err(|_| NoPacket)?), rest))
}

/// An event's name is a string; clients may use a number too.
fn name(raw: &RawValue) -> Result<Cow<'_, str>, NoPacket> {
    let text = raw.get();
    let name = match text.as_bytes()[0] {
        b'"' if memchr::memchr(b'\\', text.as_bytes()).is_none() => Cow::Borrowed(&text[1..text.len() - 1]),
        b'"' => Cow::Owned(serde_json::from_str(text).map_err(|_| NoPacket)?),
        b'-' | b'0'..=b'9' => Cow::Borrowed(text),
        _ => return Err(NoPacket),
    };
    if RESERVED.contains(&&*name) { Err(NoPacket) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn event_of(text: &str) -> (Option<u64>, String, Vec<String>) {
        match Packet::parse(text).unwrap().kind {
            Kind::Event { id, name, args } => {
                (id, name.into_owned(), args.iter().map(|arg| arg.get().to_owned()).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn events_keep_their_arguments_raw() {
        assert_eq!(event_of(r#"2["a",{"b": 1}, [2]]"#), (None, "a".into(), vec![r#"{"b": 1}"#.into(), "[2]".into()]));
        assert_eq!(event_of(r#"2007["a"]"#), (Some(7), "a".into(), vec![]));
        assert_eq!(event_of(r#"2["\u0061\n"]"#).1, "a\n");
        assert_eq!(event_of("2[12,1]").1, "12");
    }

    #[test]
    fn namespaces_are_told_apart() {
        let of = |text| Packet::parse(text).unwrap().namespace;
        assert_eq!((of("0"), of("0/a"), of("0/a,{}"), of(r#"2/a,1["x"]"#), of("1/a,")), ("/", "/a", "/a", "/a", "/a"));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for text in [
            "",
            "a",
            "2",
            "2{}",
            "2[]",
            "2[null]",
            "2[\"connect\"]",
            "2abc[\"a\"]",
            "299999999999999999999[\"a\"]",
            "2[\"a\"",
            "2[\"a\"]x",
            "0[]",
            "0\"a\"",
            "0{",
            "1x",
            "3[]",
            "31{}",
            "4{}",
            "51-[\"a\"]",
            "7",
            "é",
        ] {
            assert!(Packet::parse(text).is_err(), "{text}");
        }
        for text in ["", "7", "abc", "é", "b"] {
            assert!(Engine::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_hundred_thousand_brackets_are_only_text() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(event_of(&format!("2[\"a\",{deep}]")).2, [deep]);
        assert!(Packet::parse(&format!("2[\"a\",{}", "[".repeat(100_000))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Engine::parse(&text);
            let _ = Packet::parse(&text);
        }

        #[test]
        fn near_packets_do_not_make_it_panic(text in "[0-6]{0,3}(/[a-z]*,?)?[0-9]{0,25}[\\[\\]{}\",:a1\\\\]{0,12}") {
            let _ = Packet::parse(&text);
        }
    }
}
