//! A driver without a system: a test says what arrives, how much the kernel takes, and what time it is.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use crate::core::{Core, Io};
use crate::handler::Handler;

/// The far side of one connection.
#[derive(Default)]
pub(crate) struct Pipe {
    incoming: VecDeque<u8>,
    ended: bool,
    /// The most bytes that one read gives.
    pub(crate) read_size: usize,
    /// How many bytes the kernel takes before it wants to wait.
    pub(crate) window: usize,
    /// It wanted to wait, and has not said that it takes more.
    full: bool,
    pub(crate) output: Vec<u8>,
    pub(crate) writes: u32,
    pub(crate) finished: bool,
    pub(crate) bounded: bool,
    /// How it was closed: with a reset?
    pub(crate) closed: Option<bool>,
    pub(crate) handed_off: Option<Vec<u8>>,
}

#[derive(Default)]
pub(crate) struct Pipes(pub(crate) BTreeMap<u32, Pipe>);

impl Io for Pipes {
    fn read(&mut self, conn: u32, buf: &mut [u8]) -> io::Result<usize> {
        let pipe = self.0.get_mut(&conn).unwrap();
        if pipe.incoming.is_empty() {
            return if pipe.ended { Ok(0) } else { Err(ErrorKind::WouldBlock.into()) };
        }
        let len = pipe.incoming.len().min(buf.len()).min(pipe.read_size);
        for (to, from) in buf.iter_mut().zip(pipe.incoming.drain(..len)) {
            *to = from;
        }
        Ok(len)
    }

    fn write(&mut self, conn: u32, bytes: &[u8]) -> io::Result<usize> {
        let pipe = self.0.get_mut(&conn).unwrap();
        pipe.writes += 1;
        let len = bytes.len().min(pipe.window);
        if len == 0 {
            pipe.full = true;
            return Err(ErrorKind::WouldBlock.into());
        }
        pipe.window -= len;
        pipe.output.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn finish(&mut self, conn: u32) {
        self.0.get_mut(&conn).unwrap().finished = true;
    }

    fn bound(&mut self, conn: u32) {
        self.0.get_mut(&conn).unwrap().bounded = true;
    }

    fn close(&mut self, conn: u32, abort: bool) {
        self.0.get_mut(&conn).unwrap().closed = Some(abort);
    }

    fn hand_off(&mut self, conn: u32, input: Vec<u8>) {
        self.0.get_mut(&conn).unwrap().handed_off = Some(input);
    }

    fn transfer(&mut self, conn: u32, shard: u8, _: Vec<u8>) {
        panic!("connection {conn} goes to shard {shard}, which is not there");
    }
}

/// A core and its pipes.
pub(crate) struct Driver<H: Handler> {
    pub(crate) core: Core<H>,
    pub(crate) pipes: Pipes,
    pub(crate) now: Instant,
    buffer: Vec<u8>,
}

impl<H: Handler> Driver<H> {
    pub(crate) fn new(core: Core<H>, now: Instant, read_buffer: usize) -> Self {
        Self { core, pipes: Pipes::default(), now, buffer: vec![0; read_buffer] }
    }

    /// A new connection, which takes everything.
    pub(crate) fn open(&mut self) -> u32 {
        self.core.begin(self.now);
        let conn = self.core.accept("127.0.0.1:1".parse().unwrap());
        self.pipes.0.insert(conn, Pipe { read_size: usize::MAX, window: usize::MAX, ..Pipe::default() });
        conn
    }

    /// Bytes arrive; the kernel tells so once.
    pub(crate) fn arrive(&mut self, conn: u32, bytes: &[u8]) {
        self.pipe(conn).incoming.extend(bytes);
        self.core.readable(conn, false);
    }

    /// The far side ends the connection.
    pub(crate) fn end(&mut self, conn: u32) {
        self.pipe(conn).ended = true;
        self.core.readable(conn, true);
    }

    /// The kernel takes more bytes, and tells so if it had wanted to wait.
    pub(crate) fn widen(&mut self, conn: u32, window: usize) {
        let pipe = self.pipe(conn);
        pipe.window = pipe.window.saturating_add(window);
        if std::mem::take(&mut pipe.full) {
            self.core.writable(conn);
        }
    }

    pub(crate) fn pipe(&mut self, conn: u32) -> &mut Pipe {
        self.pipes.0.get_mut(&conn).unwrap()
    }

    /// One turn.
    pub(crate) fn turn(&mut self) {
        self.core.begin(self.now);
        self.core.read(&mut self.pipes, &mut self.buffer);
        self.core.end(self.now, &mut self.pipes);
    }

    /// Turns until nothing is left to do but to wait for time.
    pub(crate) fn settle(&mut self) {
        self.turn();
        for _ in 0..100_000 {
            if self.core.timeout(self.now) > Duration::ZERO {
                return;
            }
            self.turn();
        }
        panic!("it never comes to rest");
    }

    /// Lets time pass, a turn each second and one at the end.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now = until.min(self.now + Duration::from_secs(1));
            self.settle();
        }
    }
}
