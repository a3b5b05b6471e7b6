//! A linked device as the server knows it: its keys, its queue, its connection.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use wacore_binary::Node;

use super::{LinkId, Queue};
use crate::signal::{Bundle, SignedKey};

/// What pairing knows of a device.
pub struct NewDevice {
    /// Its static Noise key: a login with another one is refused.
    pub noise_key: [u8; 32],
    /// Its registration id.
    pub registration: u32,
    /// Its identity key.
    pub identity: [u8; 32],
    /// Its signed pre-key.
    pub signed: SignedKey,
    /// Its place in the account's list of devices.
    pub key_index: u32,
    /// `ADVSignedDeviceIdentity` without the account's key, as it signed it.
    pub signed_identity: Vec<u8>,
}

/// A linked device, from the moment it has signed its identity until it is logged out.
pub struct Device {
    /// Its keys.
    pub keys: NewDevice,
    /// One-time keys that nobody has fetched yet.
    pub one_time: VecDeque<(u32, [u8; 32])>,
    /// What it has not confirmed yet.
    pub queue: Queue,
    /// Its connection, once logged in.
    pub link: Option<LinkId>,
    /// Whether it has got its offline queue and takes new stanzas as they come.
    pub ready: bool,
    /// Whether key share, history and name have been put into its queue.
    pub greeted: bool,
    /// Whether it logs in passively (Baileys): such a client asks for one batch of the queue only.
    pub passive: bool,
    /// When its last frame came.
    pub last_frame: Option<SystemTime>,
    /// A message held back by the fault `reorder`.
    pub held: Option<Arc<Node>>,
}

impl Device {
    /// A device that has just been paired.
    pub fn new(keys: NewDevice) -> Self {
        Self {
            keys,
            one_time: VecDeque::new(),
            queue: Queue::default(),
            link: None,
            ready: false,
            greeted: false,
            passive: false,
            last_frame: None,
            held: None,
        }
    }

    /// A bundle for somebody who writes to it; takes the one-time key away.
    pub fn bundle(&mut self) -> Bundle {
        Bundle {
            registration: self.keys.registration,
            identity: self.keys.identity,
            signed: self.keys.signed.clone(),
            one_time: self.one_time.pop_front(),
        }
    }
}
