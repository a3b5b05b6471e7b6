//! Which conversation rooms have somebody in them, so that a user whose access ends can be taken out of those of the
//! account.

use domain::{AccountId, ConversationId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The rooms of all accounts that somebody is in, with the number of sockets.
#[derive(Default)]
pub(super) struct Rooms(Mutex<HashMap<AccountId, HashMap<ConversationId, usize>>>);

impl Rooms {
    /// The conversations of the account that somebody has open.
    pub(super) fn of(&self, account: AccountId) -> Vec<ConversationId> {
        self.lock().get(&account).map(|rooms| rooms.keys().copied().collect()).unwrap_or_default()
    }

    fn enter(&self, (account, conversation): Room) {
        *self.lock().entry(account).or_default().entry(conversation).or_default() += 1;
    }

    fn leave(&self, (account, conversation): Room) {
        let mut all = self.lock();
        let Some(rooms) = all.get_mut(&account) else { return };
        if let Some(sockets) = rooms.get_mut(&conversation) {
            *sockets -= 1;
            if *sockets == 0 {
                rooms.remove(&conversation);
            }
        }
        if rooms.is_empty() {
            all.remove(&account);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, HashMap<ConversationId, usize>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Room = (AccountId, ConversationId);

/// The rooms that one socket was admitted to. Shared with the tasks that admit it: a socket that has gone meanwhile is
/// admitted to nothing.
pub(super) struct Joined {
    rooms: Arc<Rooms>,
    own: Mutex<Own>,
}

#[derive(Default)]
struct Own {
    rooms: Vec<Room>,
    gone: bool,
}

impl Joined {
    pub(super) fn new(rooms: Arc<Rooms>) -> Arc<Self> {
        Arc::new(Self { rooms, own: Mutex::default() })
    }

    /// Notes that the socket is to be in the room. Before it is: a revocation that comes next has to know.
    pub(super) fn enter(&self, account: AccountId, conversation: ConversationId) {
        let mut own = self.lock();
        if !own.gone && !own.rooms.contains(&(account, conversation)) {
            own.rooms.push((account, conversation));
            self.rooms.enter((account, conversation));
        }
    }

    /// Notes that it is out of the room, if it was in.
    pub(super) fn leave(&self, conversation: ConversationId) {
        let mut own = self.lock();
        if let Some(at) = own.rooms.iter().position(|(_, joined)| *joined == conversation) {
            self.rooms.leave(own.rooms.swap_remove(at));
        }
    }

    /// Notes that the socket is gone.
    pub(super) fn close(&self) {
        let mut own = self.lock();
        own.gone = true;
        std::mem::take(&mut own.rooms).into_iter().for_each(|room| self.rooms.leave(room));
    }

    fn lock(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_known_while_somebody_is_in_it() {
        let rooms = Arc::new(Rooms::default());
        let (account, first, second) = (AccountId::new(), ConversationId::new(), ConversationId::new());
        let (a, b) = (Joined::new(rooms.clone()), Joined::new(rooms.clone()));
        a.enter(account, first);
        a.enter(account, first);
        b.enter(account, first);
        b.enter(account, second);
        a.leave(first);
        a.leave(second);
        let mut open = rooms.of(account);
        open.sort();
        assert_eq!(open, [first, second]);
        b.close();
        assert!(rooms.of(account).is_empty() && rooms.lock().is_empty());
        b.enter(account, first);
        assert!(rooms.of(account).is_empty(), "a socket that is gone enters nothing");
    }
}
