//! The TCP connections of a shard.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::SockRef;

use crate::config::SEND_BUFFER;
use crate::core::Io;
use crate::inbox::{Command, Foreign, ForeignSender, Inbox};

struct Wire {
    stream: TcpStream,
    /// Where it goes if it speaks no Socket.IO.
    foreign: Option<ForeignSender>,
}

/// Connections by the numbers that the core gave them.
pub(super) struct Wires {
    registry: Registry,
    shards: Vec<Arc<Inbox>>,
    wires: Vec<Option<Wire>>,
}

impl Wires {
    pub(super) fn new(registry: Registry, shards: Vec<Arc<Inbox>>) -> Self {
        Self { registry, shards, wires: Vec::new() }
    }

    /// Takes a connection in under a number. Both directions are watched from now on, once and for all.
    pub(super) fn add(&mut self, conn: u32, mut stream: TcpStream, foreign: Option<ForeignSender>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        self.registry.register(&mut stream, Token(conn as usize), Interest::READABLE | Interest::WRITABLE)?;
        let index = conn as usize;
        if self.wires.len() <= index {
            self.wires.resize_with(index + 1, || None);
        }
        self.wires[index] = Some(Wire { stream, foreign });
        Ok(())
    }

    fn stream(&mut self, conn: u32) -> io::Result<&mut TcpStream> {
        let wire = self.wires.get_mut(conn as usize).and_then(Option::as_mut);
        wire.map(|wire| &mut wire.stream).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn take(&mut self, conn: u32) -> Option<(std::net::TcpStream, Option<ForeignSender>)> {
        let mut wire = self.wires.get_mut(conn as usize)?.take()?;
        if let Err(error) = self.registry.deregister(&mut wire.stream) {
            tracing::warn!(%error, "A connection could not be taken out of its shard");
            return None;
        }
        Some((wire.stream.into(), wire.foreign))
    }
}

impl Io for Wires {
    fn read(&mut self, conn: u32, buf: &mut [u8]) -> io::Result<usize> {
        self.stream(conn)?.read(buf)
    }

    fn write(&mut self, conn: u32, bytes: &[u8]) -> io::Result<usize> {
        self.stream(conn)?.write(bytes)
    }

    fn finish(&mut self, conn: u32) {
        if let Ok(stream) = self.stream(conn) {
            // One that is gone already needs no end.
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    fn bound(&mut self, conn: u32) {
        if let Ok(stream) = self.stream(conn)
            && let Err(error) = SockRef::from(&*stream).set_send_buffer_size(SEND_BUFFER)
        {
            tracing::warn!(%error, "The system's buffer of a connection can't be bounded");
        }
    }

    fn close(&mut self, conn: u32, abort: bool) {
        let Some(wire) = self.wires.get_mut(conn as usize).and_then(Option::take) else { return };
        if abort && let Err(error) = SockRef::from(&wire.stream).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "A connection is closed without a reset");
        }
    }

    fn hand_off(&mut self, conn: u32, input: Vec<u8>) {
        let Some((stream, Some(foreign))) = self.take(conn) else { return };
        if let Ok(peer) = stream.peer_addr() {
            // With no HTTP server left the connection closes.
            let _ = foreign.send(Foreign { stream, peer, input });
        }
    }

    fn transfer(&mut self, conn: u32, shard: u8, input: Vec<u8>) {
        let Some((stream, Some(foreign))) = self.take(conn) else { return };
        if let Some(shard) = self.shards.get(usize::from(shard)) {
            shard.push(Command::Connect { stream, input, foreign });
        }
    }
}
