//! From a finished handshake to a device that takes messages, and its end: login, the offline queue, logout.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::ClientPayload;

use crate::wire::stanza::{self, SERVER, leaf};
use crate::world::{Address, Class, FaultKind, Form, LinkId, LinkState, World};

/// Up to here the queue is sent without waiting to be asked for batches.
const SMALL_QUEUE: usize = 50;
/// A client that has not asked for its next batch by then gets all the rest.
const BATCH_PATIENCE: Duration = Duration::from_secs(2);

impl World {
    /// Receives a client whose handshake is complete: a new one begins pairing, a linked one logs in.
    pub fn greet(&mut self, id: LinkId, noise_key: [u8; 32], payload: &ClientPayload) {
        match payload.username {
            None => self.begin_pairing(id, noise_key, payload),
            Some(number) => {
                let device = u16::try_from(payload.device.unwrap_or(0)).unwrap_or(0);
                let at = self.by_number(&number.to_string()).map(|user| Address { user, device });
                self.log_in(id, at, noise_key, payload.passive.unwrap_or(false));
            }
        }
    }

    fn log_in(&mut self, id: LinkId, at: Option<Address>, noise_key: [u8; 32], passive: bool) {
        let Some(at) = at.filter(|at| self.device(*at).is_some_and(|device| device.keys.noise_key == noise_key)) else {
            tracing::info!("a login is refused: no such device, or another static key");
            return self.end(id, failure(401));
        };
        if self.faults.is_on(FaultKind::Refuse, Some(at.user)) {
            return self.cut(id);
        }
        if let Some(fault) = self.faults.strike(FaultKind::Fail, at.user) {
            let mut node = failure(fault.reason.unwrap_or(503));
            fault.code.inspect(|code| node.attrs.insert("code", *code));
            fault.expire.inspect(|expire| node.attrs.insert("expire", *expire));
            return self.end(id, node);
        }
        self.replace_older(id, at);
        if let Some(device) = self.device(at) {
            device.link = Some(id);
            device.ready = false;
            device.passive = passive;
            device.last_frame = Some(SystemTime::now());
            device.queue.rewind();
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.state = LinkState::Online(at);
        }
        self.weather_changed();
        let lid = self.jid(at, Form::Lid);
        let mut success =
            NodeBuilder::new("success").attr("t", stanza::now()).attr("props", "0").attr("location", "rva");
        if let Some(lid) = lid {
            success = success.attr("lid", lid);
        }
        self.send(id, success.build());
    }

    /// A device has one connection: an older one learns that it was replaced.
    fn replace_older(&mut self, id: LinkId, at: Address) {
        let older = self.device(at).and_then(|device| device.link).filter(|older| *older != id);
        if let Some(older) = older {
            let conflict = NodeBuilder::new("conflict").attr("type", "replaced").build();
            self.end(older, NodeBuilder::new("stream:error").children([conflict]).build());
        }
    }

    /// After `<active/>`: what a new device must learn, then the queue, then the marker that ends it.
    pub fn activate(&mut self, id: LinkId, at: Address) {
        let routing = leaf("routing_info", [8, 9, 8, 8]);
        let routing = NodeBuilder::new("edge_routing").children([routing]).build();
        self.send(id, from_server(routing));
        if self.device(at).is_some_and(|device| !std::mem::replace(&mut device.greeted, true)) {
            self.welcome(at);
        }
        let Some(device) = self.device(at) else { return };
        let queued = device.queue.len();
        if queued > 0 {
            let preview = NodeBuilder::new("offline_preview")
                .attr("count", queued)
                .attr("message", device.queue.count(Class::Message))
                .attr("receipt", device.queue.count(Class::Receipt))
                .attr("notification", device.queue.count(Class::Notification))
                .attr("call", "0")
                .attr("appdata", "0")
                .build();
            self.send(id, from_server(preview));
        }
        if queued <= SMALL_QUEUE {
            return self.drain(at, usize::MAX);
        }
        self.later(BATCH_PATIENCE, move |world| {
            if world.online(id) == Some(at) {
                world.drain(at, usize::MAX);
            }
        });
    }

    /// The client asks for a batch of its queue. Baileys asks once only, so it gets everything then.
    pub fn offline_batch(&mut self, at: Address, count: usize) {
        let passive = self.device(at).is_some_and(|device| device.passive);
        self.drain(at, if passive { usize::MAX } else { count.max(1) });
    }

    /// Sends up to `limit` queued stanzas, and the marker once none is left.
    fn drain(&mut self, at: Address, limit: usize) {
        let Some(device) = self.device(at) else { return };
        let (Some(link), false) = (device.link, device.ready) else { return };
        let batch = device.queue.take_unsent(limit);
        let total = device.queue.len();
        device.ready = !device.queue.has_unsent();
        let done = device.ready;
        for (class, node) in batch {
            let mut node = node.as_ref().clone();
            node.attrs.insert("offline", "1");
            self.transmit(at, class, Arc::new(node));
        }
        if done {
            let marker = NodeBuilder::new("offline").attr("count", total).build();
            self.send(link, from_server(marker));
        }
    }

    /// Logs a linked device out, for whatever reason: it is gone, and told so if it is connected.
    pub fn log_out(&mut self, at: Address) {
        let Some(phone) = self.phones.get_mut(&at.user) else { return };
        let Some(device) = phone.devices.remove(&at.device) else { return };
        phone.signal.forget(at);
        if let Some(link) = device.link {
            let conflict = NodeBuilder::new("conflict").attr("type", "device_removed").build();
            self.end(link, NodeBuilder::new("stream:error").attr("code", "401").children([conflict]).build());
        }
        tracing::info!(device = at.device, "a device has been logged out");
    }

    /// Cuts a connection at once.
    pub fn cut(&self, id: LinkId) {
        if let Some(link) = self.links.get(&id) {
            link.cut();
        }
    }
}

/// `<failure reason>`: the answer to a login that is refused.
pub(crate) fn failure(reason: u32) -> Node {
    NodeBuilder::new("failure").attr("reason", reason).attr("location", "rva").build()
}

/// `<ib from="s.whatsapp.net">child</ib>`.
pub(crate) fn from_server(child: Node) -> Node {
    NodeBuilder::new("ib").attr("from", SERVER).children([child]).build()
}
