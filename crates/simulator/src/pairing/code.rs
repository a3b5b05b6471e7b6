//! Linking by code: the client shows eight characters, a person types them on the phone, and both derive the secret
//! that a QR code would have told.

use wacore::crypto::hkdf_sha256;
use wacore::pair_code::PairCodeUtils;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use wacore_libsignal::crypto::aes_256_gcm_decrypt;
use wacore_libsignal::protocol::{KeyPair, PublicKey};

use crate::wire::certificate::raw_public;
use crate::wire::stanza::{self, SERVER, child, children, jid, leaf, text};
use crate::world::{LinkId, LinkState, UserId, World};

/// The tag of all stanzas about it.
pub(super) const REQUEST: &str = "link_code_companion_reg";
const REFERENCE: &str = "link_code_pairing_ref";
const BUNDLE_KEY: &[u8] = b"link_code_pairing_key_bundle_encryption_key";
const SECRET: &[u8] = b"adv_secret";

/// How far linking by code is on a connection.
pub struct CodeLink {
    /// The phone whose number the client named.
    pub user: UserId,
    reference: String,
    /// What comes next.
    pub step: CodeStep,
}

/// The steps after the client's hello.
pub enum CodeStep {
    /// The person has to type the code; here is the client's key, wrapped by it.
    Shown(Vec<u8>),
    /// The code was typed; the client has to answer.
    Typed(Box<TypedCode>),
}

/// What the phone makes of a typed code.
pub struct TypedCode {
    companion: PublicKey,
    own: KeyPair,
    wrapped: Vec<u8>,
}

impl TypedCode {
    /// Unwraps the client's key and wraps a new one of the phone. Slow: a password hash, twice. None for what is no code.
    pub fn new(wrapped_companion: &[u8], code: &str) -> Option<Self> {
        let code = code.replace('-', "").to_ascii_uppercase();
        if !PairCodeUtils::validate_code(&code) {
            return None;
        }
        let companion = PairCodeUtils::decrypt_primary_ephemeral_pub(wrapped_companion, &code).ok()?;
        let companion = PublicKey::from_djb_public_key_bytes(&companion).ok()?;
        let own = KeyPair::generate(&mut rand::make_rng::<rand::rngs::StdRng>());
        let wrapped = PairCodeUtils::encrypt_ephemeral_pub(&raw_public(&own), &code).to_vec();
        Some(Self { companion, own, wrapped })
    }

    /// Opens the client's bundle and derives the secret. None when the code was mistyped.
    fn secret(&self, world: &World, user: UserId, bundle: &[u8], identity: &[u8; 32]) -> Option<[u8; 32]> {
        let shared = self.own.calculate_agreement(&self.companion).ok()?;
        let (salt, rest) = bundle.split_at_checked(32)?;
        let (iv, sealed) = rest.split_at_checked(12)?;
        let key: [u8; 32] = hkdf_sha256(&shared, 32, Some(salt), BUNDLE_KEY).ok()?.try_into().ok()?;
        let mut plain = Vec::new();
        aes_256_gcm_decrypt(&key, iv.try_into().ok()?, b"", sealed, &mut plain).ok()?;
        let random = plain.strip_prefix(identity)?.get(32..64)?;
        let phone = world.phones.get(&user)?.signal.identity();
        let identities =
            phone.private_key().calculate_agreement(&PublicKey::from_djb_public_key_bytes(identity).ok()?).ok()?;
        let material = [&shared[..], &identities, random].concat();
        hkdf_sha256(&material, 32, None, SECRET).ok()?.try_into().ok()
    }
}

impl World {
    /// A client's side of linking by code.
    pub(super) fn handle_code(&mut self, id: LinkId, request: &Node) {
        let Some(step) = request.get_optional_child(REQUEST) else { return };
        match text(step, "stage").as_deref() {
            Some("companion_hello") => self.companion_hello(id, request, step),
            Some("companion_finish") => self.companion_finish(id, request, step),
            _ => {
                self.record_unknown(id, request, "no such stage of linking by code");
                self.reply(id, request, Ok(Vec::new()));
            }
        }
    }

    fn companion_hello(&mut self, id: LinkId, request: &Node, step: &Node) {
        let user = jid(step, "jid").and_then(|jid| self.resolve(&jid)).map(|at| at.user);
        let wrapped = child(step, "link_code_pairing_wrapped_companion_ephemeral_pub").map(<[u8]>::to_vec);
        let (Some(user), Some(wrapped)) = (user, wrapped) else {
            self.record_unknown(id, request, "a pairing code for nobody, or without a key");
            return self.reply(id, request, Err(400));
        };
        let reference = self.random_id("3@", 16);
        let answer = NodeBuilder::new(REQUEST)
            .attr("stage", "companion_hello")
            .children([leaf(REFERENCE, reference.as_bytes())])
            .build();
        if let Some(link) = self.links.get_mut(&id) {
            link.code = Some(CodeLink { user, reference, step: CodeStep::Shown(wrapped) });
        }
        self.reply(id, request, Ok(vec![answer]));
    }

    /// The key of the client that waits for a code to be typed on this phone, wrapped by that code.
    pub fn companion_of(&self, user: UserId) -> Option<Vec<u8>> {
        self.links.values().filter_map(|link| link.code.as_ref()).find(|code| code.user == user).and_then(|code| {
            match &code.step {
                CodeStep::Shown(wrapped) => Some(wrapped.clone()),
                CodeStep::Typed(_) => None,
            }
        })
    }

    /// The phone answers the client; false when that one has gone.
    pub fn send_primary_hello(&mut self, user: UserId, typed: TypedCode) -> bool {
        let Some(identity) = self.phones.get(&user).map(|phone| phone.signal.identity_public()) else { return false };
        let notification_id = self.random_id("", 10);
        let waiting = self.links.iter_mut().find_map(|(id, link)| {
            let code = link.code.as_mut().filter(|code| code.user == user)?;
            Some((*id, code))
        });
        let Some((id, code)) = waiting else { return false };
        let hello = NodeBuilder::new(REQUEST)
            .attr("stage", "primary_hello")
            .children([
                leaf("link_code_pairing_wrapped_primary_ephemeral_pub", typed.wrapped.clone()),
                leaf("primary_identity_pub", identity),
                leaf(REFERENCE, code.reference.as_bytes()),
            ])
            .build();
        code.step = CodeStep::Typed(Box::new(typed));
        let notification = NodeBuilder::new("notification")
            .attr("from", SERVER)
            .attr("type", REQUEST)
            .attr("id", notification_id)
            .attr("t", stanza::now())
            .children([hello])
            .build();
        self.send(id, notification);
        true
    }

    fn companion_finish(&mut self, id: LinkId, request: &Node, step: &Node) {
        self.reply(id, request, Ok(Vec::new()));
        let code = self.links.get_mut(&id).and_then(|link| link.code.take());
        let Some(CodeLink { user, step: CodeStep::Typed(typed), .. }) = code else {
            return self.record_unknown(id, request, "the end of linking by a code that nobody has typed");
        };
        let bundle = child(step, "link_code_pairing_wrapped_key_bundle").unwrap_or_default();
        let identity = match self.links.get(&id).map(|link| &link.state) {
            Some(LinkState::Unlinked(registration)) => registration.identity,
            _ => return,
        };
        match typed.secret(self, user, bundle, &identity) {
            Some(secret) => drop(self.offer(user, id, &secret)),
            None => tracing::warn!(
                parts = children(step).len(),
                "a pairing code was mistyped: the two sides have other keys"
            ),
        }
    }
}
