//! All of a shard that does not depend on the application: sessions, rooms, connections, time.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::conn::{Conn, State};
use super::links::Links;
use super::outbox::OWN;
use super::rooms::{Members, Membership, Rooms};
use super::session::{NEVER, Phase, Session, Transport};
use crate::config::Config;
use crate::handle::{Handle, Sid, same_secret};
use crate::reason::CloseReason;
use crate::stats::Stats;

/// Fills a buffer with random bytes.
pub(crate) type Entropy = Box<dyn FnMut(&mut [u8]) + Send>;

/// A socket that is gone, of which the application does not know yet.
pub(crate) struct Ended {
    pub(crate) slot: u32,
    pub(crate) handle: Handle,
    pub(crate) reason: CloseReason,
}

pub(crate) struct Shard {
    pub(crate) id: u8,
    pub(crate) config: Arc<Config>,
    pub(crate) links: Links,
    pub(crate) sessions: Vec<Session>,
    pub(crate) free: Vec<u32>,
    /// Slots that become free once the application knows.
    pub(crate) vacated: Vec<u32>,
    pub(crate) rooms: Rooms,
    pub(crate) ended: Vec<Ended>,
    /// Polling sessions that may go on with a posted body.
    pub(crate) unblocked: Vec<u32>,
    pub(crate) stats: Stats,
    pub(crate) last_taken: Option<Instant>,
    pub(crate) draining: bool,
    stamp: u32,
    entropy: Entropy,
    epoch: Instant,
    now: Instant,
    /// Milliseconds since the epoch.
    pub(crate) now_ms: u64,
}

impl Members for Vec<Session> {
    fn memberships(&mut self, slot: u32) -> &mut Vec<Membership> {
        &mut self[slot as usize].rooms
    }
}

impl Shard {
    pub(crate) fn new(id: u8, config: Arc<Config>, entropy: Entropy, now: Instant) -> Self {
        Self {
            id,
            config,
            links: Links::default(),
            sessions: Vec::new(),
            free: Vec::new(),
            vacated: Vec::new(),
            rooms: Rooms::default(),
            ended: Vec::new(),
            unblocked: Vec::new(),
            stats: Stats::default(),
            last_taken: None,
            draining: false,
            stamp: 0,
            entropy,
            epoch: now,
            now,
            now_ms: 0,
        }
    }

    pub(crate) fn set_now(&mut self, now: Instant) {
        self.now = now;
        self.now_ms = millis(now.saturating_duration_since(self.epoch));
    }

    pub(crate) fn now_instant(&self) -> Instant {
        self.now
    }

    pub(crate) fn instant(&self, ms: u64) -> Instant {
        self.epoch + Duration::from_millis(ms)
    }

    pub(crate) fn after(&self, wait: Duration) -> u64 {
        self.now_ms.saturating_add(millis(wait))
    }

    pub(crate) fn session(&self, slot: u32) -> &Session {
        &self.sessions[slot as usize]
    }

    pub(crate) fn session_mut(&mut self, slot: u32) -> &mut Session {
        &mut self.sessions[slot as usize]
    }

    pub(crate) fn handle(&self, slot: u32) -> Handle {
        self.session(slot).handle(self.id, slot)
    }

    /// The slot of a socket, while it is connected.
    pub(crate) fn find(&self, handle: Handle) -> Option<u32> {
        let session = self.sessions.get(handle.slot() as usize)?;
        (handle.shard() == self.id && session.phase == Phase::Connected && self.handle(handle.slot()) == handle)
            .then_some(handle.slot())
    }

    /// The slot of a session whose id a client knows.
    pub(crate) fn find_session(&self, sid: &Sid) -> Option<u32> {
        let session = self.sessions.get(sid.slot as usize)?;
        let same =
            sid.shard == self.id && session.opened_as == sid.generation && same_secret(&session.secret, &sid.secret);
        (same && session.phase != Phase::Vacant).then_some(sid.slot)
    }

    /// Opens an Engine.IO session.
    pub(crate) fn open_session(&mut self, transport: Transport, peer: std::net::SocketAddr) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(Session::vacant(peer));
            self.sessions.len() as u32 - 1
        });
        let (beat_at, deadline, now) =
            (self.after(self.config.ping_interval), self.after(self.config.connect_timeout), self.now_ms);
        let mut secret = [0; 15];
        (self.entropy)(&mut secret);
        let session = &mut self.sessions[slot as usize];
        let generation = session.generation.wrapping_add(1);
        *session = Session {
            phase: Phase::Opened,
            transport,
            generation,
            opened_as: generation,
            secret,
            opened_at: now,
            beat_at,
            deadline,
            ..Session::vacant(peer)
        };
        self.stats.sessions += 1;
        slot
    }

    /// The packet that opens a session: its id and what the client has to know.
    pub(crate) fn open_packet(&self, slot: u32) -> String {
        let session = self.session(slot);
        let upgrades = if session.conn().is_some() { "" } else { "\"websocket\"" };
        let config = &self.config;
        format!(
            r#"0{{"sid":"{}","upgrades":[{upgrades}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
            session.sid(self.id, slot),
            config.ping_interval.as_millis(),
            config.ping_timeout.as_millis(),
            config.max_payload
        )
    }

    /// A public id for a connected socket; it proves nothing.
    pub(crate) fn socket_id(&mut self) -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let mut bytes = [0; 15];
        (self.entropy)(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Sends a frame of the shard's own to one session.
    pub(crate) fn send_own(&mut self, slot: u32, frame: Range<usize>) {
        self.links.deliver(&mut self.sessions[slot as usize], slot, OWN, frame);
    }

    /// Sends a packet of the shard's own to one session.
    pub(crate) fn send_text(&mut self, slot: u32, packet: &str) {
        let frame =
            crate::wire::encode::text_frame(&mut self.links.outbox.own, |buf| buf.extend_from_slice(packet.as_bytes()));
        self.send_own(slot, frame);
    }

    /// Sends a frame to everybody in one of the rooms but `except`, once.
    pub(crate) fn fan_out<'a>(
        &mut self,
        rooms: impl Iterator<Item = &'a str>,
        except: Option<Handle>,
        source: u32,
        frame: &Range<usize>,
    ) {
        let stamp = self.next_stamp();
        if let Some(slot) = except.and_then(|handle| self.find(handle)) {
            self.sessions[slot as usize].stamp = stamp;
        }
        for room in rooms {
            for &slot in self.rooms.members_of(room) {
                let session = &mut self.sessions[slot as usize];
                if session.stamp != stamp {
                    session.stamp = stamp;
                    self.links.deliver(session, slot, source, frame.clone());
                }
            }
        }
    }

    fn next_stamp(&mut self) -> u32 {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.sessions.iter_mut().for_each(|session| session.stamp = 0);
            self.stamp = 1;
        }
        self.stamp
    }

    pub(crate) fn join(&mut self, slot: u32, room: &str) {
        self.rooms.join(&mut self.sessions, slot, room);
    }

    pub(crate) fn leave(&mut self, slot: u32, room: &str) -> bool {
        self.rooms.leave(&mut self.sessions, slot, room)
    }

    pub(crate) fn in_room(&self, slot: u32, room: &str) -> bool {
        self.rooms.is_member(room, &self.session(slot).rooms)
    }

    /// The time is rounded up, so that nothing wakes early.
    pub(crate) fn wake_at(&mut self, slot: u32, at: Option<Instant>) {
        let since = |at: Instant| at.saturating_duration_since(self.epoch);
        let ms = at.map_or(NEVER, |at| millis(since(at) + Duration::from_nanos(999_999)));
        self.session_mut(slot).wake_at = ms;
    }

    /// An event asks for an answer.
    pub(crate) fn asked(&mut self, slot: u32) {
        self.session_mut(slot).unanswered += 1;
        self.stats.unanswered += 1;
        self.last_taken = Some(self.now);
    }

    /// One event was answered, or will never be.
    pub(crate) fn answered(&mut self, slot: u32) {
        let session = &mut self.sessions[slot as usize];
        if session.unanswered == 0 {
            return;
        }
        session.unanswered -= 1;
        self.stats.unanswered -= 1;
        if session.unanswered as usize == self.config.max_unanswered && !session.paused {
            self.unblock(slot);
        }
    }

    /// Whether no event of the socket may be handled at the moment.
    pub(crate) fn is_blocked(&self, slot: u32) -> bool {
        let session = self.session(slot);
        session.paused || session.unanswered as usize > self.config.max_unanswered
    }

    pub(crate) fn resume(&mut self, slot: u32) {
        let was_blocked = self.is_blocked(slot);
        self.session_mut(slot).paused = false;
        if was_blocked && !self.is_blocked(slot) {
            self.unblock(slot);
        }
    }

    /// Goes on reading. The pong that could not be read meanwhile gets its full time.
    fn unblock(&mut self, slot: u32) {
        let beat_at = self.after(self.config.ping_timeout);
        let session = &mut self.sessions[slot as usize];
        if session.awaits_pong {
            session.beat_at = beat_at;
        }
        match session.transport {
            Transport::WebSocket(conn) => self.links.queue(conn),
            Transport::Polling(_) => self.unblocked.push(slot),
            Transport::None => {}
        }
    }

    pub(crate) fn open_conn(&mut self, peer: std::net::SocketAddr, state: State) -> u32 {
        self.stats.accepted += 1;
        self.links.open(Conn::new(peer, state))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
