//! What an operator can set. Flags go over environment over `switchboard.toml`; a bad value stops the start with one line
//! that names it.
//!
//! To add a setting: (1) a line in `setting.rs`, (2) a field in the file of its concern, read there.

mod error;
mod listen;
mod log;
mod origins;
mod setting;
mod sockets;
mod source;
mod storage;
mod tokens;
pub mod value;
mod whatsapp;

pub use error::{ConfigError, Source};
pub use log::{Log, LogFormat};
pub use origins::Origins;
pub use setting::{SETTINGS, Setting};
pub use sockets::Sockets;
pub use source::{Sources, parse_file};
pub use storage::Storage;
pub use tokens::{MIN_SECRET, Secret, Tokens};
pub use whatsapp::WhatsAppWeb;

use std::{net::SocketAddr, time::Duration};

/// All settings, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Whose pages may use it.
    pub origins: Origins,
    /// Which tokens are taken.
    pub tokens: Tokens,
    /// Whether anybody may register.
    pub open_registration: bool,
    /// Where things are kept.
    pub storage: Storage,
    /// What the linked device connects to.
    pub whatsapp_web: WhatsAppWeb,
    /// How long a message may wait to be sent.
    pub send_max_age: Duration,
    /// The heartbeat and the limits of a socket.
    pub sockets: Sockets,
    /// How and what is logged.
    pub log: Log,
}

impl Config {
    /// Checks what was given.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn from_sources(sources: &Sources) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: listen::read(sources)?,
            origins: Origins::read(sources)?,
            tokens: Tokens::read(sources)?,
            open_registration: tokens::truth(sources, "OPEN_REGISTRATION")?,
            storage: Storage::read(sources)?,
            whatsapp_web: WhatsAppWeb::read(sources, cfg!(feature = "simulator"))?,
            send_max_age: sockets::send_max_age(sources)?,
            sockets: Sockets::read(sources)?,
            log: Log::read(sources)?,
        })
    }
}

#[cfg(test)]
mod tests;
