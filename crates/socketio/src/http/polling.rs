//! The requests for our path: each is routed, asked of the session's shard, and answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Request, StatusCode};
use tokio::sync::oneshot;

use super::upgrade;
use crate::CloseReason;
use crate::core::Answer;
use crate::handle::Sid;
use crate::hub::Hub;
use crate::inbox::Command;
use crate::route::{Ask, Refusal, Route, route};

pub(super) async fn answer(hub: Arc<Hub>, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let decided = route(&hub.config, &ask(&request));
    let admitted = decided != Err(Refusal::Forbidden);
    let shared = hub.config.origin.is_some() && admitted;
    let mut response = match decided {
        Err(refusal) => refused(refusal),
        Ok(Route::Preflight) => preflight(&request),
        Ok(Route::OpenPolling) => {
            let (reply, answer) = oneshot::channel();
            hub.open_polling(peer, reply);
            respond(answer.await.ok())
        }
        Ok(Route::Poll(sid)) => poll(&hub, sid).await,
        Ok(Route::Post(sid)) => post(&hub, sid, request.into_body()).await,
        Ok(Route::WebSocket(sid, accept)) => upgrade::answer(hub, request, sid, &accept),
    };
    if let Some(origin) = origin.filter(|_| shared) {
        allow(&mut response, origin);
    }
    response
}

fn ask(request: &Request<Incoming>) -> Ask<'_> {
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    Ask {
        method: request.method().as_str(),
        query: request.uri().query().unwrap_or_default(),
        origin: header(header::ORIGIN),
        host: header(header::HOST),
        upgrade: header(header::UPGRADE),
        connection: header(header::CONNECTION),
        version: header(header::SEC_WEBSOCKET_VERSION),
        key: header(header::SEC_WEBSOCKET_KEY),
    }
}

/// Tells the shard if the client goes away before it has its answer.
struct Waiting<'a> {
    hub: &'a Hub,
    sid: Sid,
    answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answered
            && let Some(shard) = self.hub.shard(self.sid.shard)
        {
            shard.push(Command::PollAborted(self.sid));
        }
    }
}

async fn poll(hub: &Hub, sid: Sid) -> Response<Body> {
    let Some(shard) = hub.shard(sid.shard) else { return refused(Refusal::UnknownSession) };
    let (reply, answer) = oneshot::channel();
    shard.push(Command::Poll(sid, reply));
    let mut waiting = Waiting { hub, sid, answered: false };
    let answer = answer.await.ok();
    waiting.answered = true;
    respond(answer)
}

async fn post(hub: &Hub, sid: Sid, body: Incoming) -> Response<Body> {
    let Some(shard) = hub.shard(sid.shard) else { return refused(Refusal::UnknownSession) };
    let patience = hub.config.ping_interval + hub.config.ping_timeout;
    let body = Limited::new(body, hub.config.max_payload).collect();
    match tokio::time::timeout(patience, body).await.unwrap_or_else(|slow| Err(slow.into())) {
        Ok(body) => {
            let (reply, answer) = oneshot::channel();
            shard.push(Command::Post(sid, body.to_bytes(), reply));
            respond(answer.await.ok())
        }
        Err(error) if error.is::<LengthLimitError>() => {
            shard.push(Command::PostFailed(sid, CloseReason::PayloadTooLarge));
            with(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", Body::empty())
        }
        Err(_) => {
            shard.push(Command::PostFailed(sid, CloseReason::TransportClose));
            refused(Refusal::BadRequest)
        }
    }
}

/// No answer: the server shuts down.
fn respond(answer: Option<Answer>) -> Response<Body> {
    match answer {
        Some(Answer::Taken) => with(StatusCode::OK, "text/html", "ok"),
        Some(Answer::Packets(packets)) => with(StatusCode::OK, "text/plain; charset=UTF-8", Bytes::from(packets)),
        Some(Answer::UnknownSession) => refused(Refusal::UnknownSession),
        Some(Answer::BadRequest) => refused(Refusal::BadRequest),
        None => with(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "shutting down"),
    }
}

pub(super) fn refused(refusal: Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    with(status, "application/json", refusal.json())
}

fn with(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to a browser that asks whether it may: what it may is said by [`allow`].
fn preflight(request: &Request<Incoming>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST,OPTIONS"));
    if let Some(wanted) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

fn allow(response: &mut Response<Body>, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
}
