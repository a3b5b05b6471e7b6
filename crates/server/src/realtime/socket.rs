//! What is known of one socket.

use super::joined::{Joined, Rooms};
use domain::{Timestamp, UserId};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long after its Engine.IO handshake a socket may take to sign in.
pub(super) const SIGN_IN: Duration = Duration::from_secs(10);
/// How long events go on flowing after a token has expired.
pub(super) const GRACE: Duration = Duration::from_secs(30);

/// What is known of one socket. It lives on the socket's thread.
pub struct Socket {
    /// When it has to be signed in.
    pub(super) deadline: Instant,
    /// An `authenticate` is under way; it is waited for.
    pub(super) signing_in: bool,
    pub(super) signed: Option<Box<Signed>>,
}

/// What is known of a socket that is signed in.
pub(super) struct Signed {
    pub(super) user: UserId,
    pub(super) expires_at: Timestamp,
    /// It was told that its time is over.
    pub(super) warned: bool,
    joined: Option<Arc<Joined>>,
}

impl Socket {
    pub(super) fn new(opened_at: Instant) -> Self {
        Self { deadline: opened_at + SIGN_IN, signing_in: false, signed: None }
    }

    pub(super) fn user(&self) -> Option<&UserId> {
        self.signed.as_ref().map(|signed| &signed.user)
    }

    /// Signs in, or renews the time. Whether it is new.
    pub(super) fn sign_in(&mut self, user: UserId, expires_at: Timestamp) -> bool {
        self.signing_in = false;
        match &mut self.signed {
            Some(signed) => {
                signed.expires_at = expires_at;
                signed.warned = false;
                false
            }
            None => {
                self.signed = Some(Box::new(Signed { user, expires_at, warned: false, joined: None }));
                true
            }
        }
    }
}

impl Signed {
    /// The rooms it was admitted to.
    pub(super) fn joined(&mut self, rooms: &Arc<Rooms>) -> Arc<Joined> {
        self.joined.get_or_insert_with(|| Joined::new(rooms.clone())).clone()
    }

    pub(super) fn joined_already(&self) -> Option<&Joined> {
        self.joined.as_deref()
    }
}
