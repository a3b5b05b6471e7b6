//! One invented customer at work: a phone that says `delivered`, and a person who reads, types and answers.

use super::{people::Person, provider::DemoShared, script::Script};
use crate::{EventsClosed, ReceiptReceived, Received, Typing, fresh_message_id, tasks::Tasks};
use domain::{AccountId, Address, DeliveryStatus, MessageKind};
use rand::rngs::StdRng;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A text that was sent to a customer.
pub(super) struct Text {
    pub(super) id: String,
    pub(super) text: String,
}

/// What a customer is given to do, in this order.
enum Task {
    Greet,
    Answer(Text),
}

/// Brings a customer to life in two tasks, so that a text is delivered while an earlier one is still being answered.
pub(super) fn spawn(tasks: &Tasks, mut customer: Customer, greet_after: Option<u32>) -> UnboundedSender<Text> {
    let (phone, mut delivered) = unbounded_channel::<Text>();
    let (hand, read) = unbounded_channel();
    let at_phone = customer.at.clone();
    tasks.spawn(async move {
        if let Some(places) = greet_after {
            tokio::time::sleep(at_phone.shared.config.pace.greet * places).await;
            let _ = hand.send(Task::Greet);
        }
        while let Some(text) = delivered.recv().await {
            tokio::time::sleep(at_phone.shared.config.pace.deliver).await;
            if at_phone.receipt(&text.id, DeliveryStatus::Delivered).await.is_err()
                || hand.send(Task::Answer(text)).is_err()
            {
                return;
            }
        }
    });
    tasks.spawn(async move {
        // The server is stopping when this ends with an error: nothing is left to do.
        let _ = customer.live(read).await;
    });
    phone
}

/// Where a customer's doings are told.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) shared: Arc<DemoShared>,
    pub(super) account: AccountId,
    pub(super) person: &'static Person,
}

impl Place {
    fn addresses(&self) -> Vec<Address> {
        vec![Address::Phone(self.person.phone.to_owned())]
    }

    async fn receipt(&self, id: &str, status: DeliveryStatus) -> Result<(), EventsClosed> {
        let receipt = ReceiptReceived { provider_ids: vec![id.to_owned()], status, at: self.shared.clock.now() };
        self.shared.events.receipt(self.account, receipt).await
    }

    fn typing(&self, typing: Typing) {
        self.shared.events.typing(self.account, self.addresses(), typing);
    }
}

/// An invented customer of one account.
pub(super) struct Customer {
    pub(super) at: Place,
    pub(super) script: Script,
    pub(super) rng: StdRng,
}

impl Customer {
    async fn live(&mut self, mut tasks: UnboundedReceiver<Task>) -> Result<(), EventsClosed> {
        while let Some(task) = tasks.recv().await {
            match task {
                Task::Greet => self.say(self.at.person.greeting).await?,
                Task::Answer(text) => self.answer(text).await?,
            }
        }
        Ok(())
    }

    async fn answer(&mut self, text: Text) -> Result<(), EventsClosed> {
        let pace = self.at.shared.config.pace;
        tokio::time::sleep(pace.read).await;
        self.at.receipt(&text.id, DeliveryStatus::Read).await?;
        tokio::time::sleep(pace.think).await;
        let line = self.script.answer(&text.text);
        self.say(line).await
    }

    async fn say(&mut self, line: &str) -> Result<(), EventsClosed> {
        self.at.typing(Typing::Composing);
        tokio::time::sleep(self.at.shared.config.pace.write).await;
        let message = self.message(line);
        self.at.shared.events.received(self.at.account, vec![message]).await?;
        self.at.typing(Typing::Paused);
        Ok(())
    }

    fn message(&mut self, line: &str) -> Received {
        Received {
            provider_id: fresh_message_id(&mut self.rng),
            chat: self.at.addresses(),
            sender: self.at.addresses(),
            from_me: false,
            push_name: Some(self.at.person.name.to_owned()),
            kind: MessageKind::Text,
            content: line.to_owned(),
            raw: None,
            timestamp: self.at.shared.clock.now(),
        }
    }
}
