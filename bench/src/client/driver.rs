//! The event loop: one thread, one `mio::Poll`, all sockets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::connection::{Connection, Link, Stage};
use super::packet::Packet;

/// Nanoseconds since the driver began.
pub(crate) type Nanos = u64;

/// What a load does with its sockets. Sockets are numbered in the order in which they were opened.
pub(crate) trait Handler {
    /// The WebSocket stands; what is sent here goes out in the first write after the upgrade.
    fn opened(&mut self, link: &mut Link<'_>);
    /// A packet came; `now` is when its bytes were read.
    fn packet(&mut self, link: &mut Link<'_>, packet: Packet<'_>, now: Nanos);
    /// The socket is gone, for the reason given.
    fn closed(&mut self, socket: usize, why: &str);
}

/// Owns the sockets and moves their bytes.
pub(crate) struct Driver {
    poll: Poll,
    events: Events,
    began: Instant,
    address: SocketAddr,
    host: String,
    connections: Vec<Connection>,
    scratch: Vec<u8>,
}

impl Driver {
    /// A driver whose sockets all connect to `address`.
    pub(crate) fn new(address: SocketAddr) -> Result<Self> {
        Ok(Self {
            poll: Poll::new().context("no event queue")?,
            events: Events::with_capacity(1024),
            began: Instant::now(),
            address,
            host: address.to_string(),
            connections: Vec::new(),
            scratch: vec![0; 256 << 10],
        })
    }

    /// The present time on the driver's clock.
    pub(crate) fn now(&self) -> Nanos {
        self.began.elapsed().as_nanos() as Nanos
    }

    /// How many sockets were opened so far.
    pub(crate) fn opened(&self) -> usize {
        self.connections.len()
    }

    /// Begins to connect one more socket.
    pub(crate) fn open(&mut self) -> Result<()> {
        let number = self.connections.len();
        let mut stream = TcpStream::connect(self.address).context("no socket")?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(number), both)?;
        let seed = 0x9e37_79b9_u32.wrapping_mul(number as u32 + 1);
        self.connections.push(Connection::new(stream, seed));
        Ok(())
    }

    /// Lets `act` send on a socket outside of the handling of a packet. What comes back goes to [`Driver::settle`].
    pub(crate) fn with_link(&mut self, socket: usize, act: impl FnOnce(&mut Link<'_>)) -> Result<()> {
        let connection = &mut self.connections[socket];
        act(&mut connection.link(socket));
        connection.flush()
    }

    /// Waits for something to happen, at most `patience`, and handles all that did.
    pub(crate) fn turn(&mut self, handler: &mut impl Handler, patience: Duration) -> Result<()> {
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let polled = self.poll.poll(&mut events, Some(patience));
        for event in &events {
            let socket = event.token().0;
            let done = self.ready(socket, event, handler);
            self.settle(socket, handler, done);
        }
        self.events = events;
        match polled {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Ok(()),
            other => other.context("waiting for events failed"),
        }
    }

    fn ready(&mut self, socket: usize, event: &Event, handler: &mut impl Handler) -> Result<()> {
        let connection = &mut self.connections[socket];
        if connection.stage == Stage::Closed {
            return Ok(());
        }
        if connection.stage == Stage::Connecting && event.is_writable() {
            connection.connected(&self.host)?;
        }
        if event.is_readable() && connection.stage != Stage::Connecting {
            self.read(socket, event.is_read_closed() || event.is_error(), handler)?;
        }
        self.connections[socket].flush()
    }

    /// Reads what has come; with `ending`, until the end or error that the event told of.
    fn read(&mut self, socket: usize, ending: bool, handler: &mut impl Handler) -> Result<()> {
        loop {
            let connection = &mut self.connections[socket];
            let Some(size) = connection.read(&mut self.scratch)? else {
                return Ok(());
            };
            let now = self.began.elapsed().as_nanos() as Nanos;
            connection.take_in(socket, &self.scratch[..size], now, handler)?;
            // epoll(7): a short read of a stream means that it is drained, also when edge-triggered. An end that came
            // together with the last bytes is no edge of its own.
            if size < self.scratch.len() && !ending {
                return Ok(());
            }
        }
    }

    /// Closes the socket, and tells the handler, if something failed on it.
    pub(crate) fn settle(&mut self, socket: usize, handler: &mut impl Handler, done: Result<()>) {
        let Err(error) = done else { return };
        let connection = &mut self.connections[socket];
        if connection.stage != Stage::Closed {
            connection.stage = Stage::Closed;
            // A source that cannot be deregistered is closed by the kernel with its descriptor.
            let _ = self.poll.registry().deregister(&mut connection.stream);
            let _ = connection.stream.shutdown(std::net::Shutdown::Both);
            handler.closed(socket, &format!("{error:#}"));
        }
    }
}
