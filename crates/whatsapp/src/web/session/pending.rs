//! Messages that are decrypted and not yet stored. The key of a message works once, so without these a crash in between
//! would lose it.

use super::{
    SessionBackend,
    codec::{key, stamp, unstamp},
};
use domain::{SessionOp, SessionSpace};
use wacore::{
    store::{
        error::Result,
        traits::{PendingInboundKey, PendingInboundRow},
    },
    time::now_secs,
};

const SPACE: SessionSpace = "proto.pending";

impl SessionBackend {
    pub(super) async fn keep_pending(&self, rows: &[PendingInboundRow<'_>]) -> Result<()> {
        let now = now_secs();
        let put = |row: &PendingInboundRow<'_>| {
            SessionOp::Put(SPACE, key([row.chat, row.sender, row.id]), stamp(now, row.message))
        };
        self.apply(rows.iter().map(put).collect()).await
    }

    pub(super) async fn pending(&self, chat: &str, sender: &str, id: &str) -> Result<Option<Vec<u8>>> {
        let stored = self.get(SPACE, &key([chat, sender, id])).await?;
        stored.map(|stored| Ok(unstamp(SPACE, &stored)?.1.to_vec())).transpose()
    }

    pub(super) async fn drop_pending(&self, keys: &[PendingInboundKey<'_>]) -> Result<()> {
        let gone = |row: &PendingInboundKey<'_>| SessionOp::Delete(SPACE, key([row.chat, row.sender, row.id]));
        self.apply(keys.iter().map(gone).collect()).await
    }

    pub(super) async fn expire_pending(&self, cutoff: i64) -> Result<u32> {
        self.sweep(SPACE, |_, value| Ok(unstamp(SPACE, value)?.0 < cutoff)).await
    }
}
