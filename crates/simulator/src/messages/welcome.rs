//! What a phone tells a device that it has just linked: the app-state key, a first piece of history, and its name.
//! Without the first two clients wait for them on a new link; without the name they wait on every start.

use rand::Rng as _;
use wacore_binary::builder::NodeBuilder;
use waproto::buffa::{Message as _, MessageField};
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::message::{
    AppStateSyncKey, AppStateSyncKeyData, AppStateSyncKeyFingerprint, AppStateSyncKeyId, AppStateSyncKeyShare,
    HistorySyncNotification, HistorySyncType, ProtocolMessage,
};
use waproto::whatsapp::{HistorySync, Message, Pushname, history_sync};

use crate::wire::stanza;
use crate::wire::zlib;
use crate::world::{Address, Class, Form, World};

impl World {
    /// Queues all that a new device must learn first.
    pub fn welcome(&mut self, at: Address) {
        let Some(phone) = self.phones.get(&at.user) else { return };
        let (own, name, raw_id) = (phone.jid(Form::Phone), phone.options.name.clone(), phone.raw_id);
        let names = vec![Pushname { id: Some(own.to_string()), pushname: Some(name.clone()) }];
        let share = self.key_share(at, raw_id);
        self.phone_tells_device(
            at,
            protocol(ProtocolMessage {
                r#type: Some(Type::APP_STATE_SYNC_KEY_SHARE),
                app_state_sync_key_share: MessageField::some(share),
                ..Default::default()
            }),
        );
        self.phone_tells_device(
            at,
            protocol(ProtocolMessage {
                r#type: Some(Type::HISTORY_SYNC_NOTIFICATION),
                history_sync_notification: MessageField::some(history(names)),
                ..Default::default()
            }),
        );
        let id = self.random_id("", 10);
        let notification = NodeBuilder::new("notification")
            .attr("from", own)
            .attr("type", "account_sync")
            .attr("id", id)
            .attr("t", stanza::now())
            .attr("pushname", name)
            .build();
        self.deliver(at, Class::Notification, notification);
    }

    fn key_share(&mut self, at: Address, raw_id: u32) -> AppStateSyncKeyShare {
        let (mut key, mut id) = (vec![0; 32], vec![0; 6]);
        self.rng.fill_bytes(&mut key);
        self.rng.fill_bytes(&mut id);
        let fingerprint = AppStateSyncKeyFingerprint {
            raw_id: Some(raw_id),
            current_index: Some(u32::from(at.device)),
            device_indexes: vec![0, u32::from(at.device)],
        };
        let data = AppStateSyncKeyData {
            key_data: Some(key),
            fingerprint: MessageField::some(fingerprint),
            timestamp: i64::try_from(stanza::now()).ok(),
        };
        let key = AppStateSyncKey {
            key_id: MessageField::some(AppStateSyncKeyId { key_id: Some(id) }),
            key_data: MessageField::some(data),
        };
        AppStateSyncKeyShare { keys: vec![key] }
    }
}

fn protocol(message: ProtocolMessage) -> Message {
    Message { protocol_message: MessageField::some(message), ..Default::default() }
}

fn history(pushnames: Vec<Pushname>) -> HistorySyncNotification {
    let history = HistorySync { sync_type: history_sync::HistorySyncType::PUSH_NAME, pushnames, ..Default::default() };
    HistorySyncNotification {
        sync_type: Some(HistorySyncType::PUSH_NAME),
        chunk_order: Some(1),
        initial_hist_bootstrap_inline_payload: Some(zlib::store(&history.encode_to_vec())),
        ..Default::default()
    }
}
