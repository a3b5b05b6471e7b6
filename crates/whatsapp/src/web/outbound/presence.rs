//! Typing, and being online or not.

use super::recipient::known_jid;
use crate::Typing;
use domain::Address;
use std::{sync::Arc, time::Duration};
use whatsapp_rust::{ChatStateType, Client};

/// How long a best-effort stanza may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The library says "available" in a task of its own when it learns the owner's name; this comes after it.
const AFTER_NAME: Duration = Duration::from_millis(500);

/// Tells the other side that the clerk types. Best effort.
pub(in crate::web) async fn typing(client: &Client, to: &[Address], typing: Typing) {
    let Some(to) = known_jid(client, to).await else { return };
    let state = match typing {
        Typing::Composing => ChatStateType::Composing,
        Typing::Recording => ChatStateType::Recording,
        Typing::Paused => ChatStateType::Paused,
    };
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, client.chatstate().send(&to, state)).await {
        tracing::debug!(%error, "Typing could not be told");
    }
}

/// Takes back that the owner is online, which the library says by itself at every login with a known name and for every
/// new name, and which can't be kept from it. While a linked device is online the owner's phone does not ring.
pub(in crate::web) fn stay_offline(client: Arc<Client>, named_just_now: bool) {
    tokio::spawn(async move {
        if named_just_now {
            tokio::time::sleep(AFTER_NAME).await;
        }
        match tokio::time::timeout(PATIENCE, client.presence().set_unavailable()).await {
            // Without a name the library did not say "available" either.
            Ok(Ok(()) | Err(whatsapp_rust::PresenceError::PushNameEmpty)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "The device could not be set offline"),
            Err(_) => tracing::debug!("The device could not be set offline in time"),
        }
    });
}
