//! WHATSAPP_WEB_URL and WHATSAPP_WEB_VERSION: what the linked device connects to, and as what.

use super::{ConfigError, source::Sources};
use http::Uri;
use std::net::IpAddr;

/// What the linked device connects to, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsAppWeb {
    /// A simulator on loopback. None: WhatsApp's own servers.
    pub url: Option<String>,
    /// The client version told to WhatsApp. None: asked for.
    pub version: Option<(u32, u32, u32)>,
}

impl WhatsAppWeb {
    /// `simulator`: whether this is a build that may link to a simulator.
    pub(super) fn read(sources: &Sources, simulator: bool) -> Result<Self, ConfigError> {
        let url = match sources.get("WHATSAPP_WEB_URL") {
            None => None,
            Some(given) if !simulator => {
                return Err(
                    given.bad("only a development build (cargo feature `simulator`) connects anywhere but to WhatsApp")
                );
            }
            Some(given) => Some(given.parse(loopback, "a loopback address such as ws://127.0.0.1:7000/ws/chat")?),
        };
        let version = match sources.get_or_default("WHATSAPP_WEB_VERSION") {
            given if given.text == "auto" => None,
            given => Some(given.parse(version, "auto or a version such as 2.3000.1")?),
        };
        Ok(Self { url, version })
    }
}

/// The same rule as the linked device's own, so that the line that stops the start names the setting.
fn loopback(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (here && uri.scheme_str() == Some("ws")).then(|| text.to_owned())
}

fn version(text: &str) -> Option<(u32, u32, u32)> {
    let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    match parts?[..] {
        [major, minor, patch] => Some((major, minor, patch)),
        _ => None,
    }
}
