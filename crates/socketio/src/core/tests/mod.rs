//! The core in a memory driver: every byte and every second is the test's.
#![allow(clippy::unwrap_used)]

mod interleavings;
mod polls;
mod time;
mod turns;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use crate::batch::Batch;
use crate::config::Config;
use crate::core::Core;
use crate::driver::memory::Driver;
use crate::wire::frame;
use crate::{Ack, CloseReason, ConnectError, Cx, Event, Handle, Handler};

/// Echoes, and does what it is told.
#[derive(Clone, Default)]
struct App(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    handles: Vec<Handle>,
    acks: Vec<Ack>,
    paused: Vec<Handle>,
    woken: Vec<Instant>,
    closed: Vec<CloseReason>,
}

impl Handler for App {
    type Socket = ();

    fn connect(&self, cx: &mut Cx<'_>, _: Option<&RawValue>) -> Result<(), ConnectError> {
        self.0.lock().unwrap().handles.push(cx.handle());
        cx.join("all");
        Ok(())
    }

    fn event(&self, cx: &mut Cx<'_>, _: &mut (), mut event: Event<'_>) {
        let mut seen = self.0.lock().unwrap();
        match event.name() {
            "later" => seen.acks.extend(event.take_ack()),
            "pause" => {
                cx.emit("echo", &event.first());
                cx.pause();
                seen.paused.push(cx.handle());
            }
            "wake" => cx.wake_at(Some(cx.now() + Duration::from_millis(2_500))),
            name => cx.emit(name, &event.first()),
        }
    }

    fn woken(&self, cx: &mut Cx<'_>, (): &mut ()) {
        self.0.lock().unwrap().woken.push(cx.now());
    }

    fn closed(&self, (): (), _: Handle, reason: CloseReason) {
        self.0.lock().unwrap().closed.push(reason);
    }
}

/// A driver with a core of these settings, and its application.
fn driver(config: Config, read_buffer: usize) -> (Driver<App>, App) {
    let (app, now) = (App::default(), Instant::now());
    let mut seed = 0u8;
    let entropy = Box::new(move |bytes: &mut [u8]| {
        seed = seed.wrapping_add(1);
        bytes.fill(seed);
    });
    let core = Core::new(0, Arc::new(config), Arc::new(app.clone()), entropy, now);
    (Driver::new(core, now, read_buffer), app)
}

const HANDSHAKE: &str = "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn handshake(sid: Option<&str>) -> Vec<u8> {
    let sid = sid.map(|sid| format!("&sid={sid}")).unwrap_or_default();
    format!("GET /socket.io/?EIO=4&transport=websocket{sid} HTTP/1.1\r\n{HANDSHAKE}").into_bytes()
}

/// A client's frame.
fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let (mut header, size) = frame::server_header(0, payload.len());
    header[0] = first;
    header[1] |= 0x80;
    let mask = [9, 8, 7, 6];
    let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key);
    [&header[..size], &mask, &masked.collect::<Vec<_>>()].concat()
}

fn text(payload: &str) -> Vec<u8> {
    client_frame(0x81, payload.as_bytes())
}

/// A WebSocket that is connected; its output so far is taken away.
fn connected(driver: &mut Driver<App>) -> u32 {
    let conn = driver.open();
    driver.arrive(conn, &[handshake(None), text("40")].concat());
    driver.settle();
    assert!(driver.pipe(conn).output.starts_with(b"HTTP/1.1 101 "));
    driver.pipe(conn).output.clear();
    driver.pipe(conn).writes = 0;
    conn
}

/// What a connection got: the payloads of its frames, with the opcode in front if that is not text.
fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let header = frame::header_size(bytes);
        let len = match header {
            4 => usize::from(u16::from_be_bytes([bytes[2], bytes[3]])),
            10 => u64::from_be_bytes(bytes[2..10].try_into().unwrap()) as usize,
            _ => usize::from(bytes[1]),
        };
        let payload = &bytes[header..header + len];
        frames.push(match bytes[0] {
            0x81 => String::from_utf8(payload.to_vec()).unwrap(),
            0x88 => format!("close {}", u16::from_be_bytes([payload[0], payload[1]])),
            other => format!("{other:x} {}", String::from_utf8_lossy(payload)),
        });
        bytes = &bytes[header + len..];
    }
    frames
}

fn output(driver: &mut Driver<App>, conn: u32) -> Vec<String> {
    frames(&std::mem::take(&mut driver.pipe(conn).output))
}

fn apply(driver: &mut Driver<App>, fill: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    fill(&mut batch);
    driver.core.apply(&Arc::new(batch));
}
