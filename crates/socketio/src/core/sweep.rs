//! Deadlines: nobody has a timer, all are looked at once in a while.

use super::Core;
use super::conn::State;
use super::outbox::OWN;
use super::session::{NEVER, Phase};
use crate::handler::Handler;
use crate::reason::CloseReason;
use crate::wire::encode::text_frame;

impl<H: Handler> Core<H> {
    pub(super) fn sweep(&mut self) {
        let ping = text_frame(&mut self.shard.links.outbox.own, |buf| buf.push(b'2'));
        for slot in 0..self.shard.sessions.len() as u32 {
            self.sweep_session(slot, &ping);
        }
        for conn in 0..self.shard.links.conns.len() as u32 {
            self.sweep_conn(conn);
        }
        self.reap();
    }

    fn sweep_session(&mut self, slot: u32, ping: &std::ops::Range<usize>) {
        let now = self.shard.now_ms;
        let session = self.shard.session_mut(slot);
        match session.phase {
            Phase::Vacant => return,
            Phase::Draining if session.deadline <= now => return self.shard.expire_draining(slot),
            Phase::Draining => return,
            Phase::Opened if session.deadline <= now => return self.shard.close(slot, CloseReason::ConnectTimeout),
            Phase::Opened => {}
            Phase::Connected if session.wake_at <= now => {
                session.wake_at = NEVER;
                self.wake(slot);
            }
            Phase::Connected => {}
        }
        // The handler may have closed it.
        if matches!(self.shard.session(slot).phase, Phase::Opened | Phase::Connected) {
            self.beat(slot, ping);
        }
    }

    /// A ping when it is time for one; the end when the last was not answered, unless it is we who do not read.
    fn beat(&mut self, slot: u32, ping: &std::ops::Range<usize>) {
        let now = self.shard.now_ms;
        let patience = self.shard.config.ping_interval + self.shard.config.ping_timeout;
        let (blocked, answer_by) = (self.shard.is_blocked(slot), self.shard.after(self.shard.config.ping_timeout));
        let session = self.shard.session_mut(slot);
        let (due, awaits_pong) = (session.beat_at <= now, session.awaits_pong);
        let silent = session.polling().is_some_and(|polling| {
            polling.poll.is_none() && u128::from(now - polling.polled_at) >= patience.as_millis()
        });
        if silent || due && awaits_pong && !blocked {
            self.shard.close(slot, CloseReason::PingTimeout);
        } else if due && !awaits_pong {
            (session.awaits_pong, session.beat_at) = (true, answer_by);
            self.shard.links.deliver(&mut self.shard.sessions[slot as usize], slot, OWN, ping.clone());
        }
    }

    fn sweep_conn(&mut self, conn: u32) {
        let now = self.shard.now_ms;
        match self.shard.links.conn(conn).state {
            State::Head { deadline } if deadline <= now => self.shard.links.drop(conn, false),
            State::Closing { deadline } if deadline <= now => self.shard.links.drop(conn, true),
            State::Probes { session, generation, deadline, .. } => {
                let stale = self.shard.session(session).opened_as != generation;
                if deadline <= now || stale {
                    self.shard.drop_probe(conn, session);
                }
            }
            _ => {}
        }
    }
}
