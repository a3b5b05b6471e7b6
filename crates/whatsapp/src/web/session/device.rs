//! `DeviceStore`: the device itself, with its keys, as one row.

use super::{
    SessionBackend,
    codec::{from_json, to_json},
    unavailable,
};
use async_trait::async_trait;
use domain::{SessionOp, SessionSpace};
use wacore::store::{Device, error::Result, traits::DeviceStore};

/// One row, under the empty key.
const SPACE: SessionSpace = "device";

impl SessionBackend {
    /// Whether a phone has ever linked this device, and did not end it.
    pub(in crate::web) async fn is_linked(&self) -> Result<bool> {
        Ok(self.load().await?.is_some_and(|device| device.pn.is_some()))
    }

    /// Forgets everything of the account, so that it can be linked anew. Seals this.
    pub(in crate::web) async fn clear(&self) -> Result<()> {
        self.seal();
        let _lock = self.lock().await;
        self.store.apply(self.account, vec![SessionOp::Clear]).await.map_err(unavailable)
    }
}

#[async_trait]
impl DeviceStore for SessionBackend {
    async fn save(&self, device: &Device) -> Result<()> {
        self.put(SPACE, Vec::new(), to_json(SPACE, device)?).await
    }

    async fn load(&self) -> Result<Option<Device>> {
        self.get(SPACE, &[]).await?.map(|value| from_json(SPACE, &value)).transpose()
    }

    async fn exists(&self) -> Result<bool> {
        Ok(self.get(SPACE, &[]).await?.is_some())
    }

    async fn create(&self) -> Result<i32> {
        if !self.exists().await? {
            self.save(&Device::new()).await?;
        }
        Ok(1)
    }
}
