//! The rules: who may do what, sending, receiving, and telling those who listen.
//!
//! The engine knows neither sockets nor HTTP nor SQL. Nobody hears of what is not yet stored: events with a `seq` are made
//! from commits, on the writer's thread, in commit order ([`Outlet::commit`]).
#![forbid(unsafe_code)]

mod accounts;
mod connector;
mod conversations;
mod directory;
mod engine;
mod inner;
mod options;
mod outbox;
mod outlet;
mod people;
mod publish;
mod qr;
mod receive;
mod refused;
mod send;
mod shared;
mod status;

pub use connector::{Connector, MakeConnector};
pub use directory::Directory;
pub use engine::{Engine, StartError};
pub use options::Options;
pub use outlet::{Audience, Emission, Item, Outlet, Refused, Reply};
pub use people::Members;
pub use send::Caller;
