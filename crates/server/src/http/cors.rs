//! Which pages of other origins may call: those of ALLOWED_ORIGINS.

use crate::config::Origins;
use http::{HeaderValue, Method, header, request::Parts};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

pub(super) fn layer(origins: Origins) -> CorsLayer {
    let admit = move |origin: &HeaderValue, parts: &Parts| {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        origin.to_str().is_ok_and(|origin| origins.admit(origin, host))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(admit))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}
