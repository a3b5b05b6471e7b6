//! `/metrics`: what the server holds and did, for Prometheus.

use crate::app::App;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::sync::{Arc, atomic::AtomicU64};

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Shows the figures as they are now.
pub(crate) async fn show(State(app): State<Arc<App>>) -> Response {
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &registry(&app)) {
        tracing::error!(%error, "The metrics can't be written");
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}

/// Made anew for each look: the figures live where they arise.
fn registry(app: &App) -> Registry {
    let mut figures = Figures(Registry::with_prefix("switchboard"));
    of_users(app, &mut figures);
    of_store(app, &mut figures);
    of_sockets(&app.sockets.stats(), &mut figures);
    figures.0
}

fn of_users(app: &App, figures: &mut Figures) {
    figures.gauge(
        "connected_users",
        "Users who are signed in; with several tabs one",
        app.sockets.connected_users_count() as u64,
    );
    figures.gauge("connected_accounts", "WhatsApp accounts that are up", app.engine().connected_accounts() as u64);
}

fn of_store(app: &App, figures: &mut Figures) {
    let stats = app.engine().store_stats();
    figures.counter("store_commits", "Transactions committed", stats.commits);
    figures.counter("store_writes", "Writes answered", stats.writes);
    figures.counter("store_writes_refused", "Writes refused", stats.refused);
    figures.counter(
        "store_batches_failed",
        "Batches that fell because the database could not be written",
        stats.failed_batches,
    );
    figures.gauge("store_last_batch_writes", "Writes in the last transaction", stats.last_batch);
    figures.gauge("store_largest_batch_writes", "Writes in the largest transaction", stats.largest_batch);
    figures.gauge("store_queued_writes", "Writes that wait", stats.queued);
}

fn of_sockets(stats: &socketio::Stats, figures: &mut Figures) {
    figures.gauge("sockets", "Connected sockets", stats.sockets);
    figures.gauge("sessions", "Engine.IO sessions", stats.sessions);
    figures.gauge("connections", "TCP connections", stats.connections);
    figures.gauge("socket_events_unanswered", "Events that wait for their acknowledgement", stats.unanswered);
    figures.counter("connections_accepted", "TCP connections accepted", stats.accepted);
    figures.counter("sockets_connected", "Sockets connected", stats.connects);
    figures.counter("socket_events", "Events received", stats.events);
    figures.counter("socket_frames_sent", "Packets sent, one for each socket that got it", stats.frames_out);
    figures.counter("socket_bytes_received", "Bytes read", stats.bytes_in);
    figures.counter("socket_bytes_sent", "Bytes written", stats.bytes_out);
    figures.counter("socket_writes", "Writes to the system that took them", stats.writes);
    figures.counter("socket_turns", "Turns of the socket threads", stats.turns);
    figures.counter("socket_turns_slow", "Turns of more than 5 ms", stats.slow_turns);
    let longest = Gauge::<f64, AtomicU64>::default();
    longest.set(stats.longest_turn.as_secs_f64());
    figures.0.register("socket_longest_turn_seconds", "The longest turn", longest);
    let closed = Family::<Closed, Counter>::default();
    for &(reason, times) in &stats.closed {
        closed.get_or_create(&Closed { reason }).inc_by(times);
    }
    figures.0.register("sockets_closed", "Sockets and sessions closed", closed);
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Closed {
    reason: &'static str,
}

struct Figures(Registry);

impl Figures {
    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        let gauge = Gauge::<i64>::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        self.0.register(name, help, gauge);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        let counter = Counter::<u64>::default();
        counter.inc_by(value);
        self.0.register(name, help, counter);
    }
}
