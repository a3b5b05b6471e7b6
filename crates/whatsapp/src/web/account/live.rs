use crate::web::outbound::{Acks, Numbers};
use std::sync::{Arc, PoisonError, RwLock};
use whatsapp_rust::Client;

/// What a send needs of an account: the client while it is up, and who waits for the server's word.
#[derive(Default)]
pub(super) struct Live {
    client: RwLock<Option<Arc<Client>>>,
    pub(super) acks: Arc<Acks>,
    pub(super) numbers: Numbers,
}

impl Live {
    /// The client, if messages flow.
    pub(super) fn client(&self) -> Option<Arc<Client>> {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn up(&self, client: Arc<Client>) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
    }

    pub(super) fn down(&self) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.acks.lose_all();
    }
}
