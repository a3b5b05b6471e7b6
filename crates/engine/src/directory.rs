//! Users, accounts and members in memory: loaded at start, changed by commits only, so that a socket's thread never needs
//! the database to know who may see what.

use domain::{Access, Account, AccountId, Role, User, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use store::Change;

/// Who there is and who may see what, as of the last commit.
#[derive(Debug, Default)]
pub struct Directory {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    users: HashMap<UserId, Arc<User>>,
    accounts: HashMap<AccountId, Arc<Account>>,
    members: HashMap<AccountId, BTreeSet<UserId>>,
    /// The accounts that a user owns or is a member of; ids sort by age.
    visible: HashMap<UserId, BTreeSet<AccountId>>,
}

impl Directory {
    /// Takes what the store holds at start.
    pub(crate) fn load(&self, stored: store::Directory) {
        let mut state = self.write();
        stored.users.into_iter().for_each(|user| state.put_user(user));
        stored.accounts.into_iter().for_each(|account| state.put_account(account));
        stored.members.into_iter().for_each(|(account, user)| state.add_member(account, user));
    }

    /// The user, disabled or not.
    #[must_use]
    pub fn user(&self, id: &UserId) -> Option<Arc<User>> {
        self.read().users.get(id).cloned()
    }

    /// Every user, in no order.
    #[must_use]
    pub fn users(&self) -> Vec<Arc<User>> {
        self.read().users.values().cloned().collect()
    }

    /// Whether the installation has its admin yet.
    #[must_use]
    pub fn has_admin(&self) -> bool {
        self.read().users.values().any(|user| user.role == Role::Admin)
    }

    /// The account, whoever asks.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        self.read().accounts.get(&id).cloned()
    }

    /// Every account, oldest first.
    #[must_use]
    pub fn accounts(&self) -> Vec<Arc<Account>> {
        let mut all: Vec<_> = self.read().accounts.values().cloned().collect();
        all.sort_unstable_by_key(|account| account.id);
        all
    }

    /// The accounts whose conversations the user sees, oldest first.
    #[must_use]
    pub fn accounts_of(&self, user: &UserId) -> Vec<Arc<Account>> {
        let state = self.read();
        let ids = state.visible.get(user).into_iter().flatten();
        ids.filter_map(|id| state.accounts.get(id).cloned()).collect()
    }

    /// The user's standing with the account; none for a disabled user.
    #[must_use]
    pub fn access(&self, user: &UserId, account: AccountId) -> Option<Access> {
        self.read().access(user, account)
    }

    /// The members of an account, the owner not among them.
    #[must_use]
    pub fn members(&self, account: AccountId) -> Vec<UserId> {
        self.read().members.get(&account).into_iter().flatten().cloned().collect()
    }

    /// The account that acts when a user names none: the oldest of their own, else the only one shared with them.
    #[must_use]
    pub fn default_account(&self, user: &UserId) -> Option<AccountId> {
        let state = self.read();
        let visible = state.visible.get(user)?;
        let owned = visible.iter().find(|id| state.accounts.get(id).is_some_and(|account| account.owner == *user));
        owned.or_else(|| visible.first().filter(|_| visible.len() == 1)).copied()
    }

    /// Runs `then` while nobody's access can change, if the user has access to the account.
    pub(crate) fn if_access<R>(&self, user: &UserId, account: AccountId, then: impl FnOnce() -> R) -> Option<R> {
        let state = self.read();
        state.access(user, account).map(|_| then())
    }

    /// Takes a committed change, before anybody is told of it.
    pub(crate) fn apply(&self, change: &Change) {
        match change {
            Change::User(user) => self.write().put_user(user.clone()),
            Change::Account(account) => self.write().put_account(account.clone()),
            Change::AccountDeleted { account, .. } => self.write().remove_account(*account),
            Change::MemberAdded { account, user, .. } => self.write().add_member(*account, user.clone()),
            Change::MemberRemoved { account, user } => self.write().remove_member(*account, user),
            Change::Message { .. } | Change::Status(_) | Change::Conversation(_) => {}
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn access(&self, user: &UserId, account: AccountId) -> Option<Access> {
        if self.users.get(user).is_none_or(|user| user.disabled) || !self.visible.get(user)?.contains(&account) {
            return None;
        }
        let owns = self.accounts.get(&account)?.owner == *user;
        Some(if owns { Access::Owner } else { Access::Member })
    }

    fn put_user(&mut self, user: User) {
        self.users.insert(user.id.clone(), Arc::new(user));
    }

    fn put_account(&mut self, account: Account) {
        self.visible.entry(account.owner.clone()).or_default().insert(account.id);
        self.accounts.insert(account.id, Arc::new(account));
    }

    fn remove_account(&mut self, id: AccountId) {
        let owner = self.accounts.remove(&id).map(|account| account.owner.clone());
        for user in self.members.remove(&id).into_iter().flatten().chain(owner) {
            self.hide(id, &user);
        }
    }

    fn add_member(&mut self, account: AccountId, user: UserId) {
        self.visible.entry(user.clone()).or_default().insert(account);
        self.members.entry(account).or_default().insert(user);
    }

    fn remove_member(&mut self, account: AccountId, user: &UserId) {
        if let Some(members) = self.members.get_mut(&account) {
            members.remove(user);
        }
        self.hide(account, user);
    }

    fn hide(&mut self, account: AccountId, user: &UserId) {
        if let Some(visible) = self.visible.get_mut(user) {
            visible.remove(&account);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::{AccountSettings, Position, ProviderKind, Timestamp};

    fn user(id: &str, disabled: bool) -> User {
        let id = UserId::new(id).unwrap();
        User { id, email: None, name: "x".into(), role: Role::User, disabled, created_at: Timestamp(0) }
    }

    fn account(owner: &str) -> Account {
        Account {
            id: AccountId::new(),
            owner: UserId::new(owner).unwrap(),
            provider: ProviderKind::Demo,
            name: None,
            phone: None,
            linked: true,
            wanted: true,
            settings: AccountSettings::default(),
            position: Position { epoch: 1, seq: 0 },
            last_connected_at: None,
            created_at: Timestamp(0),
        }
    }

    fn directory(accounts: &[&Account]) -> Directory {
        let directory = Directory::default();
        directory.load(store::Directory {
            users: vec![user("ann", false), user("bob", false), user("eve", true)],
            accounts: accounts.iter().map(|account| (*account).clone()).collect(),
            members: vec![],
        });
        directory
    }

    #[test]
    fn access_begins_and_ends_with_membership() {
        let (of_ann, bob) = (account("ann"), UserId::new("bob").unwrap());
        let directory = directory(&[&of_ann]);
        assert_eq!(directory.access(&of_ann.owner, of_ann.id), Some(Access::Owner));
        assert_eq!(directory.access(&bob, of_ann.id), None);
        let position = of_ann.position;
        directory.apply(&Change::MemberAdded { account: of_ann.id, user: bob.clone(), position });
        assert_eq!(directory.access(&bob, of_ann.id), Some(Access::Member));
        directory.apply(&Change::MemberRemoved { account: of_ann.id, user: bob.clone() });
        assert_eq!(directory.access(&bob, of_ann.id), None);
        assert!(directory.accounts_of(&bob).is_empty());
    }

    #[test]
    fn a_disabled_user_has_access_to_nothing() {
        let of_eve = account("eve");
        assert_eq!(directory(&[&of_eve]).access(&of_eve.owner, of_eve.id), None);
    }

    #[test]
    fn the_default_is_the_oldest_own_account_else_the_only_shared_one() {
        let (first, second, of_ann) = (account("bob"), account("bob"), account("ann"));
        let directory = directory(&[&second, &first, &of_ann]);
        let (ann, bob, eve) = (UserId::new("ann").unwrap(), UserId::new("bob").unwrap(), UserId::new("eve").unwrap());
        assert_eq!(directory.default_account(&bob), Some(first.id));
        assert_eq!(directory.default_account(&eve), None);
        for shared in [first.id, second.id] {
            let position = Position { epoch: 1, seq: 0 };
            directory.apply(&Change::MemberAdded { account: shared, user: eve.clone(), position });
        }
        assert_eq!(directory.default_account(&eve), None, "two shared ones: none is the default");
        directory.apply(&Change::AccountDeleted { account: first.id, users: vec![bob.clone(), eve.clone()] });
        assert_eq!(directory.default_account(&eve), Some(second.id));
        assert_eq!(directory.default_account(&ann), Some(of_ann.id));
    }
}
