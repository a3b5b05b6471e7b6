//! The loads: what each asks of a server and how it is run.

mod exchange;
#[cfg(test)]
mod fake;
mod fleet;
mod member;
mod meter;
mod outcome;
mod patience;
mod run;
mod sender;
mod tally;

use clap::ValueEnum;

use crate::shape::Shape;
use fleet::Greeting;
pub(crate) use outcome::{Outcome, Rates};
pub(crate) use run::{Options, run};

/// A load by its name in figures.md, or a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Load {
    /// 1,000 sockets in rooms of 10, 50 senders with 4 messages in flight each, stored: deliveries a second.
    W2,
    /// 50 sockets with 4 sends in flight each reach all others in one room in order.
    InOrder,
    /// Sockets that emit `authenticate` once CONNECT is answered, as client libraries do, are all answered.
    OnConnect,
    /// Sockets that emit `authenticate` behind CONNECT, in their first write, are all answered.
    SameTurn,
}

/// How a load is run.
pub(crate) enum Kind {
    /// Sends for a fixed time, of which the part after the warm-up is measured.
    Timed { in_flight: usize },
    /// A fixed number of sends by each sender.
    Counted { in_flight: usize, messages: u64 },
    /// Sign-in only.
    SignIn { sockets: usize, greeting: Greeting },
}

impl Load {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::W2 => "w2",
            Self::InOrder => "in-order",
            Self::OnConnect => "on-connect",
            Self::SameTurn => "same-turn",
        }
    }

    /// The people it needs.
    pub(crate) fn shape(self) -> Shape {
        let (accounts, users, senders) = match self {
            Self::W2 => (100, 10, 50),
            Self::InOrder => (1, 51, 50),
            Self::OnConnect | Self::SameTurn => (10, 10, 0),
        };
        Shape { accounts, users, senders }
    }

    fn kind(self) -> Kind {
        match self {
            Self::W2 => Kind::Timed { in_flight: 4 },
            Self::InOrder => Kind::Counted { in_flight: 4, messages: 100 },
            Self::OnConnect => Kind::SignIn { sockets: 2000, greeting: Greeting::AfterConnect },
            Self::SameTurn => Kind::SignIn { sockets: 2000, greeting: Greeting::SameTurn },
        }
    }
}
