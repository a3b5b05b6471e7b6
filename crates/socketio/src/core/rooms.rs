//! The rooms of one shard: who is in which.

use std::collections::HashMap;

/// One socket's membership in one room. It lives with the socket, so that leaving all of them needs no search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Membership {
    room: u32,
    /// Where the socket stands among the room's members.
    at: u32,
}

#[derive(Default)]
struct Room {
    name: Box<str>,
    members: Vec<u32>,
}

/// Rooms by name. A room exists while somebody is in it.
#[derive(Default)]
pub(crate) struct Rooms {
    ids: HashMap<Box<str>, u32>,
    rooms: Vec<Room>,
    free: Vec<u32>,
}

/// Where a socket's memberships are kept, by slot.
pub(crate) trait Members {
    fn memberships(&mut self, slot: u32) -> &mut Vec<Membership>;
}

impl Rooms {
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub(crate) fn members(&self, room: u32) -> &[u32] {
        &self.rooms[room as usize].members
    }

    pub(crate) fn members_of(&self, name: &str) -> &[u32] {
        self.find(name).map_or(&[], |room| self.members(room))
    }

    pub(crate) fn is_member(&self, name: &str, memberships: &[Membership]) -> bool {
        self.find(name).is_some_and(|room| memberships.iter().any(|membership| membership.room == room))
    }

    pub(crate) fn join(&mut self, of: &mut impl Members, slot: u32, name: &str) {
        let room = self.find(name).unwrap_or_else(|| self.open(name));
        let memberships = of.memberships(slot);
        if memberships.iter().any(|membership| membership.room == room) {
            return;
        }
        let members = &mut self.rooms[room as usize].members;
        memberships.push(Membership { room, at: members.len() as u32 });
        members.push(slot);
    }

    /// Says whether the socket was in the room.
    pub(crate) fn leave(&mut self, of: &mut impl Members, slot: u32, name: &str) -> bool {
        let Some(room) = self.find(name) else { return false };
        let memberships = of.memberships(slot);
        let Some(index) = memberships.iter().position(|membership| membership.room == room) else { return false };
        let membership = memberships.swap_remove(index);
        self.remove(of, membership);
        true
    }

    pub(crate) fn leave_all(&mut self, of: &mut impl Members, slot: u32) {
        for membership in std::mem::take(of.memberships(slot)) {
            self.remove(of, membership);
        }
    }

    fn open(&mut self, name: &str) -> u32 {
        let room = self.free.pop().unwrap_or_else(|| {
            self.rooms.push(Room::default());
            self.rooms.len() as u32 - 1
        });
        self.rooms[room as usize].name = name.into();
        self.ids.insert(name.into(), room);
        room
    }

    /// Fills the gap among the members with the last of them, and closes the room behind the last.
    fn remove(&mut self, of: &mut impl Members, gone: Membership) {
        let room = &mut self.rooms[gone.room as usize];
        room.members.swap_remove(gone.at as usize);
        if let Some(&moved) = room.members.get(gone.at as usize) {
            let membership = of.memberships(moved).iter_mut().find(|membership| membership.room == gone.room);
            membership.expect("a member knows its room").at = gone.at;
        }
        if room.members.is_empty() {
            let closed = std::mem::take(room);
            self.ids.remove(&closed.name);
            self.free.push(gone.room);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    struct Sockets(Vec<Vec<Membership>>);

    impl Members for Sockets {
        fn memberships(&mut self, slot: u32) -> &mut Vec<Membership> {
            &mut self.0[slot as usize]
        }
    }

    proptest! {
        #[test]
        fn rooms_hold_who_joined_and_did_not_leave(steps in proptest::collection::vec((0u32..6, 0usize..4, 0u8..8), 0..200)) {
            let names = ["a", "b", "c", "d"];
            let (mut rooms, mut sockets) = (Rooms::default(), Sockets(vec![Vec::new(); 6]));
            let mut model = vec![BTreeSet::new(); 4];
            for (slot, room, step) in steps {
                match step {
                    0..4 => { rooms.join(&mut sockets, slot, names[room]); model[room].insert(slot); }
                    4..7 => prop_assert_eq!(rooms.leave(&mut sockets, slot, names[room]), model[room].remove(&slot)),
                    _ => { rooms.leave_all(&mut sockets, slot); model.iter_mut().for_each(|room| { room.remove(&slot); }); }
                }
                for (name, model) in names.iter().zip(&model) {
                    prop_assert_eq!(&rooms.members_of(name).iter().copied().collect::<BTreeSet<_>>(), model);
                    prop_assert_eq!(rooms.members_of(name).len(), model.len());
                }
            }
            prop_assert_eq!(rooms.ids.len(), model.iter().filter(|room| !room.is_empty()).count());
        }
    }
}
