//! Which devices of a group have our sender key.

use super::{
    SessionBackend,
    codec::{key, take_part},
};
use domain::{SessionOp, SessionSpace};
use wacore::store::error::Result;

/// By group and device; 1 if the device has the key.
const SPACE: SessionSpace = "proto.sender_key_device";

impl SessionBackend {
    pub(super) async fn sender_key_devices(&self, group: &str) -> Result<Vec<(String, bool)>> {
        let rows = self.scan(SPACE, &key([group])).await?;
        rows.iter().map(|(row, value)| Ok((device_of(row)?.to_owned(), value.as_slice() == [1]))).collect()
    }

    pub(super) async fn put_sender_key_devices(&self, group: &str, entries: &[(&str, bool)]) -> Result<()> {
        let put = |(device, has): &(&str, bool)| SessionOp::Put(SPACE, key([group, device]), vec![u8::from(*has)]);
        self.apply(entries.iter().map(put).collect()).await
    }

    pub(super) async fn clear_sender_key_group(&self, group: &str) -> Result<()> {
        self.apply(vec![SessionOp::DeletePrefix(SPACE, key([group]))]).await
    }

    pub(super) async fn clear_sender_key_all(&self) -> Result<()> {
        self.apply(vec![SessionOp::DeletePrefix(SPACE, Vec::new())]).await
    }

    pub(super) async fn forget_sender_key_devices(&self, devices: &[&str]) -> Result<()> {
        self.sweep(SPACE, |row, _| Ok(devices.contains(&device_of(row)?))).await.map(|_| ())
    }
}

fn device_of(mut row: &[u8]) -> Result<&str> {
    take_part(SPACE, &mut row)?;
    take_part(SPACE, &mut row)
}
