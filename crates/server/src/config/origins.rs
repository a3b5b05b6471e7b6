//! ALLOWED_ORIGINS: whose pages may use the server.

use super::{ConfigError, source::Sources};
use http::Uri;

/// The origins whose pages may connect. The server's own always may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    any: bool,
    listed: Vec<String>,
}

impl Origins {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let given = sources.get_or_default("ALLOWED_ORIGINS");
        let mut origins = Self { any: false, listed: Vec::new() };
        for part in given.text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match (part, normalise(part)) {
                ("*", _) => origins.any = true,
                (_, Some(origin)) => origins.listed.push(origin),
                (_, None) => {
                    return Err(given.bad(format!("{part:?} is not an origin such as https://erp.example.com")));
                }
            }
        }
        Ok(origins)
    }

    /// Whether a page of `origin` may use the server that it asked for as `host` (the `Host` header).
    ///
    /// The server's own origin is known by its host alone: behind a proxy that ends TLS the server can't know its scheme.
    #[must_use]
    pub fn admit(&self, origin: &str, host: Option<&str>) -> bool {
        if self.any {
            return true;
        }
        let Some(origin) = normalise(origin) else { return false };
        self.listed.contains(&origin) || host.is_some_and(|host| is_own(&origin, host))
    }
}

fn is_own(origin: &str, host: &str) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(scheme, authority)| without_default_port(scheme, &host.to_ascii_lowercase()) == authority)
}

/// `scheme://host[:port]` in lower case, without the scheme's default port and without a slash at the end.
fn normalise(origin: &str) -> Option<String> {
    let origin = origin.strip_suffix('/').unwrap_or(origin);
    let uri: Uri = origin.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let authority = uri.authority()?;
    let whole = origin.len() == scheme.len() + 3 + authority.as_str().len();
    if !whole || authority.as_str().contains(['@', '*']) {
        return None;
    }
    let authority = authority.as_str().to_ascii_lowercase();
    Some(format!("{scheme}://{}", without_default_port(&scheme, &authority)))
}

fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return authority,
    };
    authority.strip_suffix(port).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn origins(text: &str) -> Origins {
        let mut sources = Sources::default();
        sources.flags.insert("ALLOWED_ORIGINS", text.into());
        Origins::read(&sources).unwrap()
    }

    #[test]
    fn the_listed_ones_may_in_any_spelling() {
        let origins = origins("https://ERP.example.com/, http://localhost:3000");
        for origin in ["https://erp.example.com", "https://erp.example.com:443", "http://localhost:3000"] {
            assert!(origins.admit(origin, None), "{origin}");
        }
        for origin in
            ["http://erp.example.com", "https://erp.example.com.evil.test", "http://localhost:3001", "null", ""]
        {
            assert!(!origins.admit(origin, Some("switchboard.example.com")), "{origin}");
        }
    }

    #[test]
    fn its_own_may_always() {
        let origins = origins("https://erp.example.com");
        assert!(origins.admit("https://chat.example.com", Some("chat.example.com")));
        assert!(origins.admit("http://127.0.0.1:5000", Some("127.0.0.1:5000")));
        assert!(!origins.admit("http://127.0.0.1:5001", Some("127.0.0.1:5000")));
    }

    #[test]
    fn all_may_when_asked_for() {
        assert!(origins("*").admit("https://anything.test", None));
    }

    #[test]
    fn what_is_no_origin_stops_the_start() {
        for bad in ["erp.example.com", "https://erp.example.com/app", "https://*.example.com", "https://a@b.test"] {
            let mut sources = Sources::default();
            sources.environment.insert("ALLOWED_ORIGINS", bad.into());
            let error = Origins::read(&sources).unwrap_err().to_string();
            assert!(error.starts_with("ALLOWED_ORIGINS (from the environment)") && error.contains(bad), "{error}");
        }
    }
}
