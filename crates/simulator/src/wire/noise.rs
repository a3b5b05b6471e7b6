//! The server's side of the Noise handshake: XX, IK, and XXfallback for an IK hello made for another static key.

use rand::rngs::StdRng;
use thiserror::Error;
use wacore_binary::consts::{NOISE_PATTERN_IK, NOISE_PATTERN_XX, NOISE_PATTERN_XXFALLBACK};
use wacore_libsignal::protocol::KeyPair;
use wacore_noise::{HandshakeError, NoiseCipher, NoiseHandshake};
use waproto::buffa::{Message as _, MessageField};
use waproto::whatsapp::handshake_message::{ClientHello, ServerHello};
use waproto::whatsapp::{ClientPayload, HandshakeMessage};

use super::certificate::{ServerIdentity, raw_public};
use super::frame::Intro;

/// Why a handshake ended without a connection.
#[derive(Debug, Error)]
pub enum NoiseError {
    /// The frame is no `HandshakeMessage`, or the payload in it no `ClientPayload`.
    #[error("a handshake frame could not be read: {0}")]
    Unreadable(#[from] waproto::buffa::DecodeError),
    /// The message lacks this part.
    #[error("the handshake message has no {0}")]
    Missing(&'static str),
    /// A key has another length than 32 bytes, or something did not decrypt.
    #[error("the handshake failed: {0}")]
    Crypto(#[from] HandshakeError),
}

/// A client whose handshake is complete.
pub struct Client {
    /// The client's static key: who it is.
    pub static_key: [u8; 32],
    /// What it says of itself: the registration of a new device, or the login of a linked one.
    pub payload: ClientPayload,
    /// Client to server.
    pub read: NoiseCipher,
    /// Server to client.
    pub write: NoiseCipher,
}

/// What follows the client's hello.
pub enum Answer {
    /// IK: after this reply both sides are through.
    Done(Vec<u8>, Box<Client>),
    /// XX and XXfallback: the client's finish comes next.
    AwaitFinish(Vec<u8>, Box<AwaitFinish>),
}

/// Answers the client's hello.
///
/// # Errors
/// When the frame is no readable hello.
pub fn answer(frame: &[u8], intro: Intro, server: &ServerIdentity, rng: &mut StdRng) -> Result<Answer, NoiseError> {
    let message = HandshakeMessage::decode_from_slice(frame)?;
    let hello = message.client_hello.into_option().ok_or(NoiseError::Missing("client hello"))?;
    let ephemeral = hello.ephemeral.clone().ok_or(NoiseError::Missing("ephemeral key"))?;
    if hello.r#static.is_none() {
        return answer_xx(NOISE_PATTERN_XX, &ephemeral, intro, server, rng);
    }
    match answer_ik(&hello, &ephemeral, intro, server, rng) {
        // Made for a static key that is not ours: the client learns the right one by the fallback.
        Err(NoiseError::Crypto(_)) => answer_xx(NOISE_PATTERN_XXFALLBACK, &ephemeral, intro, server, rng),
        other => other,
    }
}

fn answer_ik(
    hello: &ClientHello,
    ephemeral: &[u8],
    intro: Intro,
    server: &ServerIdentity,
    rng: &mut StdRng,
) -> Result<Answer, NoiseError> {
    let mut noise = NoiseHandshake::new(NOISE_PATTERN_IK, &intro)?;
    noise.authenticate(&raw_public(&server.static_key));
    noise.authenticate(ephemeral);
    mix(&mut noise, &server.static_key, ephemeral)?;
    let client = noise.decrypt(hello.r#static.as_deref().ok_or(NoiseError::Missing("static key"))?)?;
    mix(&mut noise, &server.static_key, &client)?;
    let payload = noise.decrypt(hello.payload.as_deref().ok_or(NoiseError::Missing("payload"))?)?;
    let own = KeyPair::generate(rng);
    noise.authenticate(&raw_public(&own));
    mix(&mut noise, &own, ephemeral)?;
    mix(&mut noise, &own, &client)?;
    let sealed = noise.encrypt(&server.chain)?;
    let reply = server_hello(&own, None, sealed);
    Ok(Answer::Done(reply, Box::new(finished(noise, &client, &payload)?)))
}

fn answer_xx(
    pattern: &str,
    ephemeral: &[u8],
    intro: Intro,
    server: &ServerIdentity,
    rng: &mut StdRng,
) -> Result<Answer, NoiseError> {
    let mut noise = NoiseHandshake::new(pattern, &intro)?;
    noise.authenticate(ephemeral);
    let own = KeyPair::generate(rng);
    noise.authenticate(&raw_public(&own));
    mix(&mut noise, &own, ephemeral)?;
    let static_key = noise.encrypt(&raw_public(&server.static_key))?;
    mix(&mut noise, &server.static_key, ephemeral)?;
    let chain = noise.encrypt(&server.chain)?;
    let reply = server_hello(&own, Some(static_key), chain);
    Ok(Answer::AwaitFinish(reply, Box::new(AwaitFinish { noise, ephemeral: own })))
}

/// A handshake that waits for the client's finish.
pub struct AwaitFinish {
    noise: NoiseHandshake,
    ephemeral: KeyPair,
}

impl AwaitFinish {
    /// Reads the finish.
    ///
    /// # Errors
    /// When the frame is no finish, or was made for other keys.
    pub fn finish(mut self, frame: &[u8]) -> Result<Client, NoiseError> {
        let message = HandshakeMessage::decode_from_slice(frame)?;
        let finish = message.client_finish.into_option().ok_or(NoiseError::Missing("client finish"))?;
        let client = self.noise.decrypt(&finish.r#static.ok_or(NoiseError::Missing("static key"))?)?;
        mix(&mut self.noise, &self.ephemeral, &client)?;
        let payload = self.noise.decrypt(&finish.payload.ok_or(NoiseError::Missing("payload"))?)?;
        finished(self.noise, &client, &payload)
    }
}

fn mix(noise: &mut NoiseHandshake, own: &KeyPair, theirs: &[u8]) -> Result<(), NoiseError> {
    Ok(noise.mix_shared_secret(own.private_key.serialize(), theirs)?)
}

fn finished(noise: NoiseHandshake, client: &[u8], payload: &[u8]) -> Result<Client, NoiseError> {
    let payload = ClientPayload::decode_from_slice(payload)?;
    let static_key = client.try_into().map_err(|_| NoiseError::Missing("static key of 32 bytes"))?;
    let (read, write) = noise.finish()?;
    Ok(Client { static_key, payload, read, write })
}

fn server_hello(own: &KeyPair, static_key: Option<Vec<u8>>, payload: Vec<u8>) -> Vec<u8> {
    let hello = ServerHello {
        ephemeral: Some(raw_public(own).to_vec()),
        r#static: static_key,
        payload: Some(payload),
        ..Default::default()
    };
    HandshakeMessage { server_hello: MessageField::some(hello), ..Default::default() }.encode_to_vec()
}
