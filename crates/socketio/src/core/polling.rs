//! Sessions over long-polling: their requests, each one message from the HTTP server.

use std::net::SocketAddr;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::Core;
use super::links::SEPARATOR;
use super::session::{Answer, Phase, Polling, Transport};
use crate::handle::Sid;
use crate::handler::Handler;
use crate::reason::CloseReason;

impl<H: Handler> Core<H> {
    /// Opens a session; its open packet is the answer. A shard that drains opens none and leaves the reply unanswered.
    pub(crate) fn open_polling(&mut self, peer: SocketAddr, reply: oneshot::Sender<Answer>) {
        if self.shard.draining {
            return;
        }
        let polling = Polling { queue: Vec::new(), poll: None, post: None, probe: None, polled_at: self.shard.now_ms };
        let slot = self.shard.open_session(Transport::Polling(Box::new(polling)), peer);
        let open = self.shard.open_packet(slot).into_bytes();
        if reply.send(Answer::Packets(open)).is_err() {
            self.shard.close(slot, CloseReason::TransportClose);
            self.reap();
        }
    }

    /// A client asks for packets. Two at once are a fault of the client and end the session.
    pub(crate) fn poll(&mut self, sid: &Sid, reply: oneshot::Sender<Answer>) {
        let Some(slot) = self.shard.find_session(sid) else { return answer(reply, Answer::UnknownSession) };
        let Some(polling) = self.shard.session_mut(slot).polling() else { return answer(reply, Answer::BadRequest) };
        if polling.poll.is_some() {
            answer(reply, Answer::BadRequest);
            self.shard.close(slot, CloseReason::ProtocolError);
            return self.reap();
        }
        polling.poll = Some(reply);
        self.shard.links.polls.push(slot);
    }

    /// The client of a poll went away before it had the answer. Whether it would have got the packets nobody knows: the session ends.
    pub(crate) fn poll_aborted(&mut self, sid: &Sid) {
        if let Some(slot) = self.shard.find_session(sid)
            && self.shard.session_mut(slot).polling().is_some()
        {
            self.shard.lose_poll(slot);
            self.reap();
        }
    }

    /// A client posts packets. They are answered when all are handled.
    pub(crate) fn post(&mut self, sid: &Sid, body: Bytes, reply: oneshot::Sender<Answer>) {
        let Some(slot) = self.shard.find_session(sid) else { return answer(reply, Answer::UnknownSession) };
        let draining = self.shard.session(slot).phase == Phase::Draining;
        let Some(polling) = self.shard.session_mut(slot).polling() else { return answer(reply, Answer::BadRequest) };
        if polling.post.is_some() || draining {
            answer(reply, Answer::BadRequest);
            self.shard.close(slot, CloseReason::ProtocolError);
            return self.reap();
        }
        if std::str::from_utf8(&body).is_err() {
            answer(reply, Answer::BadRequest);
            self.shard.close(slot, CloseReason::ParseError);
            return self.reap();
        }
        self.shard.stats.bytes_in += body.len() as u64;
        self.post_from(slot, body, 0, reply);
    }

    /// A client's body could not be taken.
    pub(crate) fn post_failed(&mut self, sid: &Sid, reason: CloseReason) {
        if let Some(slot) = self.shard.find_session(sid)
            && self.shard.session_mut(slot).polling().is_some()
        {
            self.shard.close(slot, reason);
            self.reap();
        }
    }

    /// Goes on with bodies whose sockets were paused.
    pub(super) fn go_on_posts(&mut self) {
        while let Some(slot) = self.shard.unblocked.pop() {
            if let Some((body, at, reply)) =
                self.shard.session_mut(slot).polling().and_then(|polling| polling.post.take())
            {
                self.post_from(slot, body, at, reply);
            }
        }
    }

    /// Handles the packets of a body from an offset on; one more than its length means that all are handled.
    fn post_from(&mut self, slot: u32, body: Bytes, mut at: usize, reply: oneshot::Sender<Answer>) {
        while at <= body.len() {
            if self.shard.is_blocked(slot) {
                if let Some(polling) = self.shard.session_mut(slot).polling() {
                    polling.post = Some((body, at, reply));
                }
                return;
            }
            let end = memchr::memchr(SEPARATOR, &body[at..]).map_or(body.len(), |len| at + len);
            // The whole body was checked.
            let text = std::str::from_utf8(&body[at..end]).unwrap_or_default();
            let done = self.packet(slot, text);
            self.reap();
            if let Err(reason) = done {
                let fault = matches!(reason, CloseReason::ParseError | CloseReason::ProtocolError);
                self.shard.close(slot, reason);
                answer(reply, if fault { Answer::BadRequest } else { Answer::Taken });
                return self.reap();
            }
            at = end + 1;
        }
        answer(reply, Answer::Taken);
    }
}

/// Answers somebody who may be gone already.
fn answer(reply: oneshot::Sender<Answer>, with: Answer) {
    let _ = reply.send(with);
}
