//! What reaches a shard from outside, and how it is woken.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::CloseReason;
use crate::batch::Batch;
use crate::core::Answer;
use crate::handle::Sid;

/// A connection that speaks no Socket.IO, for the HTTP server: with the bytes read so far.
pub(crate) struct Foreign {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) input: Vec<u8>,
}

/// Where such connections go.
pub(crate) type ForeignSender = mpsc::UnboundedSender<Foreign>;

pub(crate) enum Command {
    Batch(Arc<Batch>),
    Listen(TcpListener, ForeignSender),
    /// A connection, at its beginning, with the bytes that another shard read.
    Connect {
        stream: TcpStream,
        input: Vec<u8>,
        foreign: ForeignSender,
    },
    /// A WebSocket whose handshake is answered, with the bytes behind it.
    Adopt {
        stream: TcpStream,
        input: Vec<u8>,
        sid: Option<Sid>,
    },
    OpenPolling(SocketAddr, oneshot::Sender<Answer>),
    Poll(Sid, oneshot::Sender<Answer>),
    PollAborted(Sid),
    Post(Sid, Bytes, oneshot::Sender<Answer>),
    PostFailed(Sid, CloseReason),
    /// Close everything and end, at this time at the latest.
    Drain(Instant),
}

/// The queue of a shard. Nobody waits for it but while commands are put in and taken out.
pub(crate) struct Inbox {
    /// `None` once the shard has ended.
    queue: Mutex<Option<Vec<Command>>>,
    /// The shard will look into the queue before it sleeps, so it need not be woken.
    awake: AtomicBool,
    waker: mio::Waker,
}

impl Inbox {
    pub(crate) fn new(waker: mio::Waker) -> Self {
        Self { queue: Mutex::new(Some(Vec::new())), awake: AtomicBool::new(true), waker }
    }

    /// Hands a command over. One for a shard that has ended is dropped.
    pub(crate) fn push(&self, command: Command) {
        match self.lock().as_mut() {
            Some(queue) => queue.push(command),
            None => return,
        }
        if !self.awake.swap(true, Ordering::SeqCst)
            && let Err(error) = self.waker.wake()
        {
            tracing::error!(%error, "A shard could not be woken");
        }
    }

    /// Takes all commands, leaving the emptied vector for the next.
    pub(crate) fn take(&self, into: &mut Vec<Command>) {
        if let Some(queue) = self.lock().as_mut() {
            std::mem::swap(queue, into);
        }
    }

    /// The shard wants to sleep. Says whether it may: not if something is in the queue.
    pub(crate) fn may_sleep(&self) -> bool {
        self.awake.store(false, Ordering::SeqCst);
        self.lock().as_ref().is_none_or(Vec::is_empty)
    }

    /// The shard is up.
    pub(crate) fn woke(&self) {
        self.awake.store(true, Ordering::SeqCst);
    }

    /// The shard has ended.
    pub(crate) fn close(&self) {
        // What is in the queue is dropped outside of the lock: it may answer somebody.
        let _rest = self.lock().take();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<Command>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
