use super::{
    driver::{Driver, Order},
    live::Live,
};
use crate::{
    Accepted, Capability, Login, Outbound, Provider, SendError, Typing,
    web::{link::Machine, outbound, shared::WebShared},
};
use async_trait::async_trait;
use domain::{AccountId, AccountSettings, Address};
use std::sync::Arc;
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};

/// A linked device that is switched on.
pub(crate) struct Web {
    shared: Arc<WebShared>,
    account: AccountId,
    live: Arc<Live>,
    orders: watch::Sender<Order>,
    /// Until it was waited for.
    driver: Mutex<Option<JoinHandle<()>>>,
}

impl Web {
    /// Starts the account's task and returns at once.
    pub(crate) fn start(shared: &Arc<WebShared>, account: AccountId, login: &Login, settings: AccountSettings) -> Self {
        let live = Arc::new(Live::default());
        let orders = watch::Sender::new(Order::Run);
        let driver = Driver {
            shared: shared.clone(),
            account,
            settings,
            may_pair: *login == Login::Qr,
            live: live.clone(),
            orders: orders.subscribe(),
            machine: Machine::default(),
        };
        let driver = Mutex::new(Some(tokio::spawn(driver.run())));
        Self { shared: shared.clone(), account, live, orders, driver }
    }

    /// The first order counts. Returns once it was carried out.
    async fn end(&self, order: Order) {
        self.orders.send_if_modified(|now| {
            let first = *now == Order::Run;
            if first {
                *now = order;
            }
            first
        });
        let mut driver = self.driver.lock().await;
        if let Some(task) = driver.take()
            && let Err(error) = task.await
        {
            tracing::error!(account = %self.account, %error, "The task of a linked device broke");
        }
    }
}

#[async_trait]
impl Provider for Web {
    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Typing, Capability::ReadReceipts, Capability::Qr, Capability::Logout]
    }

    async fn send(&self, message: Outbound) -> Result<Accepted, SendError> {
        let client = self.live.client().ok_or_else(|| SendError::Again("the account is not connected".to_owned()))?;
        let Live { acks, numbers, .. } = &*self.live;
        outbound::send(&self.shared, self.account, &client, acks, numbers, message).await
    }

    async fn typing(&self, to: Vec<Address>, typing: Typing) {
        if let Some(client) = self.live.client() {
            outbound::typing(&client, &to, typing).await;
        }
    }

    async fn stop(&self) {
        self.end(Order::Stop).await;
    }

    async fn log_out(&self) {
        self.end(Order::LogOut).await;
    }
}
