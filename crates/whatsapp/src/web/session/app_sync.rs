//! `AppSyncStore`: keys and versions of what phone and devices keep in step.

use super::{
    SessionBackend, broken,
    codec::{from_json, key, to_json},
};
use async_trait::async_trait;
use domain::{SessionOp, SessionSpace};
use std::collections::HashMap;
use wacore::{
    appstate::{hash::HashState, processor::AppStateMutationMAC},
    store::{
        error::Result,
        traits::{AppStateSyncKey, AppSyncStore},
    },
};

const KEY: SessionSpace = "appsync.key";
/// One row, under the empty key: the id of the newest key.
const LATEST: SessionSpace = "appsync.latest";
const VERSION: SessionSpace = "appsync.version";
/// By collection and index.
const MAC: SessionSpace = "appsync.mac";

fn mac_key(name: &str, index_mac: &[u8]) -> Vec<u8> {
    let mut row = key([name]);
    row.extend_from_slice(index_mac);
    row
}

#[async_trait]
impl AppSyncStore for SessionBackend {
    async fn get_sync_key(&self, key_id: &[u8]) -> Result<Option<AppStateSyncKey>> {
        self.get(KEY, key_id).await?.map(|value| from_json(KEY, &value)).transpose()
    }

    async fn set_sync_key(&self, key_id: &[u8], key: AppStateSyncKey) -> Result<()> {
        let value = to_json(KEY, &key)?;
        self.apply(vec![
            SessionOp::Put(KEY, key_id.to_vec(), value),
            SessionOp::Put(LATEST, Vec::new(), key_id.to_vec()),
        ])
        .await
    }

    async fn get_version(&self, name: &str) -> Result<HashState> {
        let value = self.get(VERSION, name.as_bytes()).await?;
        value.map_or_else(|| Ok(HashState::default()), |value| from_json(VERSION, &value))
    }

    async fn set_version(&self, name: &str, state: HashState) -> Result<()> {
        self.put(VERSION, name.as_bytes().to_vec(), to_json(VERSION, &state)?).await
    }

    async fn put_mutation_macs(&self, name: &str, _version: u64, mutations: &[AppStateMutationMAC]) -> Result<()> {
        let put = |mac: &AppStateMutationMAC| SessionOp::Put(MAC, mac_key(name, &mac.index_mac), mac.value_mac.clone());
        self.apply(mutations.iter().map(put).collect()).await
    }

    async fn get_mutation_mac(&self, name: &str, index_mac: &[u8]) -> Result<Option<Vec<u8>>> {
        self.get(MAC, &mac_key(name, index_mac)).await
    }

    async fn get_mutation_macs(&self, name: &str, index_macs: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<u8>>> {
        let keys = index_macs.iter().map(|index| mac_key(name, index)).collect();
        let values = self.get_many(MAC, keys).await?;
        if values.len() != index_macs.len() {
            return Err(broken(MAC, "another number of values came back than was asked for"));
        }
        Ok(index_macs.iter().zip(values).filter_map(|(index, value)| Some((*index, value?))).collect())
    }

    async fn delete_mutation_macs(&self, name: &str, index_macs: &[Vec<u8>]) -> Result<()> {
        self.apply(index_macs.iter().map(|index| SessionOp::Delete(MAC, mac_key(name, index))).collect()).await
    }

    async fn clear_mutation_macs(&self, name: &str) -> Result<()> {
        self.apply(vec![SessionOp::DeletePrefix(MAC, key([name]))]).await
    }

    async fn get_latest_sync_key_id(&self) -> Result<Option<Vec<u8>>> {
        self.get(LATEST, &[]).await
    }
}
