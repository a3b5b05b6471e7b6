//! Linking: an unlinked client shows QR codes, a phone scans one, and both sign the new device's identity.

mod code;
mod identity;
mod qr;

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::buffa::Message as _;
use waproto::whatsapp::{ClientPairingProps, ClientPayload};

pub use code::{CodeLink, CodeStep, TypedCode};
pub use identity::{Offer, key_index_list, verify_device};
pub use qr::{QrError, ScannedQr};

use crate::signal::SignedKey;
use crate::wire::stanza::{self, leaf};
use crate::world::{Address, Device, Form, LinkId, LinkState, NewDevice, Registration, UserId, World};

/// How many QR codes a client gets to show, one after the other.
const REFS: usize = 6;

/// A pairing that was offered to a client and waits for its signature.
pub struct Pending {
    /// Whose device it becomes.
    pub at: Address,
    /// What the phone signed.
    pub offer: Offer,
}

impl World {
    /// Takes in an unlinked client: remembers its keys and sends the references for its QR codes.
    pub fn begin_pairing(&mut self, id: LinkId, noise_key: [u8; 32], payload: &ClientPayload) {
        let Some(registration) = read_registration(noise_key, payload) else {
            tracing::warn!("an unlinked client's registration is incomplete");
            return self.end(id, crate::login::failure(400));
        };
        if let Some(link) = self.links.get_mut(&id) {
            link.state = LinkState::Unlinked(Box::new(registration));
        }
        let refs: Vec<String> = (0..REFS).map(|_| self.random_id("2@", 24)).collect();
        for reference in &refs {
            self.refs.insert(reference.clone(), id);
        }
        let children = refs.into_iter().map(|reference| leaf("ref", reference));
        let request = NodeBuilder::new("pair-device").children(children).build();
        let iq_id = self.random_id("", 8);
        self.send(id, server_request(&iq_id, request));
    }

    /// A phone scans a QR code: the client behind it is offered to become the phone's next device.
    ///
    /// # Errors
    /// When the code is none, has expired, or belongs to other keys than its connection's.
    pub fn scan(&mut self, user: UserId, qr: &str) -> Result<(), QrError> {
        let scanned = ScannedQr::parse(qr)?;
        let id = *self.refs.get(&scanned.reference).ok_or(QrError::Expired)?;
        let Some(LinkState::Unlinked(registration)) = self.links.get(&id).map(|link| &link.state) else {
            return Err(QrError::Expired);
        };
        if registration.noise_key != scanned.noise_key || registration.identity != scanned.identity {
            return Err(QrError::OtherKeys);
        }
        self.offer(user, id, &scanned.secret)
    }

    fn offer(&mut self, user: UserId, id: LinkId, secret: &[u8; 32]) -> Result<(), QrError> {
        let identity = match self.links.get(&id).map(|link| &link.state) {
            Some(LinkState::Unlinked(registration)) => registration.identity,
            _ => return Err(QrError::Expired),
        };
        let rng = &mut self.rng;
        let phone = self.phones.get_mut(&user).ok_or(QrError::Expired)?;
        let at = Address { user, device: phone.next_device };
        phone.next_device += 1;
        let offer = Offer::sign(phone, &identity, u32::from(at.device), stanza::now(), rng);
        let success = pair_success(phone, at.device, offer.container(secret));
        let iq_id = self.random_id("", 8);
        self.send(id, server_request(&iq_id, success));
        if let Some(link) = self.links.get_mut(&id) {
            link.pairing = Some(Pending { at, offer });
        }
        Ok(())
    }

    /// What an unlinked client may say: results of our requests, pings, and its signed identity.
    pub fn handle_unlinked(&mut self, id: LinkId, node: &Node) {
        if let Some(sign) = node.get_optional_child("pair-device-sign") {
            return self.complete_pairing(id, sign);
        }
        let kind = stanza::text(node, "type").unwrap_or_default();
        match (node.tag.as_ref(), kind.as_str()) {
            ("iq", "result") => {}
            ("iq", "error") => self.record_unknown(id, node, "the client refused the pairing"),
            ("iq", "get" | "set") if node.get_optional_child(code::REQUEST).is_some() => self.handle_code(id, node),
            ("iq", "get" | "set") => self.handle_iq(id, node),
            ("ib" | "ack" | "presence", _) => {}
            _ => self.record_unknown(id, node, "no stanza for an unlinked client"),
        }
    }

    fn complete_pairing(&mut self, id: LinkId, sign: &Node) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let (Some(pending), LinkState::Unlinked(registration)) = (link.pairing.take(), &link.state) else {
            return self.record_unknown(id, sign, "a signature without an offer");
        };
        let registration = registration.as_ref().clone();
        let signed = stanza::child(sign, "device-identity").unwrap_or_default();
        let Some(signed_identity) = verify_device(signed, &pending.offer, &registration.identity) else {
            return self.record_unknown(id, sign, "the device's signature is wrong");
        };
        let Pending { at, offer } = pending;
        let Registration { noise_key, registration, identity, signed } = registration;
        let keys = NewDevice { noise_key, registration, identity, signed, key_index: offer.key_index, signed_identity };
        if let Some(phone) = self.phones.get_mut(&at.user) {
            phone.devices.insert(at.device, Device::new(keys));
            tracing::info!(device = at.device, "a device has been linked");
        }
        self.end(id, NodeBuilder::new("stream:error").attr("code", "515").build());
    }
}

fn read_registration(noise_key: [u8; 32], payload: &ClientPayload) -> Option<Registration> {
    let data = payload.device_pairing_data.as_option()?;
    let number = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|b| b.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)));
    Some(Registration {
        noise_key,
        registration: number(&data.e_regid)?,
        identity: data.e_ident.as_deref()?.try_into().ok()?,
        signed: SignedKey {
            id: number(&data.e_skey_id)?,
            public: data.e_skey_val.as_deref()?.try_into().ok()?,
            signature: data.e_skey_sig.clone()?,
        },
    })
}

fn server_request(id: &str, child: Node) -> Node {
    NodeBuilder::new("iq")
        .attr("from", stanza::SERVER)
        .attr("type", "set")
        .attr("id", id)
        .attr("t", stanza::now())
        .attr("xmlns", "md")
        .children([child])
        .build()
}

/// The account's mode of addressing follows its phone: hidden ids or numbers.
fn pair_success(phone: &crate::world::Phone, device: u16, container: Vec<u8>) -> Node {
    let by_lid = phone.options.form == Form::Lid;
    let props = ClientPairingProps {
        is_chat_db_lid_migrated: Some(by_lid),
        is_syncd_pure_lid_session: Some(by_lid),
        ..Default::default()
    };
    NodeBuilder::new("pair-success")
        .children([
            leaf("device-identity", container),
            NodeBuilder::new("platform").attr("name", "android").build(),
            NodeBuilder::new("device")
                .attr("jid", phone.jid(Form::Phone).with_device(device))
                .attr("lid", phone.jid(Form::Lid).with_device(device))
                .build(),
            leaf("client-props", props.encode_to_vec()),
        ])
        .build()
}

impl World {
    /// A random id of capital hexadecimal digits behind a prefix.
    pub fn random_id(&mut self, prefix: &str, digits: usize) -> String {
        let mut id = String::from(prefix);
        for _ in 0..digits {
            let digit = rand::RngExt::random_range(&mut self.rng, 0..16);
            id.push(char::from_digit(digit, 16).expect("below 16").to_ascii_uppercase());
        }
        id
    }
}
