//! The server's handle, and how it is made.

use std::io;
use std::marker::PhantomData;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::Poll;

use crate::batch::Batch;
use crate::config::Config;
use crate::core::Core;
use crate::core::shard::Entropy;
use crate::driver::{Reactor, WAKE};
use crate::handler::Handler;
use crate::hub::Hub;
use crate::inbox::Inbox;
use crate::stats::Stats;

/// The most shards a server can have.
const MAX_SHARDS: usize = 256;

/// A Socket.IO server. A cheap handle: clones are the same server. When the last one is gone the server shuts down at once.
pub struct Server<H: Handler> {
    inner: Arc<Owner>,
    handler: PhantomData<fn() -> H>,
}

impl<H: Handler> Clone for Server<H> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), handler: PhantomData }
    }
}

/// Ends the shards when the last handle is gone.
struct Owner(Arc<Hub>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.stop(Instant::now());
    }
}

impl<H: Handler> Server<H> {
    /// Begins a server for an application.
    pub fn builder(handler: H) -> Builder<H> {
        Builder { handler, config: Config::default() }
    }

    /// Serves Socket.IO and, for everything else, the router on one port, until the server shuts down. The router's requests carry
    /// [`ConnectInfo`](axum::extract::ConnectInfo) with the client's [`SocketAddr`](std::net::SocketAddr).
    ///
    /// # Errors
    /// Those of the listener's options.
    pub async fn serve(&self, listener: TcpListener, router: axum::Router) -> io::Result<()> {
        crate::http::serve(&self.inner.0, listener, router).await
    }

    /// Does many things in order, from any thread: all frames are encoded once, and each shard concerned gets one message and at most
    /// one wake-up. Batches reach all shards in the same order.
    pub fn batch<R>(&self, fill: impl FnOnce(&mut Batch) -> R) -> R {
        let mut batch = Batch::default();
        let result = fill(&mut batch);
        self.inner.0.publish(batch);
        result
    }

    /// What the server holds and did, as of the shards' last turns.
    pub fn stats(&self) -> Stats {
        self.inner.0.stats()
    }

    /// Stops accepting, sends what is queued, closes every socket in such a way that its client comes back by itself, and waits for
    /// the shards to end: all within the deadline, whatever the clients do.
    pub async fn shutdown(&self, deadline: Duration) {
        let hub = Arc::clone(&self.inner.0);
        hub.stop(Instant::now() + deadline);
        if let Err(error) = tokio::task::spawn_blocking(move || hub.join()).await {
            tracing::error!(%error, "The shards could not be waited for");
        }
    }
}

/// What a server is made with.
pub struct Builder<H: Handler> {
    handler: H,
    config: Config,
}

impl<H: Handler> Builder<H> {
    /// The path, `/socket.io` by default. With or without a slash at its end is the same.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.config.path = format!("/{}", path.trim_matches('/'));
        self
    }

    /// How many threads share the sockets, 1 to 256; 1 by default.
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.config.shards = shards;
        self
    }

    /// How long after a client's last answer it is pinged again, 25 s by default.
    #[must_use]
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.config.ping_interval = interval;
        self
    }

    /// How long a client may take to answer a ping, 20 s by default.
    #[must_use]
    pub fn ping_timeout(mut self, timeout: Duration) -> Self {
        self.config.ping_timeout = timeout;
        self
    }

    /// The longest message of a client in bytes, and the longest body of a post; 1,000,000 by default. A longer one closes its socket.
    #[must_use]
    pub fn max_payload(mut self, bytes: usize) -> Self {
        self.config.max_payload = bytes;
        self
    }

    /// How many bytes may wait for a client beyond what the system holds (some 256 kB); 1,000,000 by default. With more it is closed.
    #[must_use]
    pub fn max_unsent(mut self, bytes: usize) -> Self {
        self.config.max_unsent = bytes;
        self
    }

    /// How long a client may take from its Engine.IO handshake to its CONNECT, 10 s by default.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout;
        self
    }

    /// With more acks than this taken and not answered, a socket is not read from, 256 by default.
    #[must_use]
    pub fn max_unanswered(mut self, acks: usize) -> Self {
        self.config.max_unanswered = acks;
        self
    }

    /// Which origins (first) may use the server at which host (second). Asked only for requests that have an `Origin`: a refused one
    /// gets 403, an admitted one the CORS headers. Without this every origin may connect by WebSocket and none gets CORS headers.
    #[must_use]
    pub fn check_origin(mut self, check: impl Fn(&str, Option<&str>) -> bool + Send + Sync + 'static) -> Self {
        self.config.origin = Some(Box::new(check));
        self
    }

    /// Starts the shards.
    ///
    /// # Errors
    /// A number of shards that can't be, or what the system says about threads and event queues.
    pub fn build(self) -> io::Result<Server<H>> {
        if !(1..=MAX_SHARDS).contains(&self.config.shards) {
            let message = format!("the number of shards is {}, it has to be 1 to {MAX_SHARDS}", self.config.shards);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let (config, handler) = (Arc::new(self.config), Arc::new(self.handler));
        let polls = (0..config.shards).map(|_| Poll::new()).collect::<io::Result<Vec<_>>>()?;
        let inboxes = polls
            .iter()
            .map(|poll| Ok(Arc::new(Inbox::new(mio::Waker::new(poll.registry(), WAKE)?))))
            .collect::<io::Result<Vec<_>>>()?;
        let boards = inboxes.iter().map(|_| Arc::default()).collect();
        let hub = Arc::new(Hub::new(Arc::clone(&config), inboxes, boards));
        // From here on the shards that run are ended if another can't start.
        let inner = Arc::new(Owner(Arc::clone(&hub)));
        for (id, poll) in polls.into_iter().enumerate() {
            let core = Core::new(id as u8, Arc::clone(&config), Arc::clone(&handler), entropy()?, Instant::now());
            let reactor = Reactor::new(id, core, poll, Arc::clone(&hub))?;
            hub.keep(std::thread::Builder::new().name(format!("socketio-{id}")).spawn(move || reactor.run())?);
        }
        Ok(Server { inner, handler: PhantomData })
    }
}

/// The system's randomness, fetched in larger pieces.
fn entropy() -> io::Result<Entropy> {
    let mut pool = [0; 1024];
    getrandom::fill(&mut pool).map_err(|error| io::Error::other(error.to_string()))?;
    let mut used = 0;
    Ok(Box::new(move |bytes: &mut [u8]| {
        if used + bytes.len() > pool.len() {
            getrandom::fill(&mut pool).expect("the system gave randomness before");
            used = 0;
        }
        let fresh = &mut pool[used..used + bytes.len()];
        bytes.copy_from_slice(fresh);
        fresh.fill(0);
        used += bytes.len();
    }))
}
