//! Which connections are read from, and when. Events are edges: the kernel tells once that there is something.

use std::io::ErrorKind;

use super::conn::State;
use super::{Core, Io};
use crate::handler::Handler;

impl<H: Handler> Core<H> {
    /// The kernel has bytes of this connection; behind them is its end, if it says so.
    pub(crate) fn readable(&mut self, conn: u32, ends: bool) {
        let link = self.shard.links.conn(conn);
        link.readable = true;
        link.ends |= ends;
        self.shard.links.queue(conn);
    }

    /// Reads once from every connection that is ready and wants to be. Bytes that waited are handled first.
    pub(crate) fn read(&mut self, io: &mut impl Io, buf: &mut [u8]) {
        for _ in 0..self.shard.links.ready.len() {
            let Some(conn) = self.shard.links.ready.pop_front() else { return };
            self.shard.links.conn(conn).queued = false;
            self.go_on(conn);
            if self.wants(conn) {
                self.read_from(conn, io, buf);
            }
        }
    }

    /// The connection ended.
    pub(crate) fn lost(&mut self, conn: u32) {
        self.shard.lost(conn);
        self.reap();
    }

    /// Whether a connection's next bytes may be read now.
    fn wants(&self, conn: u32) -> bool {
        let link = &self.shard.links.conns[conn as usize];
        link.readable
            && match link.state {
                State::Vacant => false,
                State::Carries(slot) => !self.shard.is_blocked(slot),
                State::Head { .. } | State::Probes { .. } | State::Closing { .. } => true,
            }
    }

    fn read_from(&mut self, conn: u32, io: &mut impl Io, buf: &mut [u8]) {
        match io.read(conn, buf) {
            Ok(0) => self.lost(conn),
            Ok(len) => {
                let link = self.shard.links.conn(conn);
                // Less than there was room for is all there was, and what comes later is told; but not every system tells.
                link.readable = len == buf.len() || link.ends || cfg!(not(unix));
                if link.readable {
                    // The rest waits for everybody else's turn.
                    self.shard.links.queue(conn);
                }
                self.received(conn, &mut buf[..len]);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.shard.links.conn(conn).readable = false,
            Err(error) if error.kind() == ErrorKind::Interrupted => self.shard.links.queue(conn),
            Err(_) => self.lost(conn),
        }
    }
}
