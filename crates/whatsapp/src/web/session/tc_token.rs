//! Tokens by which a contact trusts us.

use super::{
    SessionBackend, broken,
    codec::{from_json, to_json},
};
use domain::SessionSpace;
use wacore::store::{error::Result, traits::TcTokenEntry};

const SPACE: SessionSpace = "proto.tc_token";

impl SessionBackend {
    pub(super) async fn tc_token(&self, jid: &str) -> Result<Option<TcTokenEntry>> {
        self.get(SPACE, jid.as_bytes()).await?.map(|value| from_json(SPACE, &value)).transpose()
    }

    pub(super) async fn set_tc_token(&self, jid: &str, entry: &TcTokenEntry) -> Result<()> {
        let _lock = self.lock().await;
        self.write_tc_token(jid, entry).await
    }

    async fn write_tc_token(&self, jid: &str, entry: &TcTokenEntry) -> Result<()> {
        self.put(SPACE, jid.as_bytes().to_vec(), to_json(SPACE, entry)?).await
    }

    pub(super) async fn remove_tc_token(&self, jid: &str) -> Result<()> {
        let _lock = self.lock().await;
        self.delete(SPACE, jid.as_bytes().to_vec()).await
    }

    pub(super) async fn tc_token_jids(&self) -> Result<Vec<String>> {
        let rows = self.scan(SPACE, &[]).await?;
        rows.into_iter().map(|(jid, _)| String::from_utf8(jid).map_err(|error| broken(SPACE, error))).collect()
    }

    /// A token goes once both sides of it are older than their limits.
    pub(super) async fn expire_tc_tokens(&self, token_cutoff: i64, sender_cutoff: i64) -> Result<u32> {
        self.sweep(SPACE, |_, value| {
            let entry: TcTokenEntry = from_json(SPACE, value)?;
            let token_lives = !entry.token.is_empty() && entry.token_timestamp >= token_cutoff;
            let sender_lives = entry.sender_timestamp.is_some_and(|at| at >= sender_cutoff);
            Ok(!token_lives && !sender_lives)
        })
        .await
    }

    /// The time only moves on; without a token a place is kept for it.
    pub(super) async fn touch_tc_token(&self, jid: &str, sent_at: i64) -> Result<()> {
        let _lock = self.lock().await;
        let mut entry = self.tc_token(jid).await?.unwrap_or(TcTokenEntry {
            token: Vec::new(),
            token_timestamp: sent_at,
            sender_timestamp: None,
        });
        entry.sender_timestamp = Some(entry.sender_timestamp.map_or(sent_at, |before| before.max(sent_at)));
        self.write_tc_token(jid, &entry).await
    }

    /// The newer token wins, and an empty place never does.
    pub(super) async fn receive_tc_token(&self, jid: &str, token: &[u8], token_timestamp: i64) -> Result<()> {
        let _lock = self.lock().await;
        let stored = self.tc_token(jid).await?;
        let is_newer = |stored: &TcTokenEntry| stored.token.is_empty() || token_timestamp >= stored.token_timestamp;
        if !stored.as_ref().is_none_or(is_newer) {
            return Ok(());
        }
        let sender_timestamp = stored.and_then(|stored| stored.sender_timestamp);
        self.write_tc_token(jid, &TcTokenEntry { token: token.to_vec(), token_timestamp, sender_timestamp }).await
    }
}
