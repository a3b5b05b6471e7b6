//! An application with one event for everything that a handler can do.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::value::RawValue;
use socketio::{Ack, Builder, CloseReason, ConnectError, Cx, Event, Handle, Handler, Server};

/// What the application saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connected: Vec<Handle>,
    pub(crate) events: Vec<(Handle, String)>,
    pub(crate) closed: Vec<Closed>,
    pub(crate) acks: Vec<Ack>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) handle: Handle,
    pub(crate) events: u32,
    pub(crate) reason: CloseReason,
}

#[derive(Clone, Default)]
pub(crate) struct App(pub(crate) Arc<Mutex<Seen>>);

/// The state of a socket: how many events it had.
pub(crate) struct Count(pub(crate) u32);

impl Handler for App {
    type Socket = Count;

    fn connect(&self, cx: &mut Cx<'_>, auth: Option<&RawValue>) -> Result<Count, ConnectError> {
        self.0.lock().unwrap().connected.push(cx.handle());
        let auth = auth.map(|auth| auth.get()).unwrap_or_default();
        if auth.contains("panic") {
            panic!("asked to");
        }
        cx.join("all");
        if auth.contains("token") {
            cx.emit("auth", &serde_json::from_str::<serde_json::Value>(auth).unwrap());
        }
        if auth.contains("refuse") {
            return Err(ConnectError { message: "no".into(), data: Some(serde_json::json!({ "code": "bad" })) });
        }
        Ok(Count(0))
    }

    fn event(&self, cx: &mut Cx<'_>, socket: &mut Count, mut event: Event<'_>) {
        socket.0 += 1;
        let first = event.first().map(|first| first.get()).unwrap_or("null");
        self.0.lock().unwrap().events.push((cx.handle(), format!("{} {first}", event.name())));
        let room = first.trim_matches('"').to_owned();
        match event.name() {
            "echo" => cx.emit("echo", event.first().unwrap()),
            "join" => cx.join(&room),
            "leave" => {
                let left = cx.leave(&room);
                cx.emit("left", &left);
            }
            "in" => cx.emit("in", &cx.in_room(&room)),
            "later" => self.0.lock().unwrap().acks.extend(event.take_ack()),
            "pause" => cx.pause(),
            "close" => {
                cx.emit("bye", &1);
                cx.close("asked_to");
            }
            "panic" => panic!("asked to"),
            "wake" => cx.wake_at(Some(cx.now() + Duration::from_millis(50))),
            "count" => cx.emit("count", &socket.0),
            "peer" => cx.emit("peer", &cx.peer_addr().to_string()),
            "deep" => {
                let read = serde_json::from_str::<serde_json::Value>(first);
                cx.emit("deep", &read.is_ok());
            }
            _ => {}
        }
        if let Some(ack) = event.take_ack() {
            cx.ack(ack, &serde_json::json!({ "ok": event.args().len() }));
        }
    }

    fn woken(&self, cx: &mut Cx<'_>, _: &mut Count) {
        cx.emit("woken", &cx.since_handshake().as_millis().min(1));
    }

    fn closed(&self, socket: Count, handle: Handle, reason: CloseReason) {
        self.0.lock().unwrap().closed.push(Closed { handle, events: socket.0, reason });
    }
}

/// A server that runs until the test is over.
pub(crate) struct Running {
    pub(crate) addr: SocketAddr,
    pub(crate) app: App,
    pub(crate) server: Server<App>,
    pub(crate) runtime: tokio::runtime::Runtime,
}

impl Running {
    pub(crate) fn handles(&self) -> Vec<Handle> {
        self.app.0.lock().unwrap().connected.clone()
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.app.0.lock().unwrap().events.iter().map(|(_, event)| event.clone()).collect()
    }

    /// Waits until the first socket is closed and says why.
    pub(crate) fn reason(&self) -> CloseReason {
        super::until("a socket closes", || !self.app.0.lock().unwrap().closed.is_empty());
        self.app.0.lock().unwrap().closed[0].reason
    }

    /// Waits until this many acks were taken.
    pub(crate) fn acks(&self, count: usize) -> Vec<Ack> {
        super::until("acks are taken", || self.app.0.lock().unwrap().acks.len() >= count);
        std::mem::take(&mut self.app.0.lock().unwrap().acks)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let server = self.server.clone();
        self.runtime.block_on(async move { server.shutdown(Duration::ZERO).await });
    }
}

pub(crate) fn start() -> Running {
    start_with(|builder| builder)
}

pub(crate) fn start_with(set: impl FnOnce(Builder<App>) -> Builder<App>) -> Running {
    let app = App::default();
    let server = set(Server::builder(app.clone())).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let who = |peer: axum::extract::ConnectInfo<SocketAddr>| async move { peer.0.ip().to_string() };
    let router = axum::Router::new()
        .route("/hello", axum::routing::get(|| async { "hello" }))
        .route("/who", axum::routing::get(who))
        .route("/length", axum::routing::post(|body: String| async move { body.len().to_string() }));
    let serving = server.clone();
    runtime.spawn(async move { serving.serve(listener, router).await.unwrap() });
    Running { addr, app, server, runtime }
}
