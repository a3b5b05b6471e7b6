//! The binary: listens, says where in one line of JSON, and serves until it is stopped.

use std::io::Write as _;
use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Parser;
use simulator::server::Server;

/// A WhatsApp to develop against, on loopback.
///
/// Prints one line of JSON, `{"web": …, "media": …, "graph": …, "control": …}`, and serves until it is stopped.
/// `media` and `graph` are null: a media server and the Cloud API do not exist here yet.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where linked devices connect, a loopback address; port 0 takes a free one. The control API gets its own port.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "simulator=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let server = Server::bind(arguments.listen).await?;
    let line = serde_json::to_string(&server.addresses)?;
    writeln!(std::io::stdout(), "{line}").context("the line with the addresses could not be printed")?;
    tokio::select! {
        ended = server.run() => ended.context("a listener has failed"),
        () = stopped() => Ok(()),
    }
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
