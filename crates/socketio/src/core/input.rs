//! Bytes of a connection: heads and frames, until what they mean is known.

use super::Core;
use super::conn::{Fragments, State};
use super::links::Effect;
use crate::config::CLOSE_TIMEOUT;
use crate::handler::Handler;
use crate::head::{self, Head};
use crate::reason::CloseReason;
use crate::wire::frame::{self, Frame};

/// A whole message or a control frame.
pub(super) enum Input<'a> {
    Text(&'a [u8]),
    Binary,
    Close(&'a [u8]),
    Ping(&'a [u8]),
    /// Nothing to do, or not yet.
    Nothing,
}

/// Why a message ends its connection, and with which WebSocket status code.
type Fault = (CloseReason, u16);

pub(super) fn fault(reason: CloseReason) -> Fault {
    (reason, reason.close_code())
}

impl<H: Handler> Core<H> {
    /// Takes the next bytes of a connection. They are changed where they lie.
    pub(crate) fn received(&mut self, conn: u32, bytes: &mut [u8]) {
        self.shard.stats.bytes_in += bytes.len() as u64;
        let input = &mut self.shard.links.conn(conn).input;
        if !input.is_empty() {
            input.extend_from_slice(bytes);
            return self.go_on(conn);
        }
        let used = self.consume(conn, bytes);
        self.shard.links.conn(conn).input.extend_from_slice(&bytes[used..]);
    }

    /// Goes on with the bytes that wait.
    pub(super) fn go_on(&mut self, conn: u32) {
        let mut input = std::mem::take(&mut self.shard.links.conn(conn).input);
        if input.is_empty() {
            return;
        }
        let used = self.consume(conn, &mut input);
        if used < input.len() {
            input.drain(..used);
            self.shard.links.conn(conn).input = input;
        }
    }

    /// Handles what is whole and says how much that was.
    fn consume(&mut self, conn: u32, bytes: &mut [u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let state = self.shard.links.conn(conn).state;
            let used = match state {
                State::Vacant | State::Closing { .. } => return bytes.len(),
                State::Head { .. } => self.head(conn, &bytes[at..]),
                State::Carries(slot) if self.shard.is_blocked(slot) => None,
                State::Carries(_) | State::Probes { .. } => self.frame(conn, &mut bytes[at..]),
            };
            self.reap();
            match used {
                Some(used) => at += used,
                None => return at,
            }
        }
        at
    }

    /// Handles the head of the first request if it is all there, and gives its length.
    fn head(&mut self, conn: u32, bytes: &[u8]) -> Option<usize> {
        match head::read(&self.shard.config, bytes) {
            Head::Partial => None,
            Head::Foreign => {
                self.shard.links.give_away(conn, Effect::HandOff(conn, bytes.to_vec()));
                Some(bytes.len())
            }
            Head::WebSocket { len, sid: None, accept } => {
                self.open_websocket(conn, &head::switching(&accept));
                Some(len)
            }
            Head::WebSocket { sid: Some(sid), .. }
                if sid.shard != self.shard.id && usize::from(sid.shard) < self.shard.config.shards =>
            {
                self.shard.links.give_away(conn, Effect::Transfer { conn, shard: sid.shard, input: bytes.to_vec() });
                Some(bytes.len())
            }
            Head::WebSocket { len, sid: Some(sid), accept } => {
                match self.probe(conn, &sid) {
                    Ok(()) => self
                        .shard
                        .links
                        .write_own(conn, |buf| buf.extend_from_slice(head::switching(&accept).as_bytes())),
                    Err(refusal) => {
                        self.shard
                            .links
                            .write_own(conn, |buf| buf.extend_from_slice(head::refused(refusal).as_bytes()));
                        self.shard.links.finish(conn, self.shard.after(CLOSE_TIMEOUT));
                    }
                }
                Some(len)
            }
        }
    }

    /// Handles the first frame if it is all there, and gives its length.
    fn frame(&mut self, conn: u32, bytes: &mut [u8]) -> Option<usize> {
        let max = self.shard.config.max_payload;
        match frame::decode(bytes, max) {
            Ok(None) => None,
            Ok(Some(frame)) => {
                let end = frame.end;
                self.whole_frame(conn, &frame, &bytes[frame.start..end]);
                Some(end)
            }
            Err(reason) => {
                self.fail(conn, fault(reason));
                Some(bytes.len())
            }
        }
    }

    fn whole_frame(&mut self, conn: u32, frame: &Frame, payload: &[u8]) {
        let mut held = self.shard.links.conn(conn).fragments.take();
        let input = assemble(&mut held, frame, payload, self.shard.config.max_payload);
        // Part of a message stays for the rest of it; a whole one is done with after this.
        let keep = !matches!(input, Ok(Input::Text(_) | Input::Binary)) || frame.is_control();
        let done = input.and_then(|input| self.input(conn, input));
        if let Err(fault) = done {
            return self.fail(conn, fault);
        }
        let link = self.shard.links.conn(conn);
        if keep && matches!(link.state, State::Carries(_) | State::Probes { .. }) {
            link.fragments = held;
        }
    }

    fn input(&mut self, conn: u32, input: Input<'_>) -> Result<(), Fault> {
        match input {
            Input::Nothing => Ok(()),
            Input::Ping(payload) => {
                self.shard.links.write_own(conn, |buf| frame::put(buf, frame::PONG, payload));
                Ok(())
            }
            Input::Close(payload) => Err((CloseReason::ClientDisconnect, frame::close_code(payload).map_err(fault)?)),
            Input::Binary => Err(fault(CloseReason::ParseError)),
            Input::Text(text) => {
                let text = std::str::from_utf8(text).map_err(|_| (CloseReason::ParseError, 1007))?;
                match self.shard.links.conn(conn).state {
                    State::Carries(slot) => self.packet(slot, text).map_err(fault),
                    State::Probes { session, pinged, .. } => {
                        self.probe_packet(conn, session, pinged, text).map_err(fault)
                    }
                    State::Vacant | State::Head { .. } | State::Closing { .. } => Ok(()),
                }
            }
        }
    }

    fn fail(&mut self, conn: u32, (reason, code): Fault) {
        match self.shard.links.conn(conn).state {
            State::Carries(slot) => self.shard.close_with(slot, reason, code),
            State::Probes { session, .. } => {
                self.shard.forget_probe(conn, session);
                self.shard.links.write_own(conn, |buf| frame::put_close(buf, code));
                self.shard.links.finish(conn, self.shard.after(CLOSE_TIMEOUT));
            }
            State::Vacant | State::Head { .. } | State::Closing { .. } => {}
        }
    }
}

/// Puts messages together (RFC 6455, section 5.4): control frames may come between the pieces, other messages may not.
fn assemble<'a>(
    held: &'a mut Option<Box<Fragments>>,
    frame: &Frame,
    payload: &'a [u8],
    max: usize,
) -> Result<Input<'a>, Fault> {
    match frame.opcode {
        frame::CLOSE => Ok(Input::Close(payload)),
        frame::PING => Ok(Input::Ping(payload)),
        frame::PONG => Ok(Input::Nothing),
        frame::CONTINUATION => {
            let fragments = held.as_mut().ok_or(fault(CloseReason::ProtocolError))?;
            if fragments.data.len() + payload.len() > max {
                return Err(fault(CloseReason::PayloadTooLarge));
            }
            fragments.data.extend_from_slice(payload);
            Ok(if frame.fin { message(fragments.opcode, &fragments.data) } else { Input::Nothing })
        }
        _ if held.is_some() => Err(fault(CloseReason::ProtocolError)),
        opcode if frame.fin => Ok(message(opcode, payload)),
        opcode => {
            *held = Some(Box::new(Fragments { opcode, data: payload.to_vec() }));
            Ok(Input::Nothing)
        }
    }
}

fn message(opcode: u8, data: &[u8]) -> Input<'_> {
    if opcode == frame::TEXT { Input::Text(data) } else { Input::Binary }
}
