use super::{
    bus::{Bus, Signal},
    live::Live,
    transport::Watched,
};
use crate::web::{
    gate::Gate,
    http::NoHttp,
    inbound::{Hook, News},
    session::SessionBackend,
    shared::WebShared,
};
use domain::{AccountId, AccountSettings};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use wacore::{store::DevicePropsOverride, types::events::Event};
use waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::{
    Client, TokioRuntime,
    bot::{Bot, BotBuilderError, BotHandle},
};

/// The library flushes what it holds for up to twice five seconds when it is ended.
const SHUTDOWN: Duration = Duration::from_secs(15);

/// For WhatsApp to hear of a logout.
const LOGOUT: Duration = Duration::from_secs(10);

/// News that came before the end are still told, but not for ever.
const LAST_NEWS: Duration = Duration::from_secs(5);

/// One client of the library, running.
pub(super) struct Session {
    pub(super) client: Arc<Client>,
    pub(super) signals: UnboundedReceiver<Signal>,
    pub(super) handle: BotHandle,
    backend: Arc<SessionBackend>,
    gate: Arc<Gate>,
    news: JoinHandle<()>,
    to_news: UnboundedSender<Option<Arc<Event>>>,
}

impl Session {
    /// Starts a client, which begins to connect at once.
    pub(super) async fn start(
        shared: &Arc<WebShared>,
        account: AccountId,
        settings: &AccountSettings,
        live: &Live,
        backend: Arc<SessionBackend>,
    ) -> Result<Self, BotBuilderError> {
        let gate = Arc::new(Gate::open());
        let (to_driver, signals) = unbounded_channel();
        let (to_news, news) = unbounded_channel();
        let (shared, settings) = (shared.clone(), settings.clone());
        let hook = Hook { shared: shared.clone(), account, settings: settings.clone(), gate: gate.clone() };
        let bot = Bot::builder()
            .with_backend_arc(backend.clone())
            .with_transport_factory(Watched { inner: shared.transport(), signals: to_driver.clone() })
            .with_http_client(NoHttp)
            .with_runtime(TokioRuntime)
            .with_version(shared.config.version)
            .with_device_props(
                DevicePropsOverride::new().with_os("Switchboard").with_platform_type(PlatformType::CHROME),
            )
            .skip_history_sync()
            .with_inbound_durability_hook(hook)
            .with_event_handler(Bus { signals: to_driver, news: to_news.clone(), acks: live.acks.clone() })
            .build()
            .await?;
        let client = bot.client();
        let news = News { shared, account, settings, gate: gate.clone(), client: client.clone() }.run(news);
        let news = tokio::spawn(news);
        Ok(Self { client, signals, handle: bot.spawn(), backend, gate, news, to_news })
    }

    /// Logs the device out at WhatsApp, and says whether WhatsApp was there to hear it.
    pub(super) async fn log_out(&self) -> bool {
        self.client.is_logged_in() && tokio::time::timeout(LOGOUT, self.client.logout()).await.is_ok()
    }

    /// Ends the client. Returns when nothing more will be told or written.
    pub(super) async fn close(self) {
        let Self { handle, mut news, to_news, gate, backend, client, signals } = self;
        drop(signals);
        if tokio::time::timeout(SHUTDOWN, handle.shutdown()).await.is_err() {
            tracing::warn!("A linked device did not end in time and was cut off");
        }
        // It may have ended already, if the server is stopping.
        let _ = to_news.send(None);
        let told = tokio::time::timeout(LAST_NEWS, &mut news).await;
        gate.shut();
        backend.seal();
        if told.is_err() {
            // The gate lets it end where it waits for the store.
            let _ = news.await;
        }
        drop(client);
    }
}
