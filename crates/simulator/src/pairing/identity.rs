//! What binds a device to an account: details signed by the phone, then by the device. Prefixes tell the signatures apart.

use rand::rngs::StdRng;
use wacore_libsignal::crypto::hmac_sha256;
use wacore_libsignal::protocol::PublicKey;
use waproto::buffa::Message as _;
use waproto::whatsapp::{
    ADVDeviceIdentity, ADVEncryptionType, ADVKeyIndexList, ADVSignedDeviceIdentity, ADVSignedDeviceIdentityHMAC,
    ADVSignedKeyIndexList,
};

use crate::world::Phone;

const ACCOUNT: [u8; 2] = [6, 0];
const DEVICE: [u8; 2] = [6, 1];
const KEY_INDEX: [u8; 2] = [6, 2];

/// An identity as the phone has signed it.
pub struct Offer {
    details: Vec<u8>,
    account_key: [u8; 32],
    account_signature: Vec<u8>,
    /// Its place in the account's list; rises with every link.
    pub key_index: u32,
}

impl Offer {
    /// The phone signs a device's identity key.
    pub fn sign(phone: &Phone, identity: &[u8; 32], key_index: u32, now: u64, rng: &mut StdRng) -> Self {
        let details = ADVDeviceIdentity {
            raw_id: Some(phone.raw_id),
            timestamp: Some(now),
            key_index: Some(key_index),
            account_type: Some(ADVEncryptionType::E2EE),
            device_type: Some(ADVEncryptionType::E2EE),
        }
        .encode_to_vec();
        let signed = [&ACCOUNT[..], &details, identity].concat();
        let account_signature = sign(phone, &signed, rng);
        Self { details, account_key: phone.signal.identity_public(), account_signature, key_index }
    }

    /// The offer under the secret that only the QR code told: `ADVSignedDeviceIdentityHMAC`.
    pub fn container(&self, secret: &[u8; 32]) -> Vec<u8> {
        let signed = ADVSignedDeviceIdentity {
            details: Some(self.details.clone()),
            account_signature_key: Some(self.account_key.to_vec()),
            account_signature: Some(self.account_signature.clone()),
            ..Default::default()
        }
        .encode_to_vec();
        let hmac = hmac_sha256(secret, &signed).to_vec();
        ADVSignedDeviceIdentityHMAC { details: Some(signed), hmac: Some(hmac), ..Default::default() }.encode_to_vec()
    }
}

/// Checks what the device sends back. Some clients leave the account's key out, so it is put back from the offer.
/// Returns the blob that others get as `<device-identity>`: without that key.
pub fn verify_device(blob: &[u8], offer: &Offer, identity: &[u8; 32]) -> Option<Vec<u8>> {
    let mut signed = ADVSignedDeviceIdentity::decode_from_slice(blob).ok()?;
    if signed.details.as_ref() != Some(&offer.details)
        || signed.account_signature.as_ref() != Some(&offer.account_signature)
    {
        return None;
    }
    let message = [&DEVICE[..], &offer.details, identity, &offer.account_key].concat();
    let key = PublicKey::from_djb_public_key_bytes(identity).ok()?;
    if !key.verify_signature(&message, signed.device_signature.as_deref()?) {
        return None;
    }
    signed.account_signature_key = None;
    Some(signed.encode_to_vec())
}

/// The phone's signed list of the devices that count: `ADVSignedKeyIndexList`.
pub fn key_index_list(phone: &Phone, now: u64, rng: &mut StdRng) -> Vec<u8> {
    let indexes: Vec<u32> =
        std::iter::once(0).chain(phone.devices.values().map(|device| device.keys.key_index)).collect();
    let details = ADVKeyIndexList {
        raw_id: Some(phone.raw_id),
        timestamp: Some(now),
        current_index: indexes.last().copied(),
        valid_indexes: indexes,
        account_type: Some(ADVEncryptionType::E2EE),
    }
    .encode_to_vec();
    let account_signature = sign(phone, &[&KEY_INDEX[..], &details].concat(), rng);
    ADVSignedKeyIndexList { details: Some(details), account_signature: Some(account_signature), ..Default::default() }
        .encode_to_vec()
}

fn sign(phone: &Phone, message: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let key = phone.signal.identity().private_key();
    key.calculate_signature(message, rng).expect("a freshly made key signs").to_vec()
}
