//! `/api/auth`: register, log in, who am I.

use crate::{BadPayload, Id, Rfc3339, payload, value::Role};
use domain::Timestamp;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// The longest e-mail address taken, in characters (RFC 5321's longest path without its brackets).
const MAX_EMAIL: usize = 254;
const MAX_NAME: usize = 128;
/// The shortest and the longest password taken, in characters.
const PASSWORD: (usize, usize) = (8, 1024);

/// `POST /api/auth/register`: makes a user. The first one is the admin.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase", as = RegisterRequest)]
pub struct Register {
    /// The user's e-mail address; upper and lower case are the same.
    #[schema(max_length = 254)]
    pub email: String,
    /// The name that colleagues see.
    #[schema(min_length = 1, max_length = 128)]
    pub name: String,
    /// At least 8 characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub password: String,
    /// The one-time token of the set-up link, for the first user of a server that is not on this machine.
    #[schema(max_length = 128)]
    pub setup_token: Option<String>,
}

impl Register {
    /// Reads the body.
    pub fn parse(body: &str) -> Result<Self, BadPayload> {
        let [email, name, password, setup_token] = payload::object(body, ["email", "name", "password", "setupToken"])?;
        let register = Self {
            email: read_email(email)?,
            name: name.name(MAX_NAME)?.trim().to_owned(),
            password: password.name(PASSWORD.1)?,
            setup_token: setup_token.optional_text(128)?.filter(|token| !token.is_empty()),
        };
        if register.name.is_empty() || register.name.chars().any(char::is_control) {
            return Err(name.must("not be blank or hold control characters"));
        }
        if register.password.chars().count() < PASSWORD.0 {
            return Err(password.must(&format!("have at least {} characters", PASSWORD.0)));
        }
        Ok(register)
    }
}

/// `POST /api/auth/login`: signs a user in.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(as = LoginRequest)]
pub struct Login {
    /// The user's e-mail address; upper and lower case are the same.
    #[schema(max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(max_length = 1024)]
    pub password: String,
}

impl Login {
    /// Reads the body.
    pub fn parse(body: &str) -> Result<Self, BadPayload> {
        let [email, password] = payload::object(body, ["email", "password"])?;
        Ok(Self { email: read_email(email)?, password: password.name(PASSWORD.1)? })
    }
}

/// Without surrounding blanks, in lower case. Whether there is such a mailbox nobody can say; an `@` between two parts is asked for.
fn read_email(field: payload::Field<'_>) -> Result<String, BadPayload> {
    let email = field.name(MAX_EMAIL)?.trim().to_lowercase();
    let whole = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if whole && !email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(email)
    } else {
        Err(field.must("be an e-mail address"))
    }
}

/// Addresses and passwords don't belong in a log.
impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").finish_non_exhaustive()
    }
}

/// Addresses and passwords don't belong in a log.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

/// A user is signed in.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// A JWT, for HTTP's `Authorization: Bearer` and the socket.
    pub token: String,
    /// When it expires.
    pub expires_at: Rfc3339,
    /// Who.
    pub user: User,
}

impl Session {
    /// For this user, with a token that expires then.
    #[must_use]
    pub fn new(user: &domain::User, token: String, expires_at: Timestamp) -> Self {
        Self { token, expires_at: expires_at.into(), user: user.into() }
    }
}

/// A token doesn't belong in a log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// A user, as told to themselves and to admins; the answer of `GET /api/auth/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// The id.
    pub id: Id,
    /// The e-mail address; null for a user who came with a token of the ERP.
    #[schema(required)]
    pub email: Option<String>,
    /// The name that colleagues see.
    pub name: String,
    /// What the user may manage.
    pub role: Role,
}

impl From<&domain::User> for User {
    fn from(user: &domain::User) -> Self {
        Self { id: (&user.id).into(), email: user.email.clone(), name: user.name.clone(), role: user.role.into() }
    }
}
