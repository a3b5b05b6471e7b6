//! One socket: what it has read and not yet understood, and what it has to write.

use std::io::{self, ErrorKind, Read, Write};

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;

use super::driver::{Handler, Nanos};
use super::frame::{self, Opcode};
use super::{handshake, packet};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Connecting,
    Upgrading,
    Open,
    Closed,
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) stage: Stage,
    /// The start of a frame whose end has not come yet.
    partial: Vec<u8>,
    out: Vec<u8>,
    mask: u32,
}

/// The way for a [`Handler`] to send on the socket whose packet it handles.
pub(crate) struct Link<'a> {
    /// The socket's number, in the order in which they were opened.
    pub(crate) socket: usize,
    out: &'a mut Vec<u8>,
    mask: &'a mut u32,
}

impl Link<'_> {
    /// Sends one text frame; it is written when the handler returns.
    pub(crate) fn send(&mut self, payload: &[u8]) {
        self.frame(Opcode::Text, payload);
    }

    fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        // xorshift: a mask need only differ from frame to frame here.
        *self.mask ^= *self.mask << 13;
        *self.mask ^= *self.mask >> 17;
        *self.mask ^= *self.mask << 5;
        frame::encode(self.out, opcode, payload, self.mask.to_ne_bytes());
    }
}

impl Connection {
    pub(super) fn new(stream: TcpStream, seed: u32) -> Self {
        Self { stream, stage: Stage::Connecting, partial: Vec::new(), out: Vec::new(), mask: seed | 1 }
    }

    pub(super) fn link(&mut self, socket: usize) -> Link<'_> {
        Link { socket, out: &mut self.out, mask: &mut self.mask }
    }

    /// Called when the stream is writable for the first time: asks for the upgrade if it is connected.
    pub(super) fn connected(&mut self, host: &str) -> Result<()> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error).context("connecting failed");
        }
        match self.stream.peer_addr() {
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
            other => other.context("connecting failed")?,
        };
        self.stream.set_nodelay(true)?;
        self.stage = Stage::Upgrading;
        self.out = handshake::request(host);
        self.flush()
    }

    /// Reads once into `scratch`: how many bytes came, `None` when there are none now.
    pub(super) fn read(&mut self, scratch: &mut [u8]) -> Result<Option<usize>> {
        loop {
            match self.stream.read(scratch) {
                Ok(0) => bail!("the server closed the connection"),
                Ok(size) => return Ok(Some(size)),
                Err(error) => match retry(error) {
                    Retry::Now => {}
                    Retry::Later => return Ok(None),
                    Retry::Never(error) => return Err(error).context("reading failed"),
                },
            }
        }
    }

    /// Handles every complete frame in what was kept and `data`, and keeps the rest.
    pub(super) fn take_in(&mut self, socket: usize, data: &[u8], now: Nanos, handler: &mut impl Handler) -> Result<()> {
        if self.partial.is_empty() {
            let used = self.consume(socket, data, now, handler)?;
            self.partial.extend_from_slice(&data[used..]);
            return Ok(());
        }
        let mut whole = std::mem::take(&mut self.partial);
        whole.extend_from_slice(data);
        let used = self.consume(socket, &whole, now, handler)?;
        whole.drain(..used);
        self.partial = whole;
        Ok(())
    }

    fn consume(&mut self, socket: usize, data: &[u8], now: Nanos, handler: &mut impl Handler) -> Result<usize> {
        let mut used = 0;
        if self.stage == Stage::Upgrading {
            let Some(size) = handshake::accepted(data)? else {
                return Ok(0);
            };
            used = size;
            self.stage = Stage::Open;
            handler.opened(&mut self.link(socket));
        }
        while let Some((frame, size)) = frame::decode(&data[used..])? {
            used += size;
            self.handle(socket, &frame, now, handler)?;
        }
        Ok(used)
    }

    fn handle(
        &mut self,
        socket: usize,
        frame: &frame::Frame<'_>,
        now: Nanos,
        handler: &mut impl Handler,
    ) -> Result<()> {
        let mut link = self.link(socket);
        match frame.opcode {
            Opcode::Text => match packet::parse(frame.payload) {
                packet::Packet::Ping => link.send(b"3"),
                packet::Packet::Disconnect => bail!("the server disconnected the socket"),
                other => handler.packet(&mut link, other, now),
            },
            Opcode::Ping => link.frame(Opcode::Pong, frame.payload),
            Opcode::Close => bail!("the server closed the WebSocket with code {}", close_code(frame.payload)),
            Opcode::Binary | Opcode::Pong => {}
        }
        Ok(())
    }

    /// Writes what is to be written, as far as the kernel takes it.
    pub(super) fn flush(&mut self) -> Result<()> {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(size) => drop(self.out.drain(..size)),
                Err(error) => match retry(error) {
                    Retry::Now => {}
                    Retry::Later => break,
                    Retry::Never(error) => return Err(error).context("writing failed"),
                },
            }
        }
        Ok(())
    }
}

enum Retry {
    Now,
    Later,
    Never(io::Error),
}

fn retry(error: io::Error) -> Retry {
    match error.kind() {
        ErrorKind::Interrupted => Retry::Now,
        ErrorKind::WouldBlock => Retry::Later,
        _ => Retry::Never(error),
    }
}

/// The close code, or 1005 (none given) as RFC 6455 counts it.
fn close_code(payload: &[u8]) -> u16 {
    payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))
}
