//! Everything there is: phones, their linked devices, the connections, the faults. One lock guards it all, so what
//! happens has one order; nothing in here waits.

mod address;
mod device;
mod faults;
mod links;
mod phone;
mod queue;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use rand::rngs::StdRng;
use serde::Serialize;
use wacore_binary::{Jid, Node};

pub use address::{Address, Form, UserId};
pub use device::{Device, NewDevice};
pub use faults::{Fault, FaultKind, Faults, NewFault};
pub use links::{Link, LinkId, LinkState, Out, Registration, Weather};
pub use phone::{Event, Phone, PhoneOptions, Received, Sent};
pub use queue::{Class, Entry, Queue};

use crate::wire::certificate::ServerIdentity;
use crate::wire::stanza;

/// The first LID; each phone gets the next one. No number of a phone is as long.
const FIRST_LID: u64 = 181_000_000_000_001;

/// A request that the simulator does not know. It fails the test that caused it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unknown {
    /// The phone whose linked device asked, null before a login.
    pub phone: Option<String>,
    /// `iq`, or the stanza's own tag.
    pub tag: String,
    /// `get`, `set`, or whatever the stanza's type is.
    pub r#type: Option<String>,
    /// The namespace of an `iq`.
    pub xmlns: Option<String>,
    /// The tag of the first child.
    pub child: Option<String>,
    /// What was not understood.
    pub why: String,
}

/// The world; see [`Shared`] for how others hold it.
pub struct World {
    /// The server's key and certificates.
    pub server: Arc<ServerIdentity>,
    /// All phones.
    pub phones: BTreeMap<UserId, Phone>,
    /// All open connections.
    pub links: HashMap<LinkId, Link>,
    /// QR references that were handed out, and to which connection.
    pub refs: HashMap<String, LinkId>,
    /// Where a linked device sent which message: the address that receipts about it come from.
    pub outgoing: HashMap<(UserId, String), Jid>,
    /// What goes wrong at present.
    pub faults: Faults,
    /// What clients asked that nobody here knows.
    pub unknown: Vec<Unknown>,
    /// Keys, ids, pads.
    pub rng: StdRng,
    numbers: HashMap<String, UserId>,
    lids: HashMap<String, UserId>,
    next_user: u32,
    next_link: u64,
    me: Weak<Mutex<World>>,
}

/// How the world is shared between connections and the control API.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<World>>);

impl Shared {
    /// An empty world with a new server identity.
    pub fn new() -> Self {
        let mut rng: StdRng = rand::make_rng();
        let server = Arc::new(ServerIdentity::generate(stanza::now(), &mut rng));
        Self(Arc::new_cyclic(|me| Mutex::new(World::new(server, rng, me.clone()))))
    }

    /// The world, locked. Never held across an await.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    fn new(server: Arc<ServerIdentity>, rng: StdRng, me: Weak<Mutex<World>>) -> Self {
        Self {
            server,
            phones: BTreeMap::new(),
            links: HashMap::new(),
            refs: HashMap::new(),
            outgoing: HashMap::new(),
            faults: Faults::default(),
            unknown: Vec::new(),
            rng,
            numbers: HashMap::new(),
            lids: HashMap::new(),
            next_user: 1,
            next_link: 1,
            me,
        }
    }

    /// Forgets phones, devices, faults and unknown requests, and cuts every connection. The server's keys stay.
    pub fn reset(&mut self) {
        for link in self.links.values() {
            link.cut();
        }
        self.phones.clear();
        self.numbers.clear();
        self.lids.clear();
        self.refs.clear();
        self.outgoing.clear();
        self.faults = Faults::default();
        self.unknown.clear();
        self.weather_changed();
    }

    /// Makes a phone; none when the number is taken.
    pub fn add_phone(&mut self, number: &str, options: PhoneOptions) -> Option<UserId> {
        if self.numbers.contains_key(number) {
            return None;
        }
        let id = UserId(self.next_user);
        self.next_user += 1;
        let lid = (FIRST_LID + u64::from(id.0)).to_string();
        self.numbers.insert(number.to_owned(), id);
        self.lids.insert(lid.clone(), id);
        let phone = Phone::new(id, number.to_owned(), lid, options, &mut self.rng);
        self.phones.insert(id, phone);
        Some(id)
    }

    /// The phone with these digits.
    pub fn by_number(&self, digits: &str) -> Option<UserId> {
        self.numbers.get(digits).copied()
    }

    /// The device that an address names, by phone number or LID. It need not exist beyond its phone.
    pub fn resolve(&self, jid: &Jid) -> Option<Address> {
        let directory = match Form::of(jid)? {
            Form::Phone => &self.numbers,
            Form::Lid => &self.lids,
        };
        Some(Address { user: *directory.get(jid.user.as_str())?, device: jid.device })
    }

    /// How that device is called in that form.
    pub fn jid(&self, at: Address, form: Form) -> Option<Jid> {
        Some(self.phones.get(&at.user)?.jid(form).with_device(at.device))
    }

    /// The linked device at that address.
    pub fn device(&mut self, at: Address) -> Option<&mut Device> {
        self.phones.get_mut(&at.user)?.devices.get_mut(&at.device)
    }

    /// Does something later, if the world still exists then.
    pub fn later(&self, after: Duration, act: impl FnOnce(&mut World) + Send + 'static) {
        let me = self.me.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(world) = me.upgrade() {
                act(&mut world.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
    }

    /// Lists a stanza that is not understood.
    pub fn record_unknown(&mut self, link: LinkId, node: &Node, why: &str) {
        let phone = self.online(link).and_then(|at| self.phones.get(&at.user)).map(Phone::e164);
        let child = stanza::children(node).first().map(|child| child.tag.to_string());
        let unknown = Unknown {
            phone,
            tag: node.tag.to_string(),
            r#type: stanza::text(node, "type"),
            xmlns: stanza::text(node, "xmlns"),
            child,
            why: why.to_owned(),
        };
        tracing::warn!(
            tag = unknown.tag,
            xmlns = unknown.xmlns,
            child = unknown.child,
            why,
            "a client asked for something unknown"
        );
        self.unknown.push(unknown);
    }
}
