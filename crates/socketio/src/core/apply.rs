//! What a batch means for the sockets of this shard.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use super::Core;
use crate::batch::{Batch, Item, Update};
use crate::handler::Handler;
use crate::reason::CloseReason;

impl<H: Handler> Core<H> {
    /// Lets a batch take effect, item by item.
    pub(crate) fn apply(&mut self, batch: &Arc<Batch>) {
        self.batches += 1;
        let source = self.shard.links.outbox.add(batch);
        for item in batch.items() {
            self.apply_item(batch, source, item);
            if !self.shard.ended.is_empty() {
                self.reap();
            }
        }
    }

    fn apply_item(&mut self, batch: &Batch, source: u32, item: &Item) {
        let shard = &mut self.shard;
        match item {
            Item::Emit { rooms, except, frame } => shard.fan_out(batch.rooms(rooms.clone()), *except, source, frame),
            Item::JoinAll { of, room } => {
                for slot in shard.rooms.members_of(batch.text(of)).to_vec() {
                    shard.join(slot, batch.text(room));
                }
            }
            Item::LeaveAll { of, room } => {
                for slot in shard.rooms.members_of(batch.text(of)).to_vec() {
                    shard.leave(slot, batch.text(room));
                }
            }
            Item::CloseAll(of, reason) => {
                for slot in shard.rooms.members_of(batch.text(of)).to_vec() {
                    shard.close(slot, CloseReason::Server(reason));
                }
            }
            Item::EmitTo(socket, _)
            | Item::Ack(socket, _)
            | Item::Join(socket, _)
            | Item::Leave(socket, _)
            | Item::Resume(socket)
            | Item::Close(socket, _)
            | Item::WakeAt(socket, _)
            | Item::Update(socket, _) => {
                if let Some(slot) = shard.find(*socket) {
                    self.apply_to(slot, batch, source, item);
                }
            }
        }
    }

    fn apply_to(&mut self, slot: u32, batch: &Batch, source: u32, item: &Item) {
        let shard = &mut self.shard;
        match item {
            Item::EmitTo(_, frame) => {
                shard.links.deliver(&mut shard.sessions[slot as usize], slot, source, frame.clone())
            }
            Item::Ack(_, frame) => {
                shard.answered(slot);
                shard.links.deliver(&mut shard.sessions[slot as usize], slot, source, frame.clone());
            }
            Item::Join(_, room) => shard.join(slot, batch.text(room)),
            Item::Leave(_, room) => {
                shard.leave(slot, batch.text(room));
            }
            Item::Resume(_) => shard.resume(slot),
            Item::Close(_, reason) => shard.close(slot, CloseReason::Server(reason)),
            Item::WakeAt(_, at) => shard.wake_at(slot, *at),
            Item::Update(_, change) => {
                let change = change.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(change) = change {
                    self.update(slot, change);
                }
            }
            Item::Emit { .. } | Item::JoinAll { .. } | Item::LeaveAll { .. } | Item::CloseAll(..) => {}
        }
    }

    fn update(&mut self, slot: u32, change: Update) {
        let Some(state) = self.states.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        let done = catch_unwind(AssertUnwindSafe(|| change(state)));
        if let Err(reason) = self.after_handler(slot, done) {
            self.shard.close(slot, reason);
        }
    }
}
