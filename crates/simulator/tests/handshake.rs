//! The three handshakes, played from the client's side by the primitives of the client library.
#![allow(clippy::unwrap_used)]

use rand::rngs::StdRng;
use simulator::wire::certificate::{ServerIdentity, raw_public};
use simulator::wire::noise::{Answer, Client, answer};
use wacore_binary::consts::{NOISE_PATTERN_IK, NOISE_PATTERN_XX, NOISE_PATTERN_XXFALLBACK};
use wacore_libsignal::protocol::{KeyPair, PublicKey};
use wacore_noise::{HandshakeUtils, NoiseCipher, NoiseHandshake};
use waproto::buffa::Message as _;
use waproto::whatsapp::cert_chain::noise_certificate::Details;
use waproto::whatsapp::{CertChain, ClientPayload};

const INTRO: [u8; 4] = *b"WA\x06\x03";
const NOW: u64 = 1_800_000_000;

struct Keys {
    server: ServerIdentity,
    own: KeyPair,
    ephemeral: KeyPair,
    rng: StdRng,
}

fn keys() -> Keys {
    let mut rng: StdRng = rand::make_rng();
    Keys {
        server: ServerIdentity::generate(NOW, &mut rng),
        own: KeyPair::generate(&mut rng),
        ephemeral: KeyPair::generate(&mut rng),
        rng,
    }
}

fn mix(noise: &mut NoiseHandshake, own: &KeyPair, theirs: &[u8]) {
    noise.mix_shared_secret(own.private_key.serialize(), theirs).unwrap();
}

fn payload() -> Vec<u8> {
    ClientPayload { username: Some(4_915_550_000_001), device: Some(3), ..Default::default() }.encode_to_vec()
}

/// The client's half of XX, from the server's hello on; returns the finish, its ciphers, and the server's static key.
fn finish_xx(pattern: &str, keys: &Keys, hello: &[u8]) -> (Vec<u8>, (NoiseCipher, NoiseCipher), Vec<u8>) {
    let mut noise = NoiseHandshake::new(pattern, &INTRO).unwrap();
    noise.authenticate(&raw_public(&keys.ephemeral));
    let (server_ephemeral, static_key, chain) = HandshakeUtils::parse_server_hello(hello).unwrap();
    noise.authenticate(&server_ephemeral);
    mix(&mut noise, &keys.ephemeral, &server_ephemeral);
    let static_key = noise.decrypt(&static_key).unwrap();
    mix(&mut noise, &keys.ephemeral, &static_key);
    check_chain(&noise.decrypt(&chain).unwrap(), &keys.server.root, &static_key);
    let own = noise.encrypt(&raw_public(&keys.own)).unwrap();
    mix(&mut noise, &keys.own, &server_ephemeral);
    let payload = noise.encrypt(&payload()).unwrap();
    let finish = HandshakeUtils::build_client_finish(own, payload).encode_to_vec();
    (finish, noise.finish().unwrap(), static_key)
}

/// Everything that any of the clients checks.
fn check_chain(chain: &[u8], root: &[u8; 32], static_key: &[u8]) {
    let chain = CertChain::decode_from_slice(chain).unwrap();
    let (leaf, intermediate) = (chain.leaf.into_option().unwrap(), chain.intermediate.into_option().unwrap());
    let details = |bytes: &Option<Vec<u8>>| Details::decode_from_slice(bytes.as_deref().unwrap()).unwrap();
    let (leaf_details, its) = (details(&leaf.details), details(&intermediate.details));
    let signed = |key: &[u8], details: &Option<Vec<u8>>, signature: &Option<Vec<u8>>| {
        let key = PublicKey::from_djb_public_key_bytes(key).unwrap();
        key.verify_signature(details.as_deref().unwrap(), signature.as_deref().unwrap())
    };
    assert!(signed(root, &intermediate.details, &intermediate.signature));
    assert!(signed(its.key.as_deref().unwrap(), &leaf.details, &leaf.signature));
    assert_eq!((its.issuer_serial, leaf_details.issuer_serial), (Some(0), its.serial));
    assert_eq!(leaf_details.key.as_deref(), Some(static_key));
    assert!(leaf_details.not_before.unwrap() < NOW && leaf_details.not_after.unwrap() > NOW);
}

fn check_client(client: &Client, keys: &Keys, ciphers: &(NoiseCipher, NoiseCipher)) {
    assert_eq!(client.static_key, raw_public(&keys.own));
    assert_eq!((client.payload.username, client.payload.device), (Some(4_915_550_000_001), Some(3)));
    let mut up = ciphers.0.encrypt_with_counter(0, b"to the server").unwrap();
    client.read.decrypt_in_place_with_counter(0, &mut up).unwrap();
    let mut down = client.write.encrypt_with_counter(0, b"to the client").unwrap();
    ciphers.1.decrypt_in_place_with_counter(0, &mut down).unwrap();
    assert_eq!((up.as_slice(), down.as_slice()), (b"to the server".as_slice(), b"to the client".as_slice()));
}

#[test]
fn xx_ends_with_the_same_keys_and_a_chain_that_holds() {
    let mut keys = keys();
    let hello = HandshakeUtils::build_client_hello(&raw_public(&keys.ephemeral)).encode_to_vec();
    let answered = answer(&hello, INTRO, &keys.server, &mut keys.rng).unwrap();
    let Answer::AwaitFinish(reply, rest) = answered else { panic!("XX needs a finish") };
    let (finish, ciphers, static_key) = finish_xx(NOISE_PATTERN_XX, &keys, &reply);
    assert_eq!(static_key, raw_public(&keys.server.static_key));
    check_client(&rest.finish(&finish).unwrap(), &keys, &ciphers);
}

/// The hello of IK for a server with that static key, and the handshake after it.
fn hello_ik(keys: &Keys, server: &[u8; 32]) -> (Vec<u8>, NoiseHandshake) {
    let mut noise = NoiseHandshake::new(NOISE_PATTERN_IK, &INTRO).unwrap();
    noise.authenticate(server);
    noise.authenticate(&raw_public(&keys.ephemeral));
    mix(&mut noise, &keys.ephemeral, server);
    let own = noise.encrypt(&raw_public(&keys.own)).unwrap();
    mix(&mut noise, &keys.own, server);
    let payload = noise.encrypt(&payload()).unwrap();
    let hello = HandshakeUtils::build_ik_client_hello(&raw_public(&keys.ephemeral), own, payload);
    (hello.encode_to_vec(), noise)
}

#[test]
fn ik_needs_one_round_trip() {
    let mut keys = keys();
    let (hello, mut noise) = hello_ik(&keys, &raw_public(&keys.server.static_key));
    let Answer::Done(reply, client) = answer(&hello, INTRO, &keys.server, &mut keys.rng).unwrap() else {
        panic!("IK is through after the reply")
    };
    let hello = HandshakeUtils::parse_server_hello_body(&reply).unwrap();
    assert!(hello.r#static.is_none());
    let ephemeral = hello.ephemeral.unwrap();
    noise.authenticate(&ephemeral);
    mix(&mut noise, &keys.ephemeral, &ephemeral);
    mix(&mut noise, &keys.own, &ephemeral);
    noise.decrypt(&hello.payload.unwrap()).unwrap();
    check_client(&client, &keys, &noise.finish().unwrap());
}

#[test]
fn an_ik_hello_for_an_old_key_falls_back_and_teaches_the_new_one() {
    let mut keys = keys();
    let old = raw_public(&KeyPair::generate(&mut keys.rng));
    let (hello, _) = hello_ik(&keys, &old);
    let Answer::AwaitFinish(reply, rest) = answer(&hello, INTRO, &keys.server, &mut keys.rng).unwrap() else {
        panic!("the fallback needs a finish")
    };
    let (finish, ciphers, static_key) = finish_xx(NOISE_PATTERN_XXFALLBACK, &keys, &reply);
    assert_eq!(static_key, raw_public(&keys.server.static_key));
    check_client(&rest.finish(&finish).unwrap(), &keys, &ciphers);
}

#[test]
fn nonsense_is_an_error_and_no_panic() {
    let mut keys = keys();
    for frame in [&b""[..], b"\xff\xff\xff", b"\x12\x02\x0a\x00", &[0; 300]] {
        assert!(answer(frame, INTRO, &keys.server, &mut keys.rng).is_err(), "{frame:02x?}");
    }
}
