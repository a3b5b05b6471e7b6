//! Which LID and which phone number are one person.

use super::{
    SessionBackend, broken,
    codec::{from_json, to_json},
};
use domain::{SessionOp, SessionSpace};
use std::collections::HashMap;
use wacore::store::{error::Result, traits::LidPnMappingEntry};

const BY_LID: SessionSpace = "proto.lid";
/// The newest LID of a phone number.
const BY_PHONE: SessionSpace = "proto.pn";

impl SessionBackend {
    pub(super) async fn mapping_of_lid(&self, lid: &str) -> Result<Option<LidPnMappingEntry>> {
        self.get(BY_LID, lid.as_bytes()).await?.map(|value| from_json(BY_LID, &value)).transpose()
    }

    pub(super) async fn mapping_of_phone(&self, phone: &str) -> Result<Option<LidPnMappingEntry>> {
        let Some(lid) = self.get(BY_PHONE, phone.as_bytes()).await? else { return Ok(None) };
        let lid = String::from_utf8(lid).map_err(|error| broken(BY_PHONE, error))?;
        self.mapping_of_lid(&lid).await
    }

    /// A LID that moves to another number leaves the old one without.
    pub(super) async fn put_mappings(&self, entries: &[LidPnMappingEntry]) -> Result<()> {
        let _lock = self.lock().await;
        let lids = entries.iter().map(|entry| entry.lid.as_bytes().to_vec()).collect();
        let mut phone_of: HashMap<&str, String> = HashMap::new();
        for (entry, stored) in entries.iter().zip(self.get_many(BY_LID, lids).await?) {
            if let Some(stored) = stored {
                let stored: LidPnMappingEntry = from_json(BY_LID, &stored)?;
                phone_of.insert(&entry.lid, stored.phone_number);
            }
        }
        let mut ops = Vec::with_capacity(entries.len() * 2);
        for entry in entries {
            let before = phone_of.insert(&entry.lid, entry.phone_number.clone());
            if let Some(before) = before.filter(|phone| *phone != entry.phone_number) {
                ops.push(SessionOp::Delete(BY_PHONE, before.into_bytes()));
            }
            let (lid, phone) = (entry.lid.as_bytes().to_vec(), entry.phone_number.as_bytes().to_vec());
            ops.push(SessionOp::Put(BY_PHONE, phone, lid.clone()));
            ops.push(SessionOp::Put(BY_LID, lid, to_json(BY_LID, entry)?));
        }
        self.apply(ops).await
    }

    pub(super) async fn all_mappings(&self) -> Result<Vec<LidPnMappingEntry>> {
        self.scan(BY_LID, &[]).await?.iter().map(|(_, value)| from_json(BY_LID, value)).collect()
    }
}
