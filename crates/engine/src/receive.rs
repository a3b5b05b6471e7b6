//! What providers tell: stored first, told to everybody after the commit, and only then acknowledged to WhatsApp.

use crate::inner::Inner;
use crate::outlet::Audience;
use async_trait::async_trait;
use domain::{AccountId, Address, ConnectionState, Sender};
use protocol::ServerEvent;
use protocol::event::Typing as TypingEvent;
use protocol::value::TypingState;
use std::sync::{Arc, Weak};
use std::time::Duration;
use store::{AccountChange, ContactSeen, Inbound, Receipt, Refusal, Write};
use whatsapp::{EventsClosed, Link, PersonSeen, ProviderEvents, ReceiptReceived, Received, Typing};

/// How long to wait before a store that is away is asked again: the first time, and at most.
const STORE_RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The engine's ear.
pub(crate) struct Events<T: Send + 'static>(pub(crate) Weak<Inner<T>>);

#[async_trait]
impl<T: Send + 'static> ProviderEvents for Events<T> {
    async fn received(&self, account: AccountId, batch: Vec<Received>) -> Result<(), EventsClosed> {
        let items: Vec<_> = batch.into_iter().map(inbound).collect();
        self.inner()?.store_event(account, || Write::Inbound { account, items: items.clone() }).await
    }

    async fn receipt(&self, account: AccountId, receipt: ReceiptReceived) -> Result<(), EventsClosed> {
        let ReceiptReceived { provider_ids, status, at } = receipt;
        let receipt = Receipt { account, provider_ids, status, at };
        self.inner()?.store_event(account, || Write::Receipt(receipt.clone())).await
    }

    async fn person(&self, account: AccountId, person: PersonSeen) -> Result<(), EventsClosed> {
        let PersonSeen { addresses, push_name, book_name } = person;
        let seen = ContactSeen { account, addresses, push_name, book_name };
        self.inner()?.store_event(account, || Write::Contact(seen.clone())).await
    }

    fn typing(&self, account: AccountId, who: Vec<Address>, typing: Typing) {
        let Ok(inner) = self.inner() else { return };
        tokio::spawn(async move {
            let Ok(Some(conversation)) = inner.store.conversation_by_address(account, &who).await else { return };
            let Ok(Some(chat)) = inner.store.conversation(conversation).await else { return };
            let from = Sender { contact_id: chat.contact_id, phone: chat.phone, name: chat.name, user_id: None };
            let event = TypingEvent::new(conversation, &from, typing_state(typing));
            inner.emit(Audience::Conversation(conversation), ServerEvent::Typing(Box::new(event)));
        });
    }

    fn link(&self, account: AccountId, link: Link) {
        if let Ok(inner) = self.inner() {
            inner.link_changed(account, link);
        }
    }
}

impl<T: Send + 'static> Events<T> {
    fn inner(&self) -> Result<Arc<Inner<T>>, EventsClosed> {
        self.0.upgrade().filter(|inner| !inner.stopping()).ok_or(EventsClosed)
    }
}

impl<T: Send + 'static> Inner<T> {
    /// Writes until it is written. Only a server that stops and an account that was deleted end it otherwise.
    async fn store_event(&self, account: AccountId, write: impl Fn() -> Write) -> Result<(), EventsClosed> {
        let mut delay = STORE_RETRY.0;
        loop {
            match self.store.write(write()).await {
                Ok(_) => return Ok(()),
                Err(Refusal::NotFound(_)) => return Err(EventsClosed),
                Err(_) if self.stopping() => return Err(EventsClosed),
                Err(error) => {
                    tracing::warn!(account.id = %account, %error, "What WhatsApp told can't be stored now, trying again");
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(STORE_RETRY.1);
                }
            }
        }
    }

    /// Remembers what of it must last, then tells. Who sends because of what is told comes after it in the store's queue.
    pub(crate) fn link_changed(self: &Arc<Self>, account: AccountId, link: Link) {
        if self.accounts.hold(account, &link) {
            return;
        }
        for change in lasting(&link, self.clock.now()) {
            self.persist(account, change);
        }
        tracing::info!(account.id = %account, state = link.state.as_str(), reason = link.reason, "The link changed");
        let up = link.state.is_connected();
        self.accounts.set_link(account, link);
        self.outboxes().link(account, up);
        if let Some(stored) = self.shared.directory.account(account) {
            self.emit(Audience::Account(account), ServerEvent::WhatsappStatusUpdate(Box::new(self.status_of(&stored))));
        }
    }

    /// Takes its place in the store's queue now; tried again if the store is away.
    fn persist(self: &Arc<Self>, account: AccountId, change: AccountChange) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let write = Write::ChangeAccount { account, change: change.clone() };
        self.store.submit(write, store::Ticket::Wait(sender));
        let inner = self.clone();
        tokio::spawn(async move {
            if let Ok(Err(Refusal::Unavailable(_))) = receiver.await {
                let write = || Write::ChangeAccount { account, change: change.clone() };
                // It fails only when the server stops or the account is gone.
                let _ = inner.store_event(account, write).await;
            }
        });
    }
}

/// What of a link's state the store remembers.
fn lasting(link: &Link, now: domain::Timestamp) -> Vec<AccountChange> {
    match link.state {
        ConnectionState::Open => vec![
            AccountChange::Linked { addresses: link.addresses.clone(), name: link.name.clone() },
            AccountChange::Connected(now),
        ],
        ConnectionState::LoggedOut => vec![AccountChange::LoggedOut],
        ConnectionState::Disconnected => vec![AccountChange::Wanted(false)],
        _ => Vec::new(),
    }
}

fn inbound(received: Received) -> Inbound {
    let Received { provider_id, chat, sender, from_me, push_name, kind, content, raw, timestamp } = received;
    Inbound { provider_id, chat, sender, from_me, push_name, kind, content, raw, timestamp }
}

const fn typing_state(typing: Typing) -> TypingState {
    match typing {
        Typing::Composing => TypingState::Composing,
        Typing::Recording => TypingState::Recording,
        Typing::Paused => TypingState::Paused,
    }
}
