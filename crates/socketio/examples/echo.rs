//! Socket.IO and an axum route on one port: `cargo run -p socketio --example echo`, then connect to the address it prints.
#![allow(clippy::print_stdout, reason = "it tells its address")]

use std::net::TcpListener;

use serde_json::value::RawValue;
use socketio::{CloseReason, ConnectError, Cx, Event, Handle, Handler, Server};

struct Echo;

impl Handler for Echo {
    /// What a socket has to remember: nothing.
    type Socket = ();

    fn connect(&self, cx: &mut Cx<'_>, auth: Option<&RawValue>) -> Result<(), ConnectError> {
        cx.join("everybody");
        cx.emit("auth", &auth);
        Ok(())
    }

    fn event(&self, cx: &mut Cx<'_>, _: &mut (), mut event: Event<'_>) {
        match event.take_ack() {
            Some(ack) => cx.ack(ack, &event.first()),
            None => cx.emit(event.name(), &event.first()),
        }
    }

    fn closed(&self, _: (), _: Handle, reason: CloseReason) {
        println!("closed: {reason}");
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let server = Server::builder(Echo).shards(2).check_origin(|_, _| true).build()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let news = server.clone();
    let tell = move |body: String| async move { news.batch(|batch| batch.emit(&["everybody"], None, "news", &body)) };
    server.serve(listener, axum::Router::new().route("/news", axum::routing::post(tell))).await
}
