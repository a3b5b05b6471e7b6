//! Sorts the library's events. This runs on the library's own path, so it only hands on.

use crate::web::{
    address::aliases,
    link::{Input, LogoutCause},
    outbound::{Ack, Acks},
};
use domain::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use wacore::types::events::{ConnectFailureReason, Event, EventHandler, EventInterest, EventKind, ServerAck};

/// Something that concerns the link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// It goes to the state machine as it is.
    Link(Input),
    /// Up; who the owner is, the client knows.
    Up,
}

/// Where events go.
pub(super) struct Bus {
    pub(super) signals: UnboundedSender<Signal>,
    pub(super) news: UnboundedSender<Option<Arc<Event>>>,
    pub(super) acks: Arc<Acks>,
}

const WANTED: &[EventKind] = &[
    EventKind::Connected,
    EventKind::Disconnected,
    EventKind::PairSuccess,
    EventKind::PairError,
    EventKind::LoggedOut,
    EventKind::PairingQrCode,
    EventKind::PairingQrCodesExhausted,
    EventKind::QrScannedWithoutMultidevice,
    EventKind::PairPasskeyRequest,
    EventKind::ClientOutdated,
    EventKind::StreamReplaced,
    EventKind::TemporaryBan,
    EventKind::ConnectFailure,
    EventKind::SelfPushNameUpdated,
    EventKind::ServerAck,
    EventKind::Messages,
    EventKind::Receipt,
    EventKind::ChatPresence,
    EventKind::PushNameUpdate,
    EventKind::ContactUpdate,
];

impl EventHandler for Bus {
    fn interest(&self) -> EventInterest {
        EventInterest::of(WANTED)
    }

    fn handle_event(&self, event: Arc<Event>) {
        match &*event {
            Event::ServerAck(ack) => self.acked(ack),
            // The hook had those.
            Event::Messages(batch) if batch.hook_committed => {}
            Event::Messages(_)
            | Event::Receipt(_)
            | Event::ChatPresence(_)
            | Event::PushNameUpdate(_)
            | Event::ContactUpdate(_) => {
                // Whoever took them is gone when the account was switched off.
                let _ = self.news.send(Some(event));
            }
            other => {
                if let Some(signal) = signal(other) {
                    let _ = self.signals.send(signal);
                }
            }
        }
    }
}

impl Bus {
    fn acked(&self, ack: &ServerAck) {
        if ack.class.as_deref() == Some("message") {
            let at = ack.timestamp.map(|at| Timestamp(at.timestamp_millis()));
            self.acks.resolve(&ack.id, Ack { at, error: ack.error.clone() });
        }
    }
}

/// What an event means for the link.
fn signal(event: &Event) -> Option<Signal> {
    let input = match event {
        Event::Connected(_) => return Some(Signal::Up),
        Event::Disconnected(_) => Input::Lost,
        Event::PairSuccess(paired) => Input::Paired { addresses: aliases([&paired.id, &paired.lid]) },
        Event::PairError(_) => Input::PairFailed,
        Event::PairingQrCode(qr) => Input::Qr { code: qr.code.clone(), valid_for: qr.timeout },
        Event::PairingQrCodesExhausted(_) => Input::QrExhausted,
        Event::QrScannedWithoutMultidevice(_) => Input::PhoneOutdated,
        Event::PairPasskeyRequest(_) => Input::Passkey,
        Event::LoggedOut(out) => Input::LoggedOut { on_connect: out.on_connect, cause: cause(out.reason) },
        Event::ClientOutdated(_) => Input::Outdated,
        Event::StreamReplaced(_) => Input::Replaced,
        Event::TemporaryBan(ban) => Input::Banned(ban.expire.to_std().unwrap_or_default()),
        Event::ConnectFailure(failure) => Input::Refused { retries: retries(failure.reason) },
        Event::SelfPushNameUpdated(update) => Input::Named(update.new_name.clone()),
        _ => return None,
    };
    Some(Signal::Link(input))
}

fn cause(reason: ConnectFailureReason) -> LogoutCause {
    match reason {
        ConnectFailureReason::LoggedOut => LogoutCause::Removed,
        ConnectFailureReason::AccountLocked => LogoutCause::Locked,
        _ => LogoutCause::Unknown,
    }
}

/// Whether the library tries again by itself.
fn retries(reason: ConnectFailureReason) -> bool {
    matches!(reason, ConnectFailureReason::ServiceUnavailable | ConnectFailureReason::InternalServerError)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::Address;
    use std::time::Duration;
    use tokio::sync::mpsc::unbounded_channel;
    use wacore::types::events as e;

    #[test]
    fn what_happens_to_the_link_becomes_an_input() {
        let qr = e::PairingQrCode::builder().code("ref".into()).timeout(Duration::from_secs(60)).build();
        let ban = e::TemporaryBan::builder()
            .code(e::TempBanReason::BlockedByUsers)
            .expire(wacore::chrono::Duration::seconds(9))
            .maybe_message(None)
            .maybe_url(None)
            .maybe_raw(None)
            .build();
        let paired = e::PairSuccess::builder()
            .id("12025550100:1@s.whatsapp.net".parse().unwrap())
            .lid("9100:1@lid".parse().unwrap())
            .business_name(String::new())
            .platform("android".into())
            .build();
        let me = vec![Address::Phone("12025550100".into()), Address::Lid("9100".into())];
        for (event, input) in [
            (Event::PairingQrCode(qr), Input::Qr { code: "ref".into(), valid_for: Duration::from_secs(60) }),
            (Event::TemporaryBan(ban), Input::Banned(Duration::from_secs(9))),
            (Event::PairSuccess(paired), Input::Paired { addresses: me }),
            (Event::StreamReplaced(e::StreamReplaced::builder().build()), Input::Replaced),
        ] {
            assert_eq!(signal(&event), Some(Signal::Link(input)));
        }
        assert_eq!(signal(&Event::Connected(e::Connected::builder().build())), Some(Signal::Up));
    }

    #[test]
    fn refusals_and_logouts_are_told_apart() {
        for (reason, wanted) in [
            (ConnectFailureReason::ServiceUnavailable, true),
            (ConnectFailureReason::InternalServerError, true),
            (ConnectFailureReason::BadUserAgent, false),
            (ConnectFailureReason::Unknown(429), false),
        ] {
            assert_eq!(retries(reason), wanted, "{reason:?}");
        }
        assert_eq!(cause(ConnectFailureReason::LoggedOut), LogoutCause::Removed);
        assert_eq!(cause(ConnectFailureReason::AccountLocked), LogoutCause::Locked);
        assert_eq!(cause(ConnectFailureReason::UnknownLogout), LogoutCause::Unknown);
    }

    fn server_ack(id: &str, class: &str, error: Option<&str>) -> Arc<Event> {
        Arc::new(Event::ServerAck(
            ServerAck::builder()
                .id(id.into())
                .maybe_class(Some(class.into()))
                .maybe_from(None)
                .maybe_timestamp(wacore::time::from_secs(1_800_000_000))
                .maybe_error(error.map(str::to_owned))
                .build(),
        ))
    }

    #[tokio::test]
    async fn only_acks_of_messages_resolve_sends() {
        let acks = Arc::new(Acks::default());
        let bus = Bus { signals: unbounded_channel().0, news: unbounded_channel().0, acks: acks.clone() };
        let waiting = acks.expect("3EB0");
        bus.handle_event(server_ack("3EB0", "receipt", None));
        bus.handle_event(server_ack("3EB0", "message", Some("479")));
        let word = waiting.word().await.unwrap();
        assert_eq!(word, Ack { at: Some(Timestamp::from_secs(1_800_000_000)), error: Some("479".into()) });
    }
}
