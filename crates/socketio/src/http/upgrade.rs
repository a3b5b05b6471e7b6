//! The second door for WebSockets: a handshake that comes on a connection which HTTP has used already, as proxies do it.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;

use super::polling::refused;
use super::rewind::Rewind;
use crate::handle::Sid;
use crate::hub::Hub;
use crate::inbox::Command;
use crate::route::Refusal;

/// Answers the handshake; once that is out the connection goes to a shard.
pub(super) fn answer(hub: Arc<Hub>, mut request: Request<Incoming>, sid: Option<Sid>, accept: &str) -> Response<Body> {
    let shard = sid.map_or_else(|| hub.next_shard(), |sid| usize::from(sid.shard));
    if shard >= hub.inboxes.len() {
        return refused(Refusal::UnknownSession);
    }
    let Ok(accept) = HeaderValue::from_str(accept) else { return refused(Refusal::BadRequest) };
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        match upgraded.await {
            Ok(upgraded) => move_to(&hub, shard, sid, upgraded),
            Err(error) => tracing::debug!(%error, "A WebSocket handshake ended early"),
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

fn move_to(hub: &Hub, shard: usize, sid: Option<Sid>, upgraded: hyper::upgrade::Upgraded) {
    let Ok(parts) = upgraded.downcast::<TokioIo<Rewind>>() else {
        return tracing::error!("A connection was not what the server made it");
    };
    let (mut input, stream) = parts.io.into_inner().into_parts();
    // What HTTP has read beyond the handshake comes before what it never saw.
    input.splice(..0, parts.read_buf);
    match stream.into_std() {
        Ok(stream) => hub.inboxes[shard].push(Command::Adopt { stream, input, sid }),
        Err(error) => tracing::warn!(%error, "A connection can't be taken over"),
    }
}
