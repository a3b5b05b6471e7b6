//! Messages sent lately, kept in case that the other side can't decrypt one and asks again.

use super::{
    SessionBackend,
    codec::{key, stamp, unstamp},
};
use domain::SessionSpace;
use wacore::{store::error::Result, time::now_secs};

const SPACE: SessionSpace = "proto.sent";

impl SessionBackend {
    pub(super) async fn keep_sent(&self, chat: &str, id: &str, payload: &[u8]) -> Result<()> {
        self.put(SPACE, key([chat, id]), stamp(now_secs(), payload)).await
    }

    /// Of two that ask for the same message at once, one gets it.
    pub(super) async fn take_sent(&self, chat: &str, id: &str) -> Result<Option<Vec<u8>>> {
        let _lock = self.lock().await;
        let row = key([chat, id]);
        let Some(stored) = self.get(SPACE, &row).await? else { return Ok(None) };
        let payload = unstamp(SPACE, &stored)?.1.to_vec();
        self.delete(SPACE, row).await?;
        Ok(Some(payload))
    }

    pub(super) async fn expire_sent(&self, cutoff: i64) -> Result<u32> {
        self.sweep(SPACE, |_, value| Ok(unstamp(SPACE, value)?.0 < cutoff)).await
    }
}
