use async_trait::async_trait;
use domain::{AccountId, Address};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use whatsapp::{EventsClosed, Link, PersonSeen, ProviderEvents, ReceiptReceived, Received, Typing};

/// Something a provider told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Received(Received),
    Receipt(ReceiptReceived),
    Person(PersonSeen),
    Typing(Vec<Address>, Typing),
    Link(Link),
}

/// An engine that only writes down what it is told, in order.
pub struct Recorder {
    told: Mutex<Vec<(AccountId, Told)>>,
    news: Notify,
    /// Whether the store is there; `received` waits while it isn't.
    store: watch::Sender<bool>,
    /// How many items each call of `received` brought.
    batches: Mutex<Vec<usize>>,
}

impl Recorder {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            told: Mutex::default(),
            news: Notify::new(),
            store: watch::Sender::new(true),
            batches: Mutex::default(),
        })
    }

    pub fn store_is_there(&self, there: bool) {
        self.store.send_replace(there);
    }

    pub fn all(&self) -> Vec<Told> {
        self.lock().iter().map(|(_, told)| told.clone()).collect()
    }

    pub fn of(&self, account: AccountId) -> Vec<Told> {
        self.lock().iter().filter(|(of, _)| *of == account).map(|(_, told)| told.clone()).collect()
    }

    pub fn received(&self) -> Vec<Received> {
        let received = |told| if let Told::Received(message) = told { Some(message) } else { None };
        self.all().into_iter().filter_map(received).collect()
    }

    pub fn links(&self) -> Vec<Link> {
        self.all().into_iter().filter_map(|told| if let Told::Link(link) = told { Some(link) } else { None }).collect()
    }

    pub fn batches(&self) -> Vec<usize> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn forget(&self) {
        self.lock().clear();
    }

    /// Waits until `find` finds something in what was told; fails after 30 s with what was told instead.
    pub async fn wait<T>(&self, what: &str, mut find: impl FnMut(&[Told]) -> Option<T>) -> T {
        let found = async {
            loop {
                let news = self.news.notified();
                if let Some(found) = find(&self.all()) {
                    return found;
                }
                // The timer is for news that came between the look and the wait.
                let _ = tokio::time::timeout(Duration::from_millis(50), news).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), found).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain for {what}; told: {:#?}", self.all()),
        }
    }

    fn tell(&self, account: AccountId, told: Told) {
        self.lock().push((account, told));
        self.news.notify_waiters();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(AccountId, Told)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ProviderEvents for Recorder {
    async fn received(&self, account: AccountId, batch: Vec<Received>) -> Result<(), EventsClosed> {
        let _ = self.store.subscribe().wait_for(|there| *there).await;
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch.len());
        for message in batch {
            self.tell(account, Told::Received(message));
        }
        Ok(())
    }

    async fn receipt(&self, account: AccountId, receipt: ReceiptReceived) -> Result<(), EventsClosed> {
        self.tell(account, Told::Receipt(receipt));
        Ok(())
    }

    async fn person(&self, account: AccountId, person: PersonSeen) -> Result<(), EventsClosed> {
        self.tell(account, Told::Person(person));
        Ok(())
    }

    fn typing(&self, account: AccountId, who: Vec<Address>, typing: Typing) {
        self.tell(account, Told::Typing(who, typing));
    }

    fn link(&self, account: AccountId, link: Link) {
        self.tell(account, Told::Link(link));
    }
}
