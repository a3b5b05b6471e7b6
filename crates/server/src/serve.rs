//! Puts the parts together, serves, and takes them apart again.

use crate::{
    app::App,
    auth::{Jwt, password, secret, setup::SetupToken},
    config::Config,
    http, linking,
    lock::Lock,
    notice,
    realtime::{Io, Publisher, Realtime},
};
use anyhow::{Context, Result, anyhow, bail};
use domain::{Clock, SystemClock};
use engine::Engine;
use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

/// How long the engine may take to close its connections, and then the sockets theirs.
const ENGINE_DEADLINE: Duration = Duration::from_secs(10);
const SOCKETS_DEADLINE: Duration = Duration::from_secs(10);
/// More threads than this don't help the sockets.
const MAX_SHARDS: usize = 8;

/// A server that is ready to serve.
pub struct Server {
    app: Arc<App>,
    io: Io,
    listener: TcpListener,
    address: SocketAddr,
    _lock: Lock,
}

/// Serves until the process is told to stop.
///
/// # Errors
/// What keeps it from starting, in one line.
pub async fn run(config: Config) -> Result<()> {
    let server = Server::start(config, Arc::new(SystemClock)).await?;
    // Whoever reads the address may stop the server at once.
    let stop = stop_signal()?;
    server.announce()?;
    server.serve(stop).await
}

impl Server {
    /// Takes the lock and the port, starts the sockets and the engine. Nothing is served yet.
    ///
    /// # Errors
    /// What keeps it from starting.
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Self> {
        let lock = Lock::take(&config.storage)?.with_context(|| {
            format!("Another server, or a command that writes, works on {}", config.storage.data_dir.display())
        })?;
        let listener = listen(config.listen)?;
        let address = listener.local_addr()?;
        let secret = secret::load(&config.tokens, &config.storage)?;
        let jwt =
            Jwt::new(&config.tokens, secret.0.as_bytes()).map_err(|problem| anyhow!("JWT_PUBLIC_KEY: {problem}"))?;
        let app = Arc::new(App::new(config, jwt, SetupToken::generate()?, clock));
        let io = sockets(&app).context("The sockets can't be started")?;
        app.sockets.set_io(io.clone());
        app.set_engine(start_engine(&app).await?);
        Ok(Self { app, io, listener, address, _lock: lock })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its parts share.
    #[must_use]
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Says on standard output where it listens and what to do next.
    fn announce(&self) -> Result<()> {
        let (mut out, address) = (std::io::stdout().lock(), self.address);
        writeln!(out, "listening on http://{address}")?;
        if !self.app.engine().directory().has_admin() {
            let token = self.app.setup.reveal();
            writeln!(out, "\nThere is no admin yet; whoever registers first is. The set-up link:")?;
            writeln!(out, "  http://{address}/?setupToken={token}")?;
            writeln!(out, "or POST http://{address}/api/auth/register {{ email, name, password }}, on this machine.")?;
        }
        writeln!(out, "\n{}", notice::TEXT)?;
        out.flush()?;
        tracing::info!(address = %address, "Listening on http://{address}");
        if cfg!(feature = "simulator") {
            let url = self.app.config.whatsapp_web.url.as_deref().unwrap_or("nowhere");
            tracing::warn!(
                url,
                "Development build: linked devices connect to {url}, on loopback only, and WhatsApp's certificate is not checked"
            );
        }
        Ok(())
    }

    /// Serves until `stop` comes to an end, then stops such that nothing is lost.
    ///
    /// # Errors
    /// The listener's.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<()> {
        let serving = tokio::spawn({
            let (io, router) = (self.io.clone(), http::router(self.app.clone()));
            async move { io.serve(self.listener, router).await }
        });
        tokio::spawn(password::warm_up());
        stop.await;
        tracing::info!("Stopping");
        // From here on commands are refused; those that were taken are finished and answered before the sockets close.
        self.app.set_stopping();
        self.app.engine().stop(ENGINE_DEADLINE).await;
        self.io.shutdown(SOCKETS_DEADLINE).await;
        serving.await??;
        tracing::info!("Stopped");
        Ok(())
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    match TcpListener::bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("PORT: {address} is in use by another program; choose another port, or 0 for any that is free")
        }
        Err(error) => Err(error).with_context(|| format!("HOST, PORT: {address} can't be listened on")),
    }
}

fn sockets(app: &Arc<App>) -> std::io::Result<Io> {
    let (limits, origins) = (&app.config.sockets, app.config.origins.clone());
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_SHARDS);
    Io::builder(Realtime(app.clone()))
        .shards(threads)
        .ping_interval(limits.ping_interval)
        .ping_timeout(limits.ping_timeout)
        .max_payload(limits.max_payload)
        .max_unsent(limits.max_unsent)
        .check_origin(move |origin, host| origins.admit(origin, host))
        .build()
}

async fn start_engine(app: &Arc<App>) -> Result<Engine<crate::realtime::Ticket>> {
    let config = &app.config;
    if let Some(folder) = config.storage.database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    }
    let options = engine::Options {
        store: store::Options::new(&config.storage.database),
        providers: linking::providers(&config.whatsapp_web),
        clock: app.clock.clone(),
        send_max_age: config.send_max_age,
    };
    Ok(Engine::start(options, Arc::new(Publisher(app.clone()))).await?)
}

/// Comes to an end when the process is told to stop. Told again, it ends at once.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut signals = Signals::new()?;
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            tracing::warn!("Told to stop again: ending at once");
            std::process::exit(130);
        });
    })
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = "The process can't listen to signals";
        Ok(Self(signal(SignalKind::terminate()).context(failed)?, signal(SignalKind::interrupt()).context(failed)?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without signals it stops with the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
