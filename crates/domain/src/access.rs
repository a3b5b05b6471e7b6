//! What a user may do with an account.

/// A user's standing with one account. Whoever has none sees nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Made the account, or was given it.
    Owner,
    /// Was let in by the owner or an admin.
    Member,
}
