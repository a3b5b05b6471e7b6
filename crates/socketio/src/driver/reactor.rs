//! The loop of one shard on the system's event queue, edge-triggered.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use super::wires::Wires;
use crate::config::{READ_BUFFER, SLOW_TURN};
use crate::core::Core;
use crate::handle::Sid;
use crate::handler::Handler;
use crate::hub::Hub;
use crate::inbox::{Command, ForeignSender, Inbox};
use crate::stats::Board;

/// The event that says that something is in the inbox.
pub(crate) const WAKE: Token = Token(usize::MAX);
/// Events of listeners count down from here; connections count up from 0.
const LISTENERS: usize = usize::MAX - 1;
/// How many events one turn takes.
const EVENTS: usize = 1024;
/// How often a shard that drains looks whether the others have drained.
const DRAIN_LOOK: Duration = Duration::from_millis(20);
/// How many connections one turn takes from one listener.
const ACCEPTS: usize = 128;
/// How long to wait when the system has no file for another connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

struct Listener {
    listener: TcpListener,
    foreign: ForeignSender,
    /// When there may be connections to take.
    ready_at: Option<Instant>,
    /// It was said already that none can be taken.
    failing: bool,
}

pub(crate) struct Reactor<H: Handler> {
    id: usize,
    core: Core<H>,
    poll: Poll,
    wires: Wires,
    hub: Arc<Hub>,
    inbox: Arc<Inbox>,
    board: Arc<Board>,
    listeners: Vec<Listener>,
    buffer: Vec<u8>,
    commands: Vec<Command>,
    drain_until: Option<Instant>,
    warned: Option<Instant>,
}

impl<H: Handler> Reactor<H> {
    pub(crate) fn new(id: usize, core: Core<H>, poll: Poll, hub: Arc<Hub>) -> io::Result<Self> {
        let wires = Wires::new(poll.registry().try_clone()?, hub.inboxes.clone());
        let (inbox, board) = (Arc::clone(&hub.inboxes[id]), Arc::clone(&hub.boards[id]));
        Ok(Self {
            id,
            core,
            poll,
            wires,
            hub,
            inbox,
            board,
            listeners: Vec::new(),
            buffer: vec![0; READ_BUFFER],
            commands: Vec::new(),
            drain_until: None,
            warned: None,
        })
    }

    /// Turns until the server shuts down.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_over() {
            if let Err(error) = self.wait(&mut events) {
                tracing::error!(shard = self.id, %error, "A shard can't wait for events and ends");
                break;
            }
            self.turn(&events);
        }
    }

    fn is_over(&self) -> bool {
        let done = self.core.is_empty() && self.listeners.is_empty();
        self.drain_until.is_some_and(|deadline| done || Instant::now() >= deadline)
    }

    /// Clients that poll still come for what is left, on connections of their own: while there are sessions anywhere, the
    /// listeners stay, and so do connections that have not said yet what they are.
    fn stop_listening(&mut self) {
        if self.drain_until.is_some() && self.hub.stats().sessions == 0 {
            self.listeners.clear();
            self.core.drop_heads();
        }
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let now = Instant::now();
        let mut timeout = self.core.timeout(now);
        let wake_ups = self.listeners.iter().filter_map(|listener| listener.ready_at).chain(self.drain_until);
        for at in wake_ups {
            timeout = timeout.min(at.saturating_duration_since(now));
        }
        if self.drain_until.is_some() {
            timeout = timeout.min(DRAIN_LOOK);
        }
        if !self.inbox.may_sleep() {
            timeout = Duration::ZERO;
        }
        let polled = self.poll.poll(events, Some(timeout));
        self.inbox.woke();
        match polled {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            polled => polled,
        }
    }

    fn turn(&mut self, events: &Events) {
        let began = Instant::now();
        self.core.begin(began);
        for event in events {
            match event.token() {
                WAKE => {}
                Token(token) if token > u32::MAX as usize => {
                    if let Some(listener) = self.listeners.get_mut(LISTENERS - token) {
                        listener.ready_at = Some(began);
                    }
                }
                Token(conn) => self.event(conn as u32, event),
            }
        }
        self.accept(began);
        self.core.read(&mut self.wires, &mut self.buffer);
        self.commands();
        self.core.end(Instant::now(), &mut self.wires);
        self.measure(began);
        self.stop_listening();
    }

    fn event(&mut self, conn: u32, event: &mio::event::Event) {
        if event.is_writable() {
            self.core.writable(conn);
        }
        // An error or an end shows when it is read.
        let ends = event.is_read_closed() || event.is_error();
        if event.is_readable() || ends {
            self.core.readable(conn, ends);
        }
    }

    fn accept(&mut self, now: Instant) {
        for index in 0..self.listeners.len() {
            if self.listeners[index].ready_at.is_some_and(|at| at <= now) {
                self.accept_from(index, now);
            }
        }
    }

    /// Takes new connections and shares them out among the shards.
    fn accept_from(&mut self, index: usize, now: Instant) {
        for _ in 0..ACCEPTS {
            let listener = &mut self.listeners[index];
            match listener.listener.accept() {
                Ok((stream, peer)) => {
                    listener.failing = false;
                    let foreign = listener.foreign.clone();
                    // The other shards may have ended already when this one drains.
                    let shard = if self.drain_until.is_some() { self.id } else { self.hub.next_shard() };
                    if shard == self.id {
                        self.add(stream, peer, Vec::new(), Some(foreign));
                    } else {
                        self.hub.inboxes[shard].push(Command::Connect {
                            stream: stream.into(),
                            input: Vec::new(),
                            foreign,
                        });
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return listener.ready_at = None,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                    ) => {}
                Err(error) => {
                    if !std::mem::replace(&mut listener.failing, true) {
                        tracing::warn!(%error, "No connection can be accepted at the moment");
                    }
                    return listener.ready_at = Some(now + ACCEPT_AGAIN);
                }
            }
        }
    }

    fn add(&mut self, stream: TcpStream, peer: SocketAddr, mut input: Vec<u8>, foreign: Option<ForeignSender>) {
        let conn = self.core.accept(peer);
        self.watch(conn, stream, foreign);
        self.core.received(conn, &mut input);
    }

    fn adopt(&mut self, stream: TcpStream, peer: SocketAddr, mut input: Vec<u8>, sid: Option<&Sid>) {
        let conn = self.core.adopt(peer, sid);
        self.watch(conn, stream, None);
        self.core.received(conn, &mut input);
    }

    fn watch(&mut self, conn: u32, stream: TcpStream, foreign: Option<ForeignSender>) {
        if let Err(error) = self.wires.add(conn, stream, foreign) {
            tracing::warn!(%error, "A connection can't be taken in");
            self.core.lost(conn);
        }
    }

    fn commands(&mut self) {
        let mut commands = std::mem::take(&mut self.commands);
        self.inbox.take(&mut commands);
        for command in commands.drain(..) {
            self.command(command);
        }
        self.commands = commands;
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Batch(batch) => self.core.apply(&batch),
            Command::Listen(listener, foreign) => self.listen(listener, foreign),
            Command::Connect { stream, input, foreign } => {
                if let Some((stream, peer)) = watchable(stream) {
                    self.add(stream, peer, input, Some(foreign));
                }
            }
            Command::Adopt { stream, input, sid } => {
                if let Some((stream, peer)) = watchable(stream) {
                    self.adopt(stream, peer, input, sid.as_ref());
                }
            }
            Command::OpenPolling(peer, reply) => self.core.open_polling(peer, reply),
            Command::Poll(sid, reply) => self.core.poll(&sid, reply),
            Command::PollAborted(sid) => self.core.poll_aborted(&sid),
            Command::Post(sid, body, reply) => self.core.post(&sid, body, reply),
            Command::PostFailed(sid, reason) => self.core.post_failed(&sid, reason),
            Command::Drain(deadline) => {
                self.drain_until = Some(deadline);
                self.core.drain();
            }
        }
    }

    fn listen(&mut self, listener: std::net::TcpListener, foreign: ForeignSender) {
        if self.drain_until.is_some() {
            return;
        }
        let token = Token(LISTENERS - self.listeners.len());
        let mut listener = TcpListener::from_std(listener);
        match self.poll.registry().register(&mut listener, token, Interest::READABLE) {
            Ok(()) => {
                self.listeners.push(Listener { listener, foreign, ready_at: Some(Instant::now()), failing: false })
            }
            Err(error) => tracing::error!(%error, "A listener can't be watched"),
        }
    }

    fn measure(&mut self, began: Instant) {
        let took = began.elapsed();
        let stats = self.core.stats();
        stats.turns += 1;
        stats.longest_turn = stats.longest_turn.max(took);
        stats.slow_turns += u64::from(took > SLOW_TURN);
        self.board.post(stats);
        if took > SLOW_TURN && self.warned.is_none_or(|warned| warned.elapsed() > Duration::from_secs(1)) {
            self.warned = Some(Instant::now());
            tracing::warn!(
                shard = self.id,
                duration_ms = took.as_millis() as u64,
                "A turn of a shard took long: a handler blocks, or there is very much to do"
            );
        }
    }
}

impl<H: Handler> Drop for Reactor<H> {
    /// Whoever waits for the shard learns that it has ended, however that came about.
    fn drop(&mut self) {
        self.inbox.close();
    }
}

/// Makes a connection from elsewhere one of this shard's, if it is still there.
fn watchable(stream: std::net::TcpStream) -> Option<(TcpStream, SocketAddr)> {
    let peer = stream.peer_addr().ok()?;
    stream.set_nonblocking(true).ok()?;
    Some((TcpStream::from_std(stream), peer))
}
