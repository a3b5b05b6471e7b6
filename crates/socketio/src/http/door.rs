//! Serves the connections that the shards gave away.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::polling;
use super::rewind::Rewind;
use crate::config::HEAD_TIMEOUT;
use crate::hub::Hub;
use crate::inbox::{Command, Foreign};

/// Serves a listener until the server shuts down, then waits for requests under way as long as the shutdown's deadline allows.
pub(crate) async fn serve(hub: &Arc<Hub>, listener: TcpListener, router: axum::Router) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    SockRef::from(&listener).set_tcp_nodelay(true)?;
    let mut stopping = hub.stopping.subscribe();
    let (foreign, mut given) = mpsc::unbounded_channel();
    hub.inboxes[0].push(Command::Listen(listener, foreign));
    let mut connections = JoinSet::new();
    let serving = serve_given(hub, &mut given, &router, &mut connections);
    let deadline = tokio::select! {
        // Its end comes when all shards have ended, which is behind the shutdown.
        () = serving => stopped(&mut stopping).await,
        deadline = stopped(&mut stopping) => deadline,
    };
    // The shards give away what they have until they end.
    let rest = serve_given(hub, &mut given, &router, &mut connections);
    if tokio::time::timeout_at(deadline.into(), rest).await.is_err() {
        tracing::warn!("Requests were still under way when the server had to be down");
    }
    Ok(())
}

/// Serves what the shards give away, until no shard is left and all is answered.
async fn serve_given(
    hub: &Arc<Hub>,
    given: &mut mpsc::UnboundedReceiver<Foreign>,
    router: &axum::Router,
    connections: &mut JoinSet<()>,
) {
    loop {
        tokio::select! {
            Some(given) = given.recv() => {
                connections.spawn(connection(Arc::clone(hub), given, router.clone()));
            }
            Some(_) = connections.join_next() => {}
            else => return,
        }
    }
}

/// Waits for the shutdown and gives its deadline.
async fn stopped(stopping: &mut watch::Receiver<Option<Instant>>) -> Instant {
    match stopping.wait_for(Option::is_some).await {
        Ok(deadline) => deadline.unwrap_or_else(Instant::now),
        Err(_) => Instant::now(),
    }
}

async fn connection(hub: Arc<Hub>, given: Foreign, router: axum::Router) {
    let mut stopping = hub.stopping.subscribe();
    let Foreign { stream, peer, input } = given;
    let stream = match tokio::net::TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => return tracing::warn!(%error, "A connection can't be served"),
    };
    let service = service_fn(|request| answer(Arc::clone(&hub), request, peer, router.clone()));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let connection = server.serve_connection(TokioIo::new(Rewind::new(input, stream)), service).with_upgrades();
    tokio::pin!(connection);
    let served = tokio::select! {
        // A request that is there is read before an end is made.
        biased;
        served = connection.as_mut() => served,
        _ = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "An HTTP connection ended early");
    }
}

async fn answer(
    hub: Arc<Hub>,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    router: axum::Router,
) -> Result<Response<Body>, Infallible> {
    if hub.config.owns(request.uri().path()) {
        return Ok(polling::answer(hub, request, peer).await);
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
