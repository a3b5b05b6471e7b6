//! Many things to do for many sockets, in order, encoded once.

use std::any::Any;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use crate::handle::{Ack, Handle};
use crate::wire::encode;

/// A change of a socket's state, which is handed to it as [`Any`].
pub type Update = Box<dyn FnOnce(&mut dyn Any) + Send>;
/// Where a room's name lies.
pub(crate) type Name = Range<usize>;

pub(crate) enum Item {
    /// To the union of the rooms that lie at this range of `rooms`.
    Emit {
        rooms: Range<usize>,
        except: Option<Handle>,
        frame: Range<usize>,
    },
    EmitTo(Handle, Range<usize>),
    Ack(Handle, Range<usize>),
    Join(Handle, Name),
    Leave(Handle, Name),
    JoinAll {
        of: Name,
        room: Name,
    },
    LeaveAll {
        of: Name,
        room: Name,
    },
    Resume(Handle),
    Close(Handle, &'static str),
    CloseAll(Name, &'static str),
    WakeAt(Handle, Option<Instant>),
    /// Taken by the one shard that owns the socket.
    Update(Handle, Mutex<Option<Update>>),
}

/// Many things to do for many sockets. They take effect in the order in which they were added, on every shard, and nothing of
/// another batch comes between. What is addressed to a socket that is gone goes nowhere.
#[derive(Default)]
pub struct Batch {
    frames: Vec<u8>,
    names: String,
    rooms: Vec<Name>,
    items: Vec<Item>,
    /// The shards that are concerned, one bit each.
    shards: [u64; 4],
}

impl Batch {
    /// Sends an event to every socket that is in one of the rooms, except for one: once to each, however many of them it is in.
    /// A payload that has no JSON is an error of the program: it is logged and nothing is sent.
    pub fn emit(&mut self, rooms: &[&str], except: Option<Handle>, event: &str, payload: &(impl Serialize + ?Sized)) {
        let Some(frame) = self.event(event, payload) else { return };
        let first = self.rooms.len();
        for room in rooms {
            let name = self.name(room);
            self.rooms.push(name);
        }
        self.all(Item::Emit { rooms: first..self.rooms.len(), except, frame });
    }

    /// Sends an event to one socket. For a payload without JSON see [`Batch::emit`].
    pub fn emit_to(&mut self, socket: Handle, event: &str, payload: &(impl Serialize + ?Sized)) {
        if let Some(frame) = self.event(event, payload) {
            self.one(socket, Item::EmitTo(socket, frame));
        }
    }

    /// Answers an event. A payload that has no JSON is an error of the program: it is logged, and the answer has no arguments.
    pub fn ack(&mut self, ack: Ack, payload: &(impl Serialize + ?Sized)) {
        let frame = encode::ack(&mut self.frames, ack.id(), payload).unwrap_or_else(|error| {
            tracing::error!(%error, "The payload of an acknowledgement has no JSON");
            encode::empty_ack(&mut self.frames, ack.id())
        });
        self.one(ack.handle(), Item::Ack(ack.handle(), frame));
    }

    /// Puts a socket into a room; once is enough.
    pub fn join(&mut self, socket: Handle, room: &str) {
        let room = self.name(room);
        self.one(socket, Item::Join(socket, room));
    }

    /// Takes a socket out of a room.
    pub fn leave(&mut self, socket: Handle, room: &str) {
        let room = self.name(room);
        self.one(socket, Item::Leave(socket, room));
    }

    /// Puts every socket that is in `of_room` into `room`.
    pub fn join_all(&mut self, of_room: &str, room: &str) {
        let (of, room) = (self.name(of_room), self.name(room));
        self.all(Item::JoinAll { of, room });
    }

    /// Takes every socket that is in `of_room` out of `room`.
    pub fn leave_all(&mut self, of_room: &str, room: &str) {
        let (of, room) = (self.name(of_room), self.name(room));
        self.all(Item::LeaveAll { of, room });
    }

    /// Goes on with a socket that [`Cx::pause`](crate::Cx::pause) stopped.
    pub fn resume(&mut self, socket: Handle) {
        self.one(socket, Item::Resume(socket));
    }

    /// Closes a socket once everything sent to it before is out. The client comes back by itself.
    pub fn close(&mut self, socket: Handle, reason: &'static str) {
        self.one(socket, Item::Close(socket, reason));
    }

    /// Closes every socket that is in `of_room`.
    pub fn close_all(&mut self, of_room: &str, reason: &'static str) {
        let of = self.name(of_room);
        self.all(Item::CloseAll(of, reason));
    }

    /// Sets or unsets the time at which [`Handler::woken`](crate::Handler::woken) is called.
    pub fn wake_at(&mut self, socket: Handle, at: Option<Instant>) {
        self.one(socket, Item::WakeAt(socket, at));
    }

    /// Changes a socket's state, in order with the rest: `change` gets its [`Handler::Socket`](crate::Handler::Socket). It runs on
    /// the shard and must not block.
    pub fn update(&mut self, socket: Handle, change: Update) {
        self.one(socket, Item::Update(socket, Mutex::new(Some(change))));
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn frames(&self) -> &[u8] {
        &self.frames
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(crate) fn rooms(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        self.rooms[range].iter().map(|name| self.text(name))
    }

    pub(crate) fn text(&self, name: &Name) -> &str {
        &self.names[name.clone()]
    }

    pub(crate) fn concerns(&self, shard: usize) -> bool {
        self.shards[shard / 64] >> (shard % 64) & 1 == 1
    }

    fn event(&mut self, event: &str, payload: &(impl Serialize + ?Sized)) -> Option<Range<usize>> {
        encode::event(&mut self.frames, event, payload)
            .inspect_err(|error| tracing::error!(event, %error, "The payload of an event has no JSON"))
            .ok()
    }

    fn name(&mut self, name: &str) -> Name {
        let start = self.names.len();
        self.names.push_str(name);
        start..self.names.len()
    }

    fn one(&mut self, socket: Handle, item: Item) {
        let shard = usize::from(socket.shard());
        self.shards[shard / 64] |= 1 << (shard % 64);
        self.items.push(item);
    }

    fn all(&mut self, item: Item) {
        self.shards = [u64::MAX; 4];
        self.items.push(item);
    }
}
