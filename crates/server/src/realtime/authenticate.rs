//! `authenticate`, and the same at the handshake: says who the socket's user is.

use super::{
    outlet::not_signed_in,
    reply::Asked,
    socket::Socket,
    ticket::{SignIn, Ticket},
};
use crate::{
    app::App,
    auth::{self, Claim, Verified},
};
use domain::UserId;
use protocol::{ErrorBody, ErrorCode, command::Authenticate};
use serde_json::{json, value::RawValue};
use socketio::{ConnectError, Cx};
use std::sync::Arc;

/// The guide's way.
pub(super) fn authenticate(
    app: &Arc<App>,
    cx: &mut Cx<'_>,
    socket: &mut Socket,
    data: Option<&RawValue>,
    asked: Asked,
) {
    match claim(app, socket, data) {
        Ok(claim) => sign_in(app, cx, socket, claim, asked),
        Err(error) => {
            tracing::warn!(code = error.code.as_str(), "Authentication error");
            asked.refused(cx, error);
        }
    }
}

/// A handshake without a token is one of a client that signs in later.
pub(super) fn at_handshake(
    app: &Arc<App>,
    cx: &mut Cx<'_>,
    socket: &mut Socket,
    auth: Option<&RawValue>,
) -> Result<(), ConnectError> {
    let checked = match Authenticate::parse_handshake(auth) {
        Ok(None) => return Ok(()),
        Ok(Some(token)) => checked(app, &token, None),
        Err(bad) => Err(bad.into()),
    };
    let claim = checked.map_err(|error| {
        tracing::warn!(code = error.code.as_str(), "Authentication error");
        ConnectError { message: error.message().to_owned(), data: Some(json!(error)) }
    })?;
    let asked = Asked { socket: cx.handle(), ack: None, event: "authenticate".into() };
    sign_in(app, cx, socket, claim, asked);
    Ok(())
}

fn claim(app: &App, socket: &Socket, data: Option<&RawValue>) -> Result<Claim, ErrorBody> {
    // The token comes first: without one it is of no interest what else is missing.
    let token = Authenticate::parse_handshake(data)?.ok_or(ErrorCode::TokenMissing)?;
    let Authenticate { user_id, .. } = Authenticate::parse(data)?;
    let claim = checked(app, &token, Some(&user_id))?;
    // A socket never changes its user.
    match socket.user() {
        Some(user) if *user != user_id => Err(ErrorCode::UserMismatch.into()),
        _ => Ok(claim),
    }
}

fn checked(app: &App, token: &str, named: Option<&UserId>) -> Result<Claim, ErrorBody> {
    if app.stopping() {
        return Err(ErrorCode::ShuttingDown.into());
    }
    Ok(auth::claim(app, token, named)?)
}

/// The socket's next events wait until the stream of commits has taken it in.
fn sign_in(app: &Arc<App>, cx: &mut Cx<'_>, socket: &mut Socket, claim: Claim, asked: Asked) {
    socket.signing_in = true;
    cx.pause();
    let otherwise_wake_at = match &socket.signed {
        Some(signed) => app.instant(signed.expires_at),
        None => Some(socket.deadline),
    };
    let (Claim::Known(verified) | Claim::Unknown(verified)) = &claim;
    let Verified { user, expires_at, .. } = verified.clone();
    let ticket = SignIn { asked, user: user.clone(), expires_at, otherwise_wake_at };
    if matches!(claim, Claim::Known(_)) {
        return app.engine().attach(&user, Ticket::SignIn(ticket));
    }
    let task = app.clone();
    app.spawn(async move {
        match auth::admit(&task, claim).await {
            Ok(_) => task.engine().attach(&user, Ticket::SignIn(ticket)),
            Err(error) => task.sockets.batch(|batch| not_signed_in(batch, ticket, error)),
        }
    });
}
