//! Chats, as far as a socket asks for them.

use crate::engine::Engine;
use crate::outlet::Refused;
use crate::refused::not_found;
use domain::{AccountId, Conversation, ConversationId, UserId};
use protocol::ErrorCode;
use whatsapp::Typing;

impl<T: Send + 'static> Engine<T> {
    /// The conversation, if the user may see it.
    pub async fn conversation(&self, user: &UserId, id: &str) -> Result<Conversation, Refused> {
        let id = id.parse().map_err(|_| not_found("conversation"))?;
        let found = self.inner.store.conversation(id).await.map_err(|error| {
            tracing::error!(%error, "A conversation can't be read");
            Refused::new(ErrorCode::Unavailable)
        })?;
        let found = found.filter(|chat| self.directory().access(user, chat.account_id).is_some());
        found.ok_or_else(|| not_found("conversation"))
    }

    /// Runs `then` while nobody's access can change, if the user has access: what it puts into the stream comes before any
    /// later revocation.
    pub fn if_access<R>(&self, user: &UserId, account: AccountId, then: impl FnOnce() -> R) -> Option<R> {
        self.directory().if_access(user, account, then)
    }

    /// Tells the customer that the clerk types. Whom of the colleagues to tell is the caller's.
    pub async fn typing(&self, user: &UserId, conversation: &str, typing: Typing) -> Result<ConversationId, Refused> {
        let chat = self.conversation(user, conversation).await?;
        if let Some(provider) = self.inner.provider(chat.account_id).filter(|_| self.inner.is_up(chat.account_id))
            && let Ok(to) = self.inner.store.conversation_addresses(chat.id).await
        {
            tokio::spawn(async move { provider.typing(to, typing).await });
        }
        Ok(chat.id)
    }
}
