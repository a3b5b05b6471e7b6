//! Runs one account's outbox: reads the table, carries out the machine's effects, reports what came of them.

use super::machine::{Effect, Input, Machine, Queued};
use crate::inner::Inner;
use domain::{AccountId, Message, MessageError, MessageId};
use protocol::ErrorCode;
use std::sync::Arc;
use std::time::Duration;
use store::{Refusal, Write};
use tokio::sync::mpsc;
use whatsapp::{Outbound, Provider, SendError};

/// How many rows are read at a time.
const PAGE: usize = 500;
/// How long to wait before a store that is away is asked again.
const STORE_RETRY: Duration = Duration::from_millis(250);

/// One account's driver, from the first queued message to the last.
pub(crate) struct Work<T: Send + 'static> {
    inner: Arc<Inner<T>>,
    account: AccountId,
    inputs: mpsc::UnboundedReceiver<Input>,
    /// What the sends in flight report.
    reports: (mpsc::UnboundedSender<Input>, mpsc::UnboundedReceiver<Input>),
    machine: Machine,
}

impl<T: Send + 'static> Work<T> {
    pub(crate) fn new(inner: Arc<Inner<T>>, account: AccountId, inputs: mpsc::UnboundedReceiver<Input>) -> Self {
        let machine = Machine::new(inner.send_max_age);
        Self { inner, account, inputs, reports: mpsc::unbounded_channel(), machine }
    }

    /// Sends until nothing is left or the server stops; the rest goes out after the next start.
    pub(crate) async fn run(mut self) {
        self.load().await;
        if self.inner.is_up(self.account) {
            self.step(Input::Up);
        }
        while !self.inner.stopping() {
            if self.machine.is_empty() && self.inner.outboxes().retire(self.account, &self.inputs) {
                return;
            }
            let input = self.next().await;
            self.step(input);
        }
    }

    /// Reads what was queued before this driver began. What is told meanwhile is told twice, which is harmless.
    async fn load(&mut self) {
        let mut after = None;
        loop {
            match self.inner.store.outbox(self.account, after, PAGE).await {
                Ok(page) => {
                    let last = page.len() < PAGE;
                    after = page.last().map(|item| item.message.id);
                    for item in page {
                        self.step(Input::Queued((&item.message).into()));
                    }
                    if last {
                        return;
                    }
                }
                Err(_) if self.inner.stopping() => return,
                Err(error) => {
                    tracing::warn!(account.id = %self.account, %error, "The outbox can't be read now, trying again");
                    tokio::time::sleep(STORE_RETRY).await;
                }
            }
        }
    }

    async fn next(&mut self) -> Input {
        let now = self.inner.clock.now();
        let wake =
            self.machine.wake_at().map(|at| Duration::from_millis((at.millis() - now.millis()).max(1).unsigned_abs()));
        let tick = async {
            match wake {
                Some(delay) => tokio::time::sleep(delay).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(report) = self.reports.1.recv() => report,
            Some(input) = self.inputs.recv() => input,
            () = tick => Input::Tick,
        }
    }

    fn step(&mut self, input: Input) {
        for effect in self.machine.step(input, self.inner.clock.now()) {
            let (inner, reports, account) = (self.inner.clone(), self.reports.0.clone(), self.account);
            tokio::spawn(async move {
                let report = match effect {
                    Effect::Send(message) => send(&inner, account, message).await,
                    Effect::Expire(id) => fail(&inner, id, ErrorCode::Expired, None, EXPIRED.to_owned()).await,
                };
                // The driver waits for every report; it is gone only when the engine stops.
                let _ = reports.send(report);
            });
        }
    }
}

const EXPIRED: &str = "The message could not be sent in time.";
const NOT_ON_WHATSAPP: &str = "This number is not on WhatsApp.";

/// One attempt. What it reports was recorded before.
async fn send<T: Send + 'static>(inner: &Inner<T>, account: AccountId, message: Queued) -> Input {
    let id = message.id;
    match attempt(inner, account, message).await {
        Ok(accepted) => {
            record(inner, id, || Write::Sent {
                message: id,
                provider_id: accepted.provider_id.clone(),
                at: accepted.at,
            })
            .await
        }
        Err(SendError::Rejected { provider_code, message }) => {
            fail(inner, id, ErrorCode::Rejected, Some(provider_code), message).await
        }
        Err(SendError::NotOnWhatsApp) => {
            fail(inner, id, ErrorCode::RecipientNotOnWhatsapp, None, NOT_ON_WHATSAPP.to_owned()).await
        }
        Err(SendError::Again(_)) if inner.stopping() => Input::Again { id, jitter: 0.0 },
        Err(SendError::Again(reason)) => {
            tracing::info!(account.id = %account, message.id = %id, reason, "A message was not sent, trying again later");
            Input::Again { id, jitter: rand::random() }
        }
    }
}

async fn attempt<T: Send + 'static>(
    inner: &Inner<T>,
    account: AccountId,
    message: Queued,
) -> Result<whatsapp::Accepted, SendError> {
    let again = |reason: &str| SendError::Again(reason.to_owned());
    let provider: Arc<dyn Provider> = inner.provider(account).ok_or_else(|| again("the account is down"))?;
    let to = inner.store.conversation_addresses(message.conversation).await;
    let to = to.map_err(|_| again("the store can't be read now"))?;
    provider.send(Outbound { provider_id: message.provider_id, to, text: message.text }).await
}

async fn fail<T: Send + 'static>(
    inner: &Inner<T>,
    id: MessageId,
    code: ErrorCode,
    provider_code: Option<String>,
    message: String,
) -> Input {
    let error = MessageError { code: code.as_str().to_owned(), message, provider_code };
    record(inner, id, || Write::Failed { message: id, error: error.clone(), at: inner.clock.now() }).await
}

/// Records the end of a message and reports it; waits while the store is away. A message that is gone is settled too.
async fn record<T: Send + 'static>(inner: &Inner<T>, id: MessageId, write: impl Fn() -> Write) -> Input {
    loop {
        match inner.store.write(write()).await {
            Err(Refusal::Unavailable(_)) if !inner.stopping() => tokio::time::sleep(STORE_RETRY).await,
            Err(error) => {
                tracing::error!(message.id = %id, %error, "The end of a message could not be recorded");
                return Input::Settled(id);
            }
            Ok(_) => return Input::Settled(id),
        }
    }
}

impl From<&Message> for Queued {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            conversation: message.conversation_id,
            provider_id: message.provider_id.clone().unwrap_or_default(),
            text: message.content.clone(),
            queued_at: message.timestamp,
        }
    }
}
