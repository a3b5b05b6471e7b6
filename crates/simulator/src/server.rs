//! The two listeners: WhatsApp's for clients, the control API for tests.

use std::net::SocketAddr;

use serde::Serialize;
use thiserror::Error;
use tokio::net::TcpListener;

use crate::control::router;
use crate::link;
use crate::world::Shared;

/// Why the simulator could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Somebody asked for more than this machine alone.
    #[error("the simulator listens on loopback only, and {0} is not: use 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The port is taken, say.
    #[error("the simulator cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// Where everything is: the line that the binary prints. Servers that do not exist yet are null.
#[derive(Debug, Serialize)]
pub struct Addresses {
    /// WhatsApp's own protocol.
    pub web: String,
    /// Media; a later issue's.
    pub media: Option<String>,
    /// The Cloud API; a later issue's.
    pub graph: Option<String>,
    /// The control API.
    pub control: String,
}

/// A simulator that listens.
pub struct Server {
    web: TcpListener,
    control: TcpListener,
    /// Where.
    pub addresses: Addresses,
}

impl Server {
    /// Listens on `web`, and with the control API on a free port of the same address.
    ///
    /// # Errors
    /// When the address is not loopback, or cannot be listened on.
    pub async fn bind(web: SocketAddr) -> Result<Self, StartError> {
        if !web.ip().is_loopback() {
            return Err(StartError::NotLoopback(web));
        }
        let (web, at_web) = listen(web).await?;
        let (control, at_control) = listen(SocketAddr::new(at_web.ip(), 0)).await?;
        let addresses = Addresses {
            web: format!("ws://{at_web}"),
            media: None,
            graph: None,
            control: format!("http://{at_control}"),
        };
        Ok(Self { web, control, addresses })
    }

    /// Serves for ever.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self) -> std::io::Result<()> {
        let world = Shared::new();
        let control = axum::serve(self.control, router(world.clone()));
        let web = accept(self.web, world);
        tokio::select! {
            served = control => served,
            accepted = web => accepted,
        }
    }
}

async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(at).await.map_err(|error| StartError::Listen(at, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(at, error))?;
    Ok((listener, address))
}

async fn accept(listener: TcpListener, world: Shared) -> std::io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        tokio::spawn(link::serve(world.clone(), stream, peer));
    }
}
