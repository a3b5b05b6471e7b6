//! HOST and PORT: where the server listens.

use super::{ConfigError, source::Sources};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) fn read(sources: &Sources) -> Result<SocketAddr, ConfigError> {
    let host = sources.get_or_default("HOST").parse(host, "an IP address such as 127.0.0.1 or 0.0.0.0")?;
    let port = sources.get_or_default("PORT").parse(|text| text.parse::<u16>().ok(), "a port from 0 to 65535")?;
    Ok(SocketAddr::new(host, port))
}

fn host(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") { Some(Ipv4Addr::LOCALHOST.into()) } else { text.parse().ok() }
}
