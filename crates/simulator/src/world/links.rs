//! Connections: how the world speaks to a socket's task, and what the socket has to endure.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use wacore_binary::Node;

use super::{Address, UserId, World};
use crate::signal::SignedKey;

/// A connection. Never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkId(pub u64);

/// What the writer of a socket is told.
pub enum Out {
    /// Send this.
    Node(Arc<Node>),
    /// Close, after all before it has been sent.
    Close,
}

/// What a connection has to endure at present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Nothing is read and nothing sent.
    pub stall: bool,
    /// Every stanza to the client takes this much longer.
    pub delay: Duration,
    /// The connection is to be cut at once.
    pub cut: bool,
}

/// The keys by which an unlinked client asks to become a device.
#[derive(Clone)]
pub struct Registration {
    /// Its static Noise key.
    pub noise_key: [u8; 32],
    /// Its registration id.
    pub registration: u32,
    /// Its identity key.
    pub identity: [u8; 32],
    /// Its signed pre-key.
    pub signed: SignedKey,
}

/// How far a connection is.
pub enum LinkState {
    /// In the handshake, or about to be closed.
    Greeting,
    /// Shows a QR code.
    Unlinked(Box<Registration>),
    /// Logged in.
    Online(Address),
}

/// One connection.
pub struct Link {
    /// How far it is.
    pub state: LinkState,
    /// A pairing that waits for the device's signature.
    pub pairing: Option<crate::pairing::Pending>,
    /// A pairing code that the client has asked for.
    pub code: Option<crate::pairing::CodeLink>,
    out: mpsc::UnboundedSender<Out>,
    weather: watch::Sender<Weather>,
}

impl Link {
    /// Sends a stanza; one to a closed connection is lost, as on any wire.
    pub fn send(&self, node: Arc<Node>) {
        let _ = self.out.send(Out::Node(node));
    }

    /// Closes after what was sent before; what still comes is ignored.
    pub fn close(&mut self) {
        self.state = LinkState::Greeting;
        let _ = self.out.send(Out::Close);
    }

    /// Cuts at once; what was not written is lost.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.cut = true);
    }

    fn user(&self) -> Option<UserId> {
        match self.state {
            LinkState::Online(at) => Some(at.user),
            _ => None,
        }
    }
}

impl World {
    /// Takes a new connection in.
    pub fn open_link(&mut self) -> (LinkId, mpsc::UnboundedReceiver<Out>, watch::Receiver<Weather>) {
        let id = LinkId(self.next_link);
        self.next_link += 1;
        let (out, outbox) = mpsc::unbounded_channel();
        let (weather, endures) = watch::channel(self.faults.weather(None));
        self.links.insert(id, Link { state: LinkState::Greeting, pairing: None, code: None, out, weather });
        (id, outbox, endures)
    }

    /// Forgets a connection that has ended; its device goes on living.
    pub fn close_link(&mut self, id: LinkId) {
        if let Some(at) = self.online(id) {
            self.detach(at, id);
        }
        self.links.remove(&id);
        self.refs.retain(|_, link| *link != id);
    }

    /// The device that is logged in on a connection.
    pub fn online(&self, id: LinkId) -> Option<Address> {
        match self.links.get(&id)?.state {
            LinkState::Online(at) => Some(at),
            _ => None,
        }
    }

    /// Sends on a connection.
    pub fn send(&self, id: LinkId, node: Node) {
        if let Some(link) = self.links.get(&id) {
            link.send(Arc::new(node));
        }
    }

    /// Sends a last stanza and closes. The device, if one is logged in there, is offline from now on.
    pub fn end(&mut self, id: LinkId, node: Node) {
        if let Some(at) = self.online(id) {
            self.detach(at, id);
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.send(Arc::new(node));
            link.close();
        }
    }

    fn detach(&mut self, at: Address, id: LinkId) {
        if let Some(device) = self.device(at)
            && device.link == Some(id)
        {
            device.link = None;
            device.ready = false;
            device.held = None;
        }
    }

    /// Sends to a device if it is connected; nothing is kept.
    pub fn send_live(&self, at: Address, node: Node) {
        let device = self.phones.get(&at.user).and_then(|phone| phone.devices.get(&at.device));
        if let Some(device) = device
            && device.ready
            && let Some(link) = device.link
        {
            self.send(link, node);
        }
    }

    /// Tells every connection what it has to endure now.
    pub fn weather_changed(&mut self) {
        for link in self.links.values() {
            let now = self.faults.weather(link.user());
            link.weather.send_modify(|weather| *weather = Weather { cut: weather.cut, ..now });
        }
    }
}
