//! The ends of sockets, sessions and connections.

use super::conn::State;
use super::links::SEPARATOR;
use super::session::{Answer, NEVER, Phase, Polling, Transport};
use super::shard::{Ended, Shard};
use crate::config::{CLOSE_TIMEOUT, MAX_PACKETS};
use crate::reason::CloseReason;
use crate::wire::frame;

impl Shard {
    /// Closes a session and what is on it. The client is told as far as its transport allows.
    pub(crate) fn close(&mut self, slot: u32, reason: CloseReason) {
        self.close_with(slot, reason, reason.close_code());
    }

    /// The same with a WebSocket status code of the caller's choice.
    pub(crate) fn close_with(&mut self, slot: u32, reason: CloseReason, code: u16) {
        let session = self.session(slot);
        let had_socket = session.generation != session.opened_as;
        match session.phase {
            Phase::Vacant | Phase::Draining => return,
            Phase::Connected => self.disconnect(slot, reason),
            // What had a socket before counts as that.
            Phase::Opened if had_socket && reason == CloseReason::ClientDisconnect => {}
            Phase::Opened => self.stats.closed(reason.as_str(), 1),
        }
        match std::mem::replace(&mut self.session_mut(slot).transport, Transport::None) {
            Transport::WebSocket(conn) => {
                self.vacate(slot);
                self.close_conn(conn, reason, code);
            }
            Transport::Polling(polling) => self.close_polling(slot, polling, reason),
            Transport::None => self.vacate(slot),
        }
    }

    /// Ends the Socket.IO connection; the session stays, for another CONNECT.
    pub(crate) fn disconnect(&mut self, slot: u32, reason: CloseReason) {
        self.stats.closed(reason.as_str(), 1);
        self.stats.sockets -= 1;
        self.reset(slot, reason);
    }

    /// Takes back what the application gave a socket.
    pub(crate) fn reset(&mut self, slot: u32, reason: CloseReason) {
        let handle = self.handle(slot);
        self.rooms.leave_all(&mut self.sessions, slot);
        let deadline = self.after(self.config.connect_timeout);
        let session = &mut self.sessions[slot as usize];
        self.stats.unanswered -= u64::from(std::mem::take(&mut session.unanswered));
        session.phase = Phase::Opened;
        session.deadline = deadline;
        session.generation = session.generation.wrapping_add(1);
        (session.paused, session.wake_at, session.asked_to_close) = (false, NEVER, None);
        self.ended.push(Ended { slot, handle, reason });
    }

    fn vacate(&mut self, slot: u32) {
        let session = &mut self.sessions[slot as usize];
        session.phase = Phase::Vacant;
        session.transport = Transport::None;
        self.stats.sessions -= 1;
        self.vacated.push(slot);
    }

    fn close_conn(&mut self, conn: u32, reason: CloseReason, code: u16) {
        match reason {
            CloseReason::TransportClose => self.links.drop(conn, false),
            CloseReason::TooSlow => self.links.drop(conn, true),
            _ => {
                self.links.write_own(conn, |buf| frame::put_close(buf, code));
                self.links.finish(conn, self.after(CLOSE_TIMEOUT));
            }
        }
    }

    /// A polling client that did nothing wrong may still fetch what is queued, and a close packet behind it.
    fn close_polling(&mut self, slot: u32, mut polling: Box<Polling>, reason: CloseReason) {
        if let Some(probe) = polling.probe.take() {
            self.links.drop(probe, false);
        }
        if let Some((_, _, post)) = polling.post.take() {
            // A requester who is gone needs no answer.
            let _ = post.send(if is_fault(reason) { Answer::BadRequest } else { Answer::Taken });
        }
        if is_fault(reason) || reason == CloseReason::ClientDisconnect {
            if let Some(poll) = polling.poll.take() {
                let _ = poll.send(if is_fault(reason) { Answer::BadRequest } else { Answer::Packets(b"6".to_vec()) });
            }
            return self.vacate(slot);
        }
        polling.queue.extend_from_slice(&[b'1', SEPARATOR]);
        let deadline = self.after(CLOSE_TIMEOUT);
        let session = self.session_mut(slot);
        (session.phase, session.deadline, session.transport) = (Phase::Draining, deadline, Transport::Polling(polling));
        self.links.polls.push(slot);
    }

    /// Answers the waiting poll if there is something to tell. A session that drains is gone behind its last packet.
    pub(crate) fn answer_poll(&mut self, slot: u32) {
        let (now, probed, max) = (self.now_ms, self.is_probed(slot), self.config.max_unsent);
        let session = &mut self.sessions[slot as usize];
        let phase = session.phase;
        let Some(polling) = session.polling() else { return };
        if polling.queue.is_empty() && !probed {
            return;
        }
        if let Some(poll) = polling.poll.take() {
            polling.polled_at = now;
            let packets = if polling.queue.is_empty() { b"6".to_vec() } else { take_packets(&mut polling.queue) };
            let drained = phase == Phase::Draining && polling.queue.is_empty();
            if poll.send(Answer::Packets(packets)).is_err() {
                return self.lose_poll(slot);
            }
            if drained {
                return self.vacate(slot);
            }
        }
        if phase != Phase::Draining && self.session_mut(slot).polling().is_some_and(|polling| polling.queue.len() > max)
        {
            self.close(slot, CloseReason::TooSlow);
        }
    }

    /// The client of a poll went away with packets that it never got.
    pub(crate) fn lose_poll(&mut self, slot: u32) {
        match self.session(slot).phase {
            Phase::Draining => self.vacate(slot),
            _ => self.close(slot, CloseReason::TransportClose),
        }
    }

    pub(crate) fn expire_draining(&mut self, slot: u32) {
        if let Some(polling) = self.session_mut(slot).polling()
            && let Some(poll) = polling.poll.take()
        {
            let _ = poll.send(Answer::BadRequest);
        }
        self.vacate(slot);
    }

    /// Whether a connection has asked to take this polling session over.
    pub(crate) fn is_probed(&self, slot: u32) -> bool {
        match &self.session(slot).transport {
            Transport::Polling(polling) => {
                let probe = polling.probe.map(|conn| self.links.conns[conn as usize].state);
                matches!(probe, Some(State::Probes { pinged: true, .. }))
            }
            _ => false,
        }
    }

    /// A connection is gone without a word.
    pub(crate) fn lost(&mut self, conn: u32) {
        match self.links.conn(conn).state {
            State::Vacant => {}
            State::Carries(slot) => self.close(slot, CloseReason::TransportClose),
            State::Probes { session, .. } => self.drop_probe(conn, session),
            State::Head { .. } | State::Closing { .. } => self.links.drop(conn, false),
        }
    }

    /// A try to upgrade failed; the session goes on as it was.
    pub(crate) fn drop_probe(&mut self, conn: u32, slot: u32) {
        self.forget_probe(conn, slot);
        self.links.drop(conn, false);
    }

    pub(crate) fn forget_probe(&mut self, conn: u32, slot: u32) {
        if let Some(polling) = self.session_mut(slot).polling()
            && polling.probe == Some(conn)
        {
            polling.probe = None;
        }
    }
}

/// Whether the client or its connection is to blame.
fn is_fault(reason: CloseReason) -> bool {
    use CloseReason::{ConnectTimeout, HandlerPanic, Server, Shutdown};
    !matches!(reason, CloseReason::ClientDisconnect | Server(_) | Shutdown | HandlerPanic | ConnectTimeout)
}

/// Takes as many packets from a queue as fit into one answer.
pub(crate) fn take_packets(queue: &mut Vec<u8>) -> Vec<u8> {
    let end = memchr::memchr_iter(SEPARATOR, queue).nth(MAX_PACKETS - 1).map_or(queue.len(), |last| last + 1);
    let mut packets = if end == queue.len() { std::mem::take(queue) } else { queue.drain(..end).collect() };
    packets.pop();
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_sixteen_packets_at_most() {
        let mut queue: Vec<u8> = (0..35u8).flat_map(|n| [b'A' + n, SEPARATOR]).collect();
        let sizes = std::iter::from_fn(|| {
            (!queue.is_empty()).then(|| take_packets(&mut queue).split(|byte| *byte == SEPARATOR).count())
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [16, 16, 3]);
    }
}
