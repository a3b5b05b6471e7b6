#![allow(clippy::unwrap_used)]
use super::{Effect, Input, LogoutCause, Machine, backoff};
use crate::Link;
use domain::{Address, ConnectionState, Timestamp};
use proptest::prelude::*;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A machine whose last link and other effects are kept.
#[derive(Default)]
struct Run {
    machine: Machine,
    link: Option<Link>,
}

impl Run {
    fn started(linked: bool, may_pair: bool) -> Self {
        let mut run = Self::default();
        run.step(Input::Started { linked, may_pair });
        run
    }

    fn up() -> Self {
        let mut run = Self::started(true, false);
        run.step(Input::Attempt);
        run.step(connected());
        run
    }

    /// What is to be done besides telling.
    fn step(&mut self, input: Input) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in self.machine.step(input, NOW) {
            match effect {
                Effect::Tell(link) => self.link = Some(link),
                other => rest.push(other),
            }
        }
        rest
    }

    fn link(&self) -> &Link {
        self.link.as_ref().expect("something was told")
    }

    fn state(&self) -> (ConnectionState, Option<&'static str>) {
        (self.link().state, self.link().reason)
    }
}

fn me() -> Vec<Address> {
    vec![Address::Phone("12025550100".into()), Address::Lid("9100".into())]
}

fn connected() -> Input {
    Input::Connected { addresses: me(), name: Some("Anna".into()) }
}

fn qr(code: &str, secs: u64) -> Input {
    Input::Qr { code: code.into(), valid_for: Duration::from_secs(secs) }
}

fn at(secs: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(secs))
}

#[test]
fn links_by_code() {
    let mut run = Run::started(false, true);
    assert_eq!(run.state(), (ConnectionState::Connecting, None));
    run.step(Input::Attempt);
    for (code, secs) in [("first", 60), ("second", 20)] {
        assert_eq!(run.step(qr(code, secs)), []);
        let shown = run.link().qr.as_ref().unwrap();
        assert_eq!((shown.code.as_str(), shown.expires_at), (code, at(secs)));
        assert_eq!(run.state(), (ConnectionState::Qr, None));
    }
    run.step(Input::Paired { addresses: me() });
    assert_eq!((run.state(), &run.link().qr), ((ConnectionState::Connecting, None), &None));
    // Right after pairing the library connects anew, without a word.
    run.step(Input::Attempt);
    assert_eq!(run.link().state, ConnectionState::Connecting);
    assert_eq!(run.step(connected()), []);
    assert_eq!(run.state(), (ConnectionState::Open, None));
    assert_eq!((run.link().addresses.clone(), run.link().name.as_deref()), (me(), Some("Anna")));
    assert!(run.machine.is_open());
}

#[test]
fn nobody_scans() {
    let mut run = Run::started(false, true);
    run.step(qr("only", 60));
    assert_eq!(run.step(Input::QrExhausted), [Effect::Halt]);
    assert_eq!(run.state(), (ConnectionState::Disconnected, Some("qr_expired")));
    assert_eq!(run.step(Input::Lost), [], "what the client says after its end does not count");
    assert_eq!(run.step(Input::Ended), []);
    assert_eq!(run.state(), (ConnectionState::Disconnected, Some("qr_expired")));
}

#[test]
fn resuming_without_a_session_ends_at_once() {
    let mut run = Run::default();
    assert_eq!(run.step(Input::Started { linked: false, may_pair: false }), [Effect::Halt]);
    assert_eq!(run.state(), (ConnectionState::Disconnected, Some("not_linked")));
}

#[test]
fn a_lost_connection_says_when_it_is_tried_again() {
    let mut run = Run::up();
    run.step(Input::Lost);
    assert_eq!(run.state(), (ConnectionState::Reconnecting, Some("connection_lost")));
    assert_eq!(run.link().retry_at, Some(at(1)));
    assert!(!run.machine.is_open());
    for secs in [1, 2, 3, 5] {
        run.step(Input::Attempt);
        assert_eq!(run.step(Input::Unreachable), []);
        assert_eq!(run.state(), (ConnectionState::Reconnecting, Some("unreachable")));
        assert_eq!(run.link().retry_at, Some(at(secs)));
    }
    assert_eq!(run.link().addresses, me(), "who it is stays known");
    run.step(Input::Attempt);
    run.step(connected());
    assert_eq!((run.state(), run.link().retry_at), ((ConnectionState::Open, None), None));
    run.step(Input::Lost);
    assert_eq!(run.link().retry_at, Some(at(1)), "it begins anew after a success");
}

#[test]
fn a_connection_replaced_without_a_word_is_told() {
    let mut run = Run::up();
    run.step(Input::Attempt);
    assert_eq!(run.state(), (ConnectionState::Reconnecting, Some("connection_lost")));
}

#[test]
fn an_attempt_that_ends_silently_counts() {
    let mut run = Run::up();
    run.step(Input::Lost);
    for _ in 0..4 {
        run.step(Input::Attempt);
    }
    run.step(Input::Unreachable);
    assert_eq!(run.link().retry_at, Some(at(5)));
}

#[test]
fn the_first_connection_is_not_called_a_reconnect() {
    let mut run = Run::started(true, false);
    run.step(Input::Attempt);
    run.step(Input::Unreachable);
    assert_eq!(run.state(), (ConnectionState::Connecting, Some("unreachable")));
    assert_eq!(run.link().retry_at, Some(at(1)));
}

#[test]
fn the_phone_ends_it() {
    for (cause, reason) in [
        (LogoutCause::Removed, "logged_out_by_phone"),
        (LogoutCause::Locked, "account_locked"),
        (LogoutCause::Unknown, "logged_out"),
    ] {
        let mut run = Run::up();
        assert_eq!(run.step(Input::LoggedOut { on_connect: false, cause }), [Effect::Clear, Effect::Halt]);
        assert_eq!(run.state(), (ConnectionState::LoggedOut, Some(reason)));
        assert!(run.link().addresses.is_empty());
    }
}

#[test]
fn the_session_is_cleared_before_the_logout_is_told() {
    let mut run = Run::up();
    let effects = run.machine.step(Input::LoggedOut { on_connect: false, cause: LogoutCause::Removed }, NOW);
    assert!(matches!(effects[..], [Effect::Clear, Effect::Tell(_), Effect::Halt]), "{effects:?}");
}

#[test]
fn an_ended_session_found_while_resuming_is_told() {
    let mut run = Run::started(true, false);
    let ended = Input::LoggedOut { on_connect: true, cause: LogoutCause::Removed };
    assert_eq!(run.step(ended), [Effect::Clear, Effect::Halt]);
    assert_eq!(run.state(), (ConnectionState::LoggedOut, Some("logged_out_by_phone")));
}

#[test]
fn an_ended_session_found_while_linking_gives_way_to_a_code() {
    let mut run = Run::started(true, true);
    let ended = Input::LoggedOut { on_connect: true, cause: LogoutCause::Removed };
    assert_eq!(run.step(ended), [Effect::Clear, Effect::Restart(NOW)]);
    assert_eq!(run.state(), (ConnectionState::Connecting, None));
    run.step(Input::Started { linked: false, may_pair: true });
    run.step(qr("code", 60));
    assert_eq!(run.state(), (ConnectionState::Qr, None));
}

#[test]
fn endings_that_wait_for_a_user() {
    for (input, state, reason) in [
        (Input::Replaced, ConnectionState::Disconnected, "replaced"),
        (Input::Outdated, ConnectionState::ClientOutdated, "client_outdated"),
    ] {
        let mut run = Run::up();
        assert_eq!(run.step(input), [Effect::Halt]);
        assert_eq!(run.state(), (state, Some(reason)));
    }
}

#[test]
fn endings_that_pass() {
    let ban = Duration::from_secs(3600);
    for (input, reason, secs) in [
        (Input::Banned(ban), "temporarily_banned", 3600),
        (Input::Refused { retries: false }, "refused", 900),
        (Input::Ended, "connection_lost", 1),
        (Input::StoreAway, "store_unavailable", 1),
    ] {
        let mut run = Run::up();
        assert_eq!(run.step(input), [Effect::Restart(at(secs))]);
        assert_eq!(run.state(), (ConnectionState::Reconnecting, Some(reason)));
        assert_eq!(run.link().retry_at, Some(at(secs)));
        run.step(Input::Started { linked: true, may_pair: false });
        run.step(connected());
        assert_eq!(run.state(), (ConnectionState::Open, None));
    }
}

#[test]
fn a_busy_server_is_tried_again_by_the_library() {
    let mut run = Run::up();
    assert_eq!(run.step(Input::Refused { retries: true }), []);
    assert_eq!(run.state(), (ConnectionState::Reconnecting, Some("refused")));
}

#[test]
fn a_store_that_stays_away_is_asked_ever_more_rarely() {
    let mut run = Run::default();
    let mut delays = Vec::new();
    for _ in 0..5 {
        run.step(Input::StoreAway);
        delays.push(run.link().retry_at.unwrap().secs() - NOW.secs());
    }
    assert_eq!(delays, [1, 1, 2, 3, 5]);
}

#[test]
fn trouble_while_pairing_is_told_and_the_next_code_follows() {
    let mut run = Run::started(false, true);
    for (input, state, reason) in [
        (Input::PairFailed, ConnectionState::Connecting, "pairing_failed"),
        (Input::PhoneOutdated, ConnectionState::Connecting, "phone_outdated"),
        (Input::Passkey, ConnectionState::Passkey, "passkey"),
    ] {
        assert_eq!(run.step(input), []);
        assert_eq!(run.state(), (state, Some(reason)));
        run.step(qr("next", 20));
        assert_eq!(run.state(), (ConnectionState::Qr, None));
    }
}

#[test]
fn a_new_name_is_told_while_up() {
    let mut run = Run::up();
    run.step(Input::Named("Anna B.".into()));
    assert_eq!((run.link().state, run.link().name.as_deref()), (ConnectionState::Open, Some("Anna B.")));
    run.step(Input::Lost);
    run.step(Input::Named("Anna C.".into()));
    assert_eq!(run.link().state, ConnectionState::Reconnecting);
    run.step(Input::Connected { addresses: me(), name: None });
    assert_eq!(run.link().name.as_deref(), Some("Anna C."));
}

#[test]
fn users_end_it() {
    let mut run = Run::up();
    assert_eq!(run.step(Input::Stopped), []);
    assert_eq!(run.state(), (ConnectionState::Disconnected, Some("stopped")));
    assert_eq!(run.link().addresses, me());

    for heard in [true, false] {
        let mut run = Run::up();
        assert_eq!(run.step(Input::LoggedOutHere { heard }), [Effect::Clear]);
        assert_eq!(run.state(), (ConnectionState::LoggedOut, Some("logged_out_here")));
        assert_eq!(run.link().message.contains("on the phone"), !heard);
    }
}

#[test]
fn an_ending_that_waits_for_a_user_stays_told_when_switched_off() {
    let mut run = Run::started(false, true);
    run.step(Input::QrExhausted);
    assert_eq!(run.step(Input::Stopped), []);
    assert_eq!(run.state(), (ConnectionState::Disconnected, Some("qr_expired")));
}

#[test]
fn nothing_is_told_twice() {
    let mut run = Run::up();
    assert_eq!(run.machine.step(connected(), NOW), []);
}

#[test]
fn backoff_rises_to_a_quarter_of_an_hour() {
    let secs: Vec<_> = (0..8).map(|attempt| backoff(attempt).as_secs()).collect();
    assert_eq!(secs, [1, 1, 2, 3, 5, 8, 13, 21]);
    assert_eq!(backoff(u32::MAX).as_secs(), 900);
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(linked, may_pair)| Input::Started { linked, may_pair }),
        Just(Input::Attempt),
        Just(Input::Unreachable),
        Just(Input::Lost),
        Just(Input::QrExhausted),
        Just(qr("code", 20)),
        Just(connected()),
        Just(Input::Replaced),
        Just(Input::Ended),
        Just(Input::StoreAway),
        any::<bool>().prop_map(|retries| Input::Refused { retries }),
        any::<bool>().prop_map(|on_connect| Input::LoggedOut { on_connect, cause: LogoutCause::Removed }),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_links_make_sense(happened in proptest::collection::vec(inputs(), 0..40)) {
        let mut machine = Machine::default();
        for input in happened {
            for effect in machine.step(input, NOW) {
                let Effect::Tell(link) = effect else { continue };
                prop_assert!(!link.message.is_empty());
                prop_assert_eq!(link.qr.is_some(), link.state == ConnectionState::Qr);
                prop_assert_eq!(machine.is_open(), link.state == ConnectionState::Open);
                prop_assert!(link.state != ConnectionState::Open || !link.addresses.is_empty());
            }
        }
    }
}
