//! Users, and who may see which account.

use crate::accounts::unexpected;
use crate::engine::Engine;
use crate::outlet::Refused;
use crate::refused::not_found;
use domain::{Access, Account, Role, User, UserId};
use protocol::ErrorCode;
use std::sync::Arc;
use store::{AddUser, Answer, Write};

/// Who sees an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// Made it.
    pub owner: UserId,
    /// Were let in.
    pub members: Vec<UserId>,
}

impl<T: Send + 'static> Engine<T> {
    /// Makes a user; the first one is the admin. `conflict` names what is taken.
    pub async fn add_user(&self, user: AddUser) -> Result<User, Refused> {
        match self.write(Write::AddUser(user)).await? {
            Answer::User(user) => Ok(user),
            other => Err(unexpected(&other)),
        }
    }

    /// Sets a user's password hash.
    pub async fn set_password(&self, user: &UserId, password_hash: String) -> Result<(), Refused> {
        self.write(Write::SetPassword { user: user.clone(), password_hash }).await.map(drop)
    }

    /// The user of that email and their password hash.
    pub async fn login_lookup(&self, email: &str) -> Result<Option<(User, Option<String>)>, Refused> {
        self.inner.store.user_by_email(email).await.map_err(|error| {
            tracing::error!(%error, "Users can't be read");
            Refused::new(ErrorCode::Unavailable)
        })
    }

    /// Who sees the account; for those who see it and for admins.
    pub fn members(&self, by: &UserId, account: &str) -> Result<Members, Refused> {
        let account = self.manageable(by, account, Access::Member)?;
        Ok(Members { owner: account.owner.clone(), members: self.directory().members(account.id) })
    }

    /// Lets a user in; for the owner and for admins.
    pub async fn add_member(&self, by: &UserId, account: &str, user: &str) -> Result<(), Refused> {
        let account = self.manageable(by, account, Access::Owner)?;
        let user = UserId::new(user).ok().and_then(|id| self.directory().user(&id)).ok_or_else(|| not_found("user"))?;
        self.write(Write::AddMember { account: account.id, user: user.id.clone() }).await.map(drop)
    }

    /// Ends a member's access; for the owner and for admins. When it returns, no later event of the account reaches them.
    pub async fn remove_member(&self, by: &UserId, account: &str, user: &str) -> Result<(), Refused> {
        let account = self.manageable(by, account, Access::Owner)?;
        let user = UserId::new(user).map_err(|_| not_found("user"))?;
        self.write(Write::RemoveMember { account: account.id, user }).await.map(drop)
    }

    /// The account, if `by` may do with it what takes this standing. An admin manages every account and reads none.
    fn manageable(&self, by: &UserId, account: &str, standing: Access) -> Result<Arc<Account>, Refused> {
        let directory = self.directory();
        let account = account.parse().ok().and_then(|id| directory.account(id)).ok_or_else(|| not_found("account"))?;
        let admin = directory.user(by).is_some_and(|user| user.role == Role::Admin && !user.disabled);
        match directory.access(by, account.id) {
            _ if admin => Ok(account),
            Some(Access::Owner) => Ok(account),
            Some(Access::Member) if standing == Access::Member => Ok(account),
            Some(Access::Member) => Err(Refused::new(ErrorCode::Forbidden)),
            None => Err(not_found("account")),
        }
    }
}
