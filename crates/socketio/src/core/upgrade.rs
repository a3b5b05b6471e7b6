//! WebSockets that open a session or take one over.

use super::Core;
use super::conn::State;
use super::links::{Effect, SEPARATOR};
use super::outbox::{Mark, Pending};
use super::session::{Answer, Phase, Polling, Transport};
use crate::config::PROBE_TIMEOUT;
use crate::handle::Sid;
use crate::handler::Handler;
use crate::reason::CloseReason;
use crate::route::Refusal;
use crate::wire::encode::text_frame;
use crate::wire::frame;

/// Where a session's output stood.
pub(super) struct SendMark {
    outbox: Mark,
    queue: usize,
}

impl<H: Handler> Core<H> {
    /// Opens a session on a connection: the answer to its handshake (if that is still due) and the open packet in one write.
    pub(super) fn open_websocket(&mut self, conn: u32, answer: &str) {
        if self.shard.draining {
            return self.shard.links.drop(conn, false);
        }
        let peer = self.shard.links.conn(conn).peer;
        let slot = self.shard.open_session(Transport::WebSocket(conn), peer);
        self.shard.links.conn(conn).state = State::Carries(slot);
        self.shard.links.effects.push(Effect::Bound(conn));
        self.shard.links.write_own(conn, |buf| buf.extend_from_slice(answer.as_bytes()));
        let open = self.shard.open_packet(slot);
        self.shard.send_text(slot, &open);
    }

    /// Takes a connection whose WebSocket handshake the HTTP server has answered, and gives it a number.
    pub(crate) fn adopt(&mut self, peer: std::net::SocketAddr, sid: Option<&Sid>) -> u32 {
        let conn = self.accept(peer);
        match sid.map(|sid| self.probe(conn, sid)) {
            None => self.open_websocket(conn, ""),
            Some(Ok(())) => {}
            Some(Err(_)) => {
                self.shard.links.write_own(conn, |buf| frame::put_close(buf, CloseReason::ProtocolError.close_code()));
                self.shard.links.finish(conn, self.shard.after(crate::config::CLOSE_TIMEOUT));
            }
        }
        conn
    }

    /// Lets a connection try to take a polling session over.
    pub(super) fn probe(&mut self, conn: u32, sid: &Sid) -> Result<(), Refusal> {
        let slot = self.shard.find_session(sid).ok_or(Refusal::UnknownSession)?;
        let deadline = self.shard.after(PROBE_TIMEOUT);
        let session = self.shard.session_mut(slot);
        let generation = session.opened_as;
        match (session.phase, &mut session.transport) {
            (Phase::Opened | Phase::Connected, Transport::Polling(polling)) if polling.probe.is_none() => {
                polling.probe = Some(conn)
            }
            _ => return Err(Refusal::BadRequest),
        }
        self.shard.links.effects.push(Effect::Bound(conn));
        self.shard.links.conn(conn).state = State::Probes { session: slot, generation, pinged: false, deadline };
        Ok(())
    }

    /// A packet on a connection that wants to take a session over: first its ping, then the word to do it.
    pub(super) fn probe_packet(&mut self, conn: u32, slot: u32, pinged: bool, text: &str) -> Result<(), CloseReason> {
        match text {
            "2probe" if !pinged => {
                if let State::Probes { pinged, .. } = &mut self.shard.links.conn(conn).state {
                    *pinged = true;
                }
                self.shard.links.write_own(conn, |buf| {
                    text_frame(buf, |buf| buf.extend_from_slice(b"3probe"));
                });
                // The waiting poll has to come back, for the client ends its polling first.
                self.shard.links.polls.push(slot);
                Ok(())
            }
            "5" if pinged => self.swap(conn, slot),
            _ => Err(CloseReason::ProtocolError),
        }
    }

    /// The connection is the session's transport from now on; what was queued for polls goes out on it first.
    fn swap(&mut self, conn: u32, slot: u32) -> Result<(), CloseReason> {
        let session = self.shard.session_mut(slot);
        let transport = std::mem::replace(&mut session.transport, Transport::WebSocket(conn));
        let Transport::Polling(polling) = transport else { return Err(CloseReason::ProtocolError) };
        let Polling { queue, poll, post, .. } = *polling;
        self.shard.links.conn(conn).state = State::Carries(slot);
        if let Some(poll) = poll {
            // A requester who is gone needs no answer.
            let _ = poll.send(Answer::Packets(b"6".to_vec()));
        }
        for packet in queue.split(|byte| *byte == SEPARATOR).filter(|packet| !packet.is_empty()) {
            self.shard.links.write_own(conn, |buf| {
                text_frame(buf, |buf| buf.extend_from_slice(packet));
            });
        }
        // A client upgrades only once its posts are answered.
        match post {
            Some((_, _, post)) => {
                let _ = post.send(Answer::BadRequest);
                Err(CloseReason::ProtocolError)
            }
            None => Ok(()),
        }
    }

    pub(super) fn mark(&mut self, slot: u32) -> SendMark {
        let conn = self.shard.session(slot).conn();
        let pending = conn.map_or(Pending::default(), |conn| self.shard.links.conn(conn).pending);
        let queue = self.shard.session_mut(slot).polling().map_or(0, |polling| polling.queue.len());
        SendMark { outbox: self.shard.links.outbox.mark(pending), queue }
    }

    /// Takes back what was sent to a session since the mark. No other may have been sent to meanwhile.
    pub(super) fn rewind(&mut self, slot: u32, mark: &SendMark) {
        let pending = self.shard.links.outbox.rewind(&mark.outbox);
        if let Some(conn) = self.shard.session(slot).conn() {
            self.shard.links.conn(conn).pending = pending;
        }
        if let Some(polling) = self.shard.session_mut(slot).polling() {
            polling.queue.truncate(mark.queue);
        }
    }
}
