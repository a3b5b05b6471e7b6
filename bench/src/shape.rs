//! How many accounts, users and senders a load has.

use serde::{Deserialize, Serialize};

/// The people of a load: `users` for each of `accounts`, and `senders` spread over the accounts in turn.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shape {
    pub(crate) accounts: usize,
    /// Users of one account; each sees that account alone.
    pub(crate) users: usize,
    pub(crate) senders: usize,
}

impl Shape {
    /// All users; those of account `a` are numbered `a * users ..`.
    pub(crate) fn all_users(self) -> usize {
        self.accounts * self.users
    }

    /// The account of a user.
    pub(crate) fn account_of(self, user: usize) -> usize {
        user / self.users
    }

    /// The user numbers that send: the first of each account, then the second of each, and so on.
    pub(crate) fn senders(self) -> impl Iterator<Item = usize> {
        (0..self.senders).map(move |sender| sender % self.accounts * self.users + sender / self.accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_spread_over_the_accounts() {
        let shape = Shape { accounts: 3, users: 10, senders: 4 };
        assert_eq!(shape.senders().collect::<Vec<_>>(), [0, 10, 20, 1]);
        assert_eq!((shape.all_users(), shape.account_of(29)), (30, 2));
    }

    #[test]
    fn all_of_one_account_can_send() {
        let shape = Shape { accounts: 1, users: 3, senders: 3 };
        assert_eq!(shape.senders().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
