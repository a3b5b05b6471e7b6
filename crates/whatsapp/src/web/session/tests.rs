//! The adapter over a store in memory, checked side by side with the library's own reference.
#![allow(clippy::unwrap_used)]
use super::SessionBackend;
use crate::support::MemorySessions;
use bytes::Bytes;
use domain::AccountId;
use std::sync::Arc;
use wacore::{
    appstate::{hash::HashState, processor::AppStateMutationMAC},
    store::{
        Device, InMemoryBackend,
        traits::{
            AppStateSyncKey, Backend, DeviceInfo, DeviceListRecord, DeviceStore, LidPnMappingEntry, MsgSecretEntry,
            MsgSecretStore, PendingInboundKey, PendingInboundRow, ProtocolStore, SignalStore, TcTokenEntry,
        },
    },
};

fn backend() -> (Arc<MemorySessions>, SessionBackend) {
    let sessions = MemorySessions::new();
    (sessions.clone(), SessionBackend::new(AccountId::new(), sessions))
}

/// Runs the same checks against ours and the library's reference.
macro_rules! both {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test]
            async fn ours() { super::checks::$name(&super::backend().1).await; }
            #[tokio::test]
            async fn reference() { super::checks::$name(&super::InMemoryBackend::new()).await; }
        }
    )+ };
}

both!(
    signal,
    pre_keys,
    sender_keys,
    app_sync,
    lid_mappings,
    devices_and_base_keys,
    tc_tokens,
    sent,
    pending,
    secrets,
    device
);

mod checks {
    use super::*;

    pub(super) async fn signal(b: &impl Backend) {
        b.put_identity("1@s.whatsapp.net.0", [1; 32]).await.unwrap();
        b.put_identities_batch(&[("2@lid.0".into(), [2; 32]), ("1@s.whatsapp.net.0".into(), [3; 32])]).await.unwrap();
        assert_eq!(b.load_identity("1@s.whatsapp.net.0").await.unwrap(), Some([3; 32]));
        b.delete_identity("1@s.whatsapp.net.0").await.unwrap();
        assert_eq!(b.load_identity("1@s.whatsapp.net.0").await.unwrap(), None);
        b.put_session("77:3@lid.0", b"a").await.unwrap();
        b.put_sessions_batch(&[("77:3@lid.0".into(), Bytes::from_static(b"b"))]).await.unwrap();
        assert_eq!(b.get_session("77:3@lid.0").await.unwrap().unwrap(), "b");
        assert!(b.has_session("77:3@lid.0").await.unwrap());
        for (user, has) in [("77", true), ("2", true), ("7", false), ("777", false)] {
            assert_eq!(b.has_signal_state_for_user(user).await.unwrap(), has, "{user}");
        }
        b.delete_session("77:3@lid.0").await.unwrap();
        assert!(!b.has_session("77:3@lid.0").await.unwrap());
    }

    pub(super) async fn pre_keys(b: &impl Backend) {
        assert_eq!(b.get_max_prekey_id().await.unwrap(), 0);
        let keys: Vec<_> = [1u32, 255, 256, 70_000].map(|id| (id, Bytes::from(id.to_string()))).into();
        b.store_prekeys_batch(&keys, false).await.unwrap();
        assert_eq!(b.get_max_prekey_id().await.unwrap(), 70_000);
        b.remove_prekey(70_000).await.unwrap();
        b.mark_prekeys_uploaded(&[1, 256, 70_000]).await.unwrap();
        assert_eq!(b.load_prekey(70_000).await.unwrap(), None, "a used key stays gone");
        assert_eq!(b.load_prekey(256).await.unwrap().unwrap(), "256");
        assert_eq!(b.load_prekeys_batch(&[9, 255, 1]).await.unwrap(), [(255, "255".into()), (1, "1".into())]);
        assert_eq!(b.get_max_prekey_id().await.unwrap(), 256);
        b.store_signed_prekey(7, b"s").await.unwrap();
        assert_eq!(b.load_all_signed_prekeys().await.unwrap(), [(7, b"s".to_vec())]);
        b.remove_signed_prekey(7).await.unwrap();
        assert_eq!(b.load_signed_prekey(7).await.unwrap(), None);
    }

    pub(super) async fn sender_keys(b: &impl Backend) {
        b.put_sender_keys_batch(&[("g::1".into(), Bytes::from_static(b"k"))]).await.unwrap();
        assert_eq!(b.get_sender_key("g::1").await.unwrap().unwrap(), b"k");
        b.delete_sender_key("g::1").await.unwrap();
        assert_eq!(b.get_sender_key("g::1").await.unwrap(), None);

        b.set_sender_key_status("g", &[("d1", true), ("d2", false)]).await.unwrap();
        b.set_sender_key_status("gg", &[("d1", true)]).await.unwrap();
        let mut of_g = b.get_sender_key_devices("g").await.unwrap();
        of_g.sort();
        assert_eq!(of_g, [("d1".into(), true), ("d2".into(), false)]);
        b.delete_sender_key_device_rows(&["d1"]).await.unwrap();
        assert_eq!(b.get_sender_key_devices("g").await.unwrap(), [("d2".into(), false)]);
        assert!(b.get_sender_key_devices("gg").await.unwrap().is_empty());
        b.set_sender_key_status("gg", &[("d3", true)]).await.unwrap();
        b.clear_sender_key_devices("g").await.unwrap();
        assert_eq!(b.get_sender_key_devices("gg").await.unwrap(), [("d3".into(), true)]);
        b.clear_all_sender_key_devices().await.unwrap();
        assert!(b.get_sender_key_devices("gg").await.unwrap().is_empty());
    }

    pub(super) async fn app_sync(b: &impl Backend) {
        assert_eq!(b.get_latest_sync_key_id().await.unwrap(), None);
        for id in [b"k1", b"k2"] {
            let key = AppStateSyncKey { key_data: id.to_vec(), fingerprint: vec![1], timestamp: 5 };
            b.set_sync_key(id, key).await.unwrap();
        }
        assert_eq!(b.get_latest_sync_key_id().await.unwrap().unwrap(), b"k2");
        assert_eq!(b.get_sync_key(b"k1").await.unwrap().unwrap().key_data, b"k1");
        assert_eq!(b.get_version("regular").await.unwrap().version, 0);
        let state = HashState { version: 9, hash: [4; 128], ..HashState::default() };
        b.set_version("regular", state).await.unwrap();
        let state = b.get_version("regular").await.unwrap();
        assert_eq!((state.version, state.hash), (9, [4; 128]));

        let mac = |n: u8| AppStateMutationMAC { index_mac: vec![n; 32], value_mac: vec![n] };
        b.put_mutation_macs("regular", 9, &[mac(1), mac(2), mac(3)]).await.unwrap();
        b.put_mutation_macs("regular_low", 9, &[mac(1)]).await.unwrap();
        b.delete_mutation_macs("regular", &[vec![2; 32]]).await.unwrap();
        assert_eq!(b.get_mutation_mac("regular", &[1; 32]).await.unwrap().unwrap(), [1]);
        let found = b.get_mutation_macs("regular", &[[1; 32], [2; 32], [3; 32]]).await.unwrap();
        assert_eq!(found, [([1; 32], vec![1]), ([3; 32], vec![3])].into());
        b.clear_mutation_macs("regular").await.unwrap();
        assert!(b.get_mutation_macs("regular", &[[1; 32]]).await.unwrap().is_empty());
        assert!(b.get_mutation_mac("regular_low", &[1; 32]).await.unwrap().is_some());
    }

    fn mapping(lid: &str, phone: &str) -> LidPnMappingEntry {
        LidPnMappingEntry {
            lid: lid.into(),
            phone_number: phone.into(),
            created_at: 1,
            updated_at: 2,
            learning_source: "usync".into(),
        }
    }

    pub(super) async fn lid_mappings(b: &impl Backend) {
        b.put_lid_mappings(&[mapping("l1", "p1"), mapping("l2", "p1")]).await.unwrap();
        assert_eq!(b.get_pn_mapping("p1").await.unwrap().unwrap().lid, "l2", "the newest wins");
        assert_eq!(b.get_lid_mapping("l1").await.unwrap().unwrap().phone_number, "p1");
        b.put_lid_mapping(&mapping("l2", "p2")).await.unwrap();
        assert!(b.get_pn_mapping("p1").await.unwrap().is_none(), "its LID moved on");
        assert_eq!(b.get_pn_mapping("p2").await.unwrap().unwrap().lid, "l2");
        assert_eq!(b.get_all_lid_mappings().await.unwrap().len(), 2);
    }

    pub(super) async fn devices_and_base_keys(b: &impl Backend) {
        let list = DeviceListRecord {
            user: "u".into(),
            devices: vec![DeviceInfo::new(0, None), DeviceInfo::new(3, Some(1))],
            timestamp: 4,
            phash: None,
            raw_id: Some(8),
        };
        b.update_device_lists(vec![list]).await.unwrap();
        let stored = b.get_devices("u").await.unwrap().unwrap();
        assert_eq!((stored.devices.len(), stored.devices[1].key_index, stored.raw_id), (2, Some(1), Some(8)));
        b.delete_devices("u").await.unwrap();
        assert!(b.get_devices("u").await.unwrap().is_none());

        b.save_base_key("a", "m", b"k").await.unwrap();
        assert!(b.has_same_base_key("a", "m", b"k").await.unwrap());
        assert!(!b.has_same_base_key("a", "m", b"x").await.unwrap());
        b.delete_base_key("a", "m").await.unwrap();
        assert!(!b.has_same_base_key("a", "m", b"k").await.unwrap());

        b.put_group_metadata("g", b"blob").await.unwrap();
        assert_eq!(b.get_group_metadata("g").await.unwrap().unwrap(), b"blob");
        b.delete_group_metadata("g").await.unwrap();
        assert!(b.get_group_metadata("g").await.unwrap().is_none());
    }

    pub(super) async fn tc_tokens(b: &impl Backend) {
        b.touch_tc_token_sender_timestamp("j", 50).await.unwrap();
        b.touch_tc_token_sender_timestamp("j", 40).await.unwrap();
        b.store_received_tc_token("j", b"first", 10).await.unwrap();
        b.store_received_tc_token("j", b"older", 9).await.unwrap();
        let token = b.get_tc_token("j").await.unwrap().unwrap();
        assert_eq!(
            (token.token.as_slice(), token.token_timestamp, token.sender_timestamp),
            (&b"first"[..], 10, Some(50))
        );
        b.store_received_tc_token("j", b"newer", 11).await.unwrap();
        assert_eq!(b.get_tc_token("j").await.unwrap().unwrap().token, b"newer");

        let stale = TcTokenEntry { token: b"x".to_vec(), token_timestamp: 1, sender_timestamp: None };
        b.put_tc_token("old", &stale).await.unwrap();
        assert_eq!(b.get_all_tc_token_jids().await.unwrap().len(), 2);
        assert_eq!(b.delete_expired_tc_tokens(20, 50).await.unwrap(), 1);
        assert_eq!(b.get_all_tc_token_jids().await.unwrap(), ["j"]);
        b.delete_tc_token("j").await.unwrap();
        assert!(b.get_tc_token("j").await.unwrap().is_none());
    }

    pub(super) async fn sent(b: &impl Backend) {
        b.store_sent_message("c", "1", b"one").await.unwrap();
        b.store_sent_message("c", "2", b"two").await.unwrap();
        let (first, second) = tokio::join!(b.take_sent_message("c", "1"), b.take_sent_message("c", "1"));
        assert_eq!([first.unwrap(), second.unwrap()].into_iter().flatten().collect::<Vec<_>>(), [b"one".to_vec()]);
        assert_eq!(b.delete_expired_sent_messages(wacore::time::now_secs() - 60).await.unwrap(), 0);
        assert_eq!(b.delete_expired_sent_messages(wacore::time::now_secs() + 60).await.unwrap(), 1);
        assert_eq!(b.take_sent_message("c", "2").await.unwrap(), None);
    }

    pub(super) async fn pending(b: &impl Backend) {
        let rows = [1u8, 2, 3].map(|n| (n.to_string(), vec![n]));
        let refs: Vec<_> =
            rows.iter().map(|(id, m)| PendingInboundRow { chat: "c", sender: "s", id, message: m }).collect();
        b.store_pending_inbound_batch(&refs).await.unwrap();
        b.store_pending_inbound("c", "s", "1", b"again").await.unwrap();
        assert_eq!(b.get_pending_inbound("c", "s", "1").await.unwrap().unwrap(), b"again");
        assert_eq!(b.get_pending_inbound("c", "x", "1").await.unwrap(), None);
        b.delete_pending_inbound("c", "s", "1").await.unwrap();
        b.delete_pending_inbound_batch(&[PendingInboundKey { chat: "c", sender: "s", id: "2" }]).await.unwrap();
        assert_eq!(b.get_pending_inbound("c", "s", "2").await.unwrap(), None);
        assert_eq!(b.delete_expired_pending_inbound(0).await.unwrap(), 0);
        assert_eq!(b.delete_expired_pending_inbound(i64::MAX).await.unwrap(), 1);
    }

    pub(super) async fn secrets(b: &impl Backend) {
        let entry = |id: &str, n: u8, expires_at, message_ts| MsgSecretEntry {
            chat: "c".into(),
            sender: "s".into(),
            msg_id: id.into(),
            secret: [n; 32],
            expires_at,
            message_ts,
        };
        assert_eq!(b.put_msg_secrets(vec![entry("1", 1, 100, 7), entry("1", 2, 50, 0)]).await.unwrap(), 2);
        assert_eq!(b.get_msg_secret_with_ts("c", "s", "1").await.unwrap().unwrap(), (vec![2; 32], 7));
        b.put_msg_secrets(vec![entry("2", 3, 0, 0), entry("3", 4, 99, 0)]).await.unwrap();
        b.put_msg_secret("c", "s", "4", &[9; 32]).await.unwrap();
        assert_eq!(b.delete_expired_msg_secrets(99).await.unwrap(), 1, "the one of 100 was not shortened to 50");
        assert_eq!(b.get_msg_secret("c", "s", "3").await.unwrap(), None);
        assert_eq!(b.get_msg_secret("c", "s", "4").await.unwrap().unwrap(), [9; 32]);
    }

    pub(super) async fn device(b: &impl Backend) {
        assert!(!b.exists().await.unwrap());
        b.create().await.unwrap();
        let mut device = b.load().await.unwrap().unwrap();
        device.pn = Some("12025550100:4@s.whatsapp.net".parse().unwrap());
        device.push_name = "Anna".into();
        device.next_pre_key_id = 813;
        b.save(&device).await.unwrap();
        b.create().await.unwrap();
        let again = b.load().await.unwrap().unwrap();
        assert_eq!(again.pn, device.pn);
        assert_eq!((again.push_name.as_str(), again.next_pre_key_id), ("Anna", 813));
        assert_eq!(again.noise_key.private_key.serialize(), device.noise_key.private_key.serialize());
        assert_eq!(again.signed_pre_key_signature, device.signed_pre_key_signature);
    }
}

#[tokio::test]
async fn a_batch_is_one_change_of_the_store() {
    let (sessions, b) = backend();
    let keys: Vec<_> = (1..=812u32).map(|id| (id, Bytes::from_static(b"key"))).collect();
    b.store_prekeys_batch(&keys, false).await.unwrap();
    assert_eq!(sessions.applied(), 1);
    b.mark_prekeys_uploaded(&(1..=812).collect::<Vec<_>>()).await.unwrap();
    b.put_lid_mappings(&[]).await.unwrap();
    assert_eq!(sessions.applied(), 2, "nothing to change is no change");
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let sessions = MemorySessions::new();
    let (a, b) = (AccountId::new(), AccountId::new());
    let a = SessionBackend::new(a, sessions.clone());
    let b = SessionBackend::new(b, sessions.clone());
    a.put_session("x@lid.0", b"a").await.unwrap();
    assert_eq!(b.get_session("x@lid.0").await.unwrap(), None);
    b.put_session("x@lid.0", b"b").await.unwrap();
    a.clear().await.unwrap();
    assert_eq!(b.get_session("x@lid.0").await.unwrap().unwrap(), "b");
}

#[tokio::test]
async fn concurrent_touches_of_a_token_lose_nothing() {
    let b = Arc::new(backend().1);
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..50 {
        let b = b.clone();
        tasks.spawn(async move {
            b.touch_tc_token_sender_timestamp("j", at).await.unwrap();
            b.store_received_tc_token("j", &at.to_be_bytes(), at).await.unwrap();
        });
    }
    while tasks.join_next().await.is_some() {}
    let token = b.get_tc_token("j").await.unwrap().unwrap();
    assert_eq!(
        (token.token, token.token_timestamp, token.sender_timestamp),
        (49i64.to_be_bytes().to_vec(), 49, Some(49))
    );
}

#[tokio::test]
async fn damage_is_an_error() {
    let (sessions, b) = backend();
    b.save(&Device::new()).await.unwrap();
    b.put_identity("a", [1; 32]).await.unwrap();
    b.put_tc_token("j", &TcTokenEntry { token: vec![1], token_timestamp: 1, sender_timestamp: None }).await.unwrap();
    b.put_msg_secret("c", "s", "1", &[1; 32]).await.unwrap();
    for space in ["device", "signal.identity", "proto.tc_token", "secret.message"] {
        sessions.spoil(space);
    }
    let errors = [
        b.load().await.err().map(|error| error.to_string()),
        b.load_identity("a").await.err().map(|error| error.to_string()),
        b.touch_tc_token_sender_timestamp("j", 5).await.err().map(|error| error.to_string()),
        b.get_msg_secret("c", "s", "1").await.err().map(|error| error.to_string()),
        b.is_linked().await.err().map(|error| error.to_string()),
    ];
    assert!(errors.iter().all(Option::is_some), "{errors:?}");
}

#[tokio::test]
async fn a_sealed_session_takes_no_changes() {
    let (sessions, b) = backend();
    b.create().await.unwrap();
    b.clear().await.unwrap();
    assert!(b.save(&Device::new()).await.is_err());
    assert_eq!(sessions.applied(), 2);
    assert!(!b.is_linked().await.unwrap());
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error() {
    let (sessions, b) = backend();
    sessions.is_away(true);
    assert!(b.put_session("a", b"b").await.is_err());
    assert!(b.exists().await.is_err());
    sessions.is_away(false);
    assert!(b.put_session("a", b"b").await.is_ok());
}
