//! Users who sign in with a password.

use super::ReadError;
use crate::{Store, rows};
use domain::User;
use rusqlite::OptionalExtension;

impl<T: Send + 'static> Store<T> {
    /// The user of that email address, in whatever case it is written, and their password hash if they have one.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<(User, Option<String>)>, ReadError> {
        let email = email.to_lowercase();
        self.readers()
            .run(move |conn| {
                let mut statement = conn.prepare_cached(
                    "SELECT u.id, u.email, u.name, u.role, u.disabled, u.created_at, u.password_hash \
                     FROM users u WHERE u.email = ?1",
                )?;
                statement.query_row([email], |row| Ok((rows::user::user(row)?, row.get(6)?))).optional()
            })
            .await
    }
}
