//! One socket: the WebSocket upgrade, the handshake, and then stanzas both ways until either side ends it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio_websockets::{Message, ServerBuilder, WebSocketStream};
use wacore_binary::Node;
use wacore_noise::NoiseCipher;

use crate::wire::frame::{Frames, write_frame};
use crate::wire::noise::{self, Answer, Client};
use crate::wire::stanza;
use crate::world::{FaultKind, LinkId, Out, Shared, Weather};

type Socket = WebSocketStream<TcpStream>;

/// Baileys switches to the transport keys only once its finish is on the wire; what comes sooner it cannot read.
const AFTER_HANDSHAKE: Duration = Duration::from_millis(20);
/// How long the client may take to close once it was told why.
const LINGER: Duration = Duration::from_secs(1);
/// How many bytes share one WebSocket message at most.
const BATCH: usize = 64 * 1024;

/// Serves one connection to its end.
pub(crate) async fn serve(world: Shared, stream: TcpStream, peer: SocketAddr) {
    if world.lock().faults.is_on(FaultKind::Refuse, None) {
        tracing::info!(%peer, "a connection is refused by a fault");
        return;
    }
    let (id, outbox, weather) = world.lock().open_link();
    let cut = until_cut(weather.clone());
    tokio::select! {
        ended = run(&world, id, stream, outbox, weather) => match ended {
            Ok(()) => tracing::info!(%peer, "a connection has ended"),
            Err(error) => tracing::warn!(%peer, error = format!("{error:#}"), "a connection has failed"),
        },
        () = cut => tracing::info!(%peer, "a connection is cut by a fault"),
    }
    world.lock().close_link(id);
}

async fn until_cut(mut weather: watch::Receiver<Weather>) {
    if weather.wait_for(|weather| weather.cut).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn run(
    world: &Shared,
    id: LinkId,
    stream: TcpStream,
    outbox: UnboundedReceiver<Out>,
    weather: watch::Receiver<Weather>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let (_, socket) = ServerBuilder::new().accept(stream).await.context("no WebSocket upgrade came")?;
    let (sink, source) = socket.split();
    let mut writer = Writer { sink, weather: weather.clone(), outbox };
    let mut reader = Reader { source, frames: Frames::default(), weather };
    let client = handshake(world, &mut reader, &mut writer).await?;
    tokio::time::sleep(AFTER_HANDSHAKE).await;
    world.lock().greet(id, client.static_key, &client.payload);
    let mut reading = std::pin::pin!(reader.run(world, id, client.read));
    tokio::select! {
        read = &mut reading => read,
        written = writer.run(client.write) => {
            // Closing with unread bytes would reset the connection and lose the last stanza on its way.
            let _ = tokio::time::timeout(LINGER, reading).await;
            written
        }
    }
}

async fn handshake(world: &Shared, reader: &mut Reader, writer: &mut Writer) -> anyhow::Result<Client> {
    let intro = loop {
        if let Some(intro) = reader.frames.intro()? {
            break intro;
        }
        reader.more().await?;
    };
    let hello = reader.frame().await?;
    let answer = {
        let mut world = world.lock();
        let server = std::sync::Arc::clone(&world.server);
        noise::answer(&hello, intro, &server, &mut world.rng)?
    };
    match answer {
        Answer::Done(reply, client) => {
            writer.write(&reply).await?;
            Ok(*client)
        }
        Answer::AwaitFinish(reply, rest) => {
            writer.write(&reply).await?;
            Ok(rest.finish(&reader.frame().await?)?)
        }
    }
}

struct Reader {
    source: SplitStream<Socket>,
    frames: Frames,
    weather: watch::Receiver<Weather>,
}

impl Reader {
    async fn run(mut self, world: &Shared, id: LinkId, cipher: NoiseCipher) -> anyhow::Result<()> {
        let mut counter = 0;
        loop {
            let Some(frame) = self.next_frame().await? else { return Ok(()) };
            let node = open(&cipher, counter, frame)?;
            counter += 1;
            world.lock().handle(id, &node);
        }
    }

    /// The next frame, or the end of the connection as an error.
    async fn frame(&mut self) -> anyhow::Result<Bytes> {
        self.next_frame().await?.context("the client closed during the handshake")
    }

    /// The next frame, none when the client has closed.
    async fn next_frame(&mut self) -> anyhow::Result<Option<Bytes>> {
        loop {
            wait_while_stalled(&mut self.weather).await;
            if let Some(frame) = self.frames.next_frame() {
                return Ok(Some(frame));
            }
            if !self.receive().await? {
                return Ok(None);
            }
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if !self.receive().await? {
            bail!("the client closed before its intro");
        }
        Ok(())
    }

    /// Takes in one WebSocket message; false at the end.
    async fn receive(&mut self) -> anyhow::Result<bool> {
        match self.source.next().await {
            Some(Ok(message)) if message.is_binary() => self.frames.push(message.as_payload()),
            Some(Ok(message)) if message.is_close() => return Ok(false),
            Some(Ok(message)) if message.is_text() => bail!("the client sent a text message instead of frames"),
            Some(Ok(_)) => {}
            Some(Err(tokio_websockets::Error::Io(_))) | None => return Ok(false),
            Some(Err(error)) => return Err(error.into()),
        }
        Ok(true)
    }
}

fn open(cipher: &NoiseCipher, counter: u32, frame: Bytes) -> anyhow::Result<Node> {
    let mut plain = BytesMut::from(frame);
    cipher.decrypt_in_place_with_counter(counter, &mut plain).context("a frame could not be decrypted")?;
    stanza::decode(&plain).context("a frame holds no node")
}

struct Writer {
    sink: SplitSink<Socket, Message>,
    weather: watch::Receiver<Weather>,
    outbox: UnboundedReceiver<Out>,
}

impl Writer {
    async fn run(mut self, cipher: NoiseCipher) -> anyhow::Result<()> {
        let mut counter = 0;
        while let Some(first) = self.outbox.recv().await {
            let mut bytes = Vec::new();
            let mut next = Some(first);
            let mut closes = false;
            while let Some(out) = next {
                let Out::Node(node) = out else {
                    closes = true;
                    break;
                };
                seal(&cipher, counter, &node, &mut bytes)?;
                counter += 1;
                next = if bytes.len() < BATCH { self.outbox.try_recv().ok() } else { None };
            }
            self.flush(bytes).await?;
            if closes {
                break;
            }
        }
        self.sink.close().await.ok();
        Ok(())
    }

    /// Writes one frame of the handshake.
    async fn write(&mut self, payload: &[u8]) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        write_frame(payload, &mut bytes);
        self.flush(bytes).await
    }

    async fn flush(&mut self, bytes: Vec<u8>) -> anyhow::Result<()> {
        let delay = self.weather.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        wait_while_stalled(&mut self.weather).await;
        if !bytes.is_empty() {
            self.sink.send(Message::binary(bytes)).await?;
        }
        Ok(())
    }
}

fn seal(cipher: &NoiseCipher, counter: u32, node: &Node, out: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut plain = wacore_binary::marshal(node)?;
    cipher.encrypt_in_place_with_counter(counter, &mut plain)?;
    write_frame(&plain, out);
    Ok(())
}

async fn wait_while_stalled(weather: &mut watch::Receiver<Weather>) {
    // The sender lives as long as the link is listed; without it there is nothing left to wait for.
    let _ = weather.wait_for(|weather| !weather.stall).await;
}
