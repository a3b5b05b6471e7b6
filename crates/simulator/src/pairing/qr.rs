//! The text of a QR code: `ref,noise key,identity key,secret[,type]`, for newer clients behind a web address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

/// Why a scan led to nothing.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum QrError {
    /// The text has too few fields.
    #[error("`qr` is no WhatsApp QR code: it needs a reference and three keys, separated by commas")]
    Fields,
    /// A field is no key.
    #[error("the {0} in `qr` is not 32 bytes in base64")]
    Key(&'static str),
    /// Nobody shows this code any more.
    #[error("this QR code has expired: no connected client shows it")]
    Expired,
    /// The keys are not those of the client that got the reference.
    #[error("this QR code names other keys than the client that shows it")]
    OtherKeys,
}

/// What a phone's camera saw.
#[derive(Debug, PartialEq, Eq)]
pub struct ScannedQr {
    /// One of the six that the client got.
    pub reference: String,
    /// The client's static Noise key.
    pub noise_key: [u8; 32],
    /// The client's identity key.
    pub identity: [u8; 32],
    /// Known to nobody but who sees the code.
    pub secret: [u8; 32],
}

impl ScannedQr {
    /// Reads the text of a code.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let text = text.rsplit_once('#').map_or(text, |(_, fields)| fields);
        let fields: Vec<&str> = text.trim().split(',').collect();
        let [reference, noise_key, identity, secret, ..] = fields.as_slice() else { return Err(QrError::Fields) };
        Ok(Self {
            reference: (*reference).to_owned(),
            noise_key: key(noise_key, "noise key")?,
            identity: key(identity, "identity key")?,
            secret: key(secret, "secret")?,
        })
    }
}

fn key(field: &str, name: &'static str) -> Result<[u8; 32], QrError> {
    STANDARD.decode(field).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(QrError::Key(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_of_all_clients_are_read_and_wrong_ones_named() {
        let [a, b, c] = [1, 2, 3].map(|byte| STANDARD.encode([byte; 32]));
        let old = ScannedQr::parse(&format!("2@REF,{a},{b},{c}")).unwrap();
        assert_eq!((old.reference.as_str(), old.secret), ("2@REF", [3; 32]));
        let new = ScannedQr::parse(&format!("https://wa.me/settings/linked_devices#2@REF,{a},{b},{c},9")).unwrap();
        assert_eq!(old, new);
        assert_eq!(ScannedQr::parse("hello"), Err(QrError::Fields));
        assert_eq!(ScannedQr::parse(&format!("r,{a},abc,{c}")), Err(QrError::Key("identity key")));
    }
}
