//! Bodies of HTTP requests and answers. A request's is read by its `parse`, so that an error names the key.

mod account;
mod auth;
mod member;

pub use account::{Account, AccountList, CreateAccount, Settings};
pub use auth::{Login, Register, Session, User};
pub use member::{Member, MemberList};
