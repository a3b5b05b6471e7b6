//! Who is connected.

use domain::UserId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The users who are signed in on some socket, with the number of their sockets.
#[derive(Default)]
pub(super) struct Connected(Mutex<HashMap<UserId, usize>>);

impl Connected {
    pub(super) fn add(&self, user: &UserId) {
        *self.lock().entry(user.clone()).or_default() += 1;
    }

    pub(super) fn remove(&self, user: &UserId) {
        let mut users = self.lock();
        if let Some(sockets) = users.get_mut(user) {
            *sockets -= 1;
            if *sockets == 0 {
                users.remove(user);
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_user_with_two_tabs_is_one_user() {
        let (users, ann, bob) = (Connected::default(), UserId::new("ann").unwrap(), UserId::new("bob").unwrap());
        users.add(&ann);
        users.add(&ann);
        users.add(&bob);
        assert_eq!(users.count(), 2);
        users.remove(&ann);
        assert_eq!(users.count(), 2);
        users.remove(&ann);
        users.remove(&ann);
        assert_eq!(users.count(), 1);
    }
}
