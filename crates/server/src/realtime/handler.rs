//! The table of events, and what comes before it: who may emit them.

use super::{
    authenticate,
    call::Call,
    connect_whatsapp, disconnect_whatsapp, get_connection_status, join_conversation, leave_conversation,
    reply::Asked,
    send_message,
    socket::{GRACE, Socket},
    typing,
};
use crate::app::App;
use protocol::{ClientEvent, ErrorCode, ServerEvent, event::AuthError};
use serde_json::value::RawValue;
use socketio::{CloseReason, ConnectError, Cx, Event, Handle, Handler};
use std::sync::Arc;

/// What the sockets talk to.
pub struct Realtime(pub Arc<App>);

impl Handler for Realtime {
    type Socket = Socket;

    fn connect(&self, cx: &mut Cx<'_>, auth: Option<&RawValue>) -> Result<Socket, ConnectError> {
        let mut socket = Socket::new(cx.opened_at());
        cx.wake_at(Some(socket.deadline));
        authenticate::at_handshake(&self.0, cx, &mut socket, auth)?;
        Ok(socket)
    }

    fn event(&self, cx: &mut Cx<'_>, socket: &mut Socket, mut event: Event<'_>) {
        let asked = Asked { socket: cx.handle(), ack: event.take_ack(), event: event.name().into() };
        match (ClientEvent::from_name(event.name()), &mut socket.signed) {
            (Some(ClientEvent::Authenticate), _) => {
                authenticate::authenticate(&self.0, cx, socket, event.first(), asked)
            }
            (_, None) => asked.refused(cx, ErrorCode::Unauthenticated.into()),
            (known, Some(signed)) => {
                let call = Call { app: &self.0, cx, socket: signed, data: event.first(), asked };
                self.command(call, known);
            }
        }
    }

    fn woken(&self, cx: &mut Cx<'_>, socket: &mut Socket) {
        if socket.signing_in {
            // What is under way is waited for; it sets the next time itself.
            return;
        }
        let Some(signed) = &mut socket.signed else { return cx.close("not_authenticated") };
        if self.0.now() < signed.expires_at {
            cx.wake_at(self.0.instant(signed.expires_at));
        } else if signed.warned {
            cx.close("token_expired");
        } else {
            signed.warned = true;
            let event = ServerEvent::from(AuthError::from(ErrorCode::TokenExpired));
            cx.emit(event.name(), &event);
            cx.wake_at(Some(cx.now() + GRACE));
        }
    }

    fn closed(&self, socket: Socket, _: Handle, reason: CloseReason) {
        let Some(signed) = socket.signed else { return };
        if let Some(joined) = signed.joined_already() {
            joined.close();
        }
        self.0.sockets.connected.remove(&signed.user);
        tracing::debug!(user.id = %signed.user, reason = reason.as_str(), "A socket of user {} closed", signed.user);
    }
}

impl Realtime {
    fn command(&self, call: Call<'_, '_>, event: Option<ClientEvent>) {
        let refused = match event {
            _ if self.0.stopping() => Some(ErrorCode::ShuttingDown),
            _ if self.0.now() >= call.socket.expires_at => Some(ErrorCode::TokenExpired),
            None => Some(ErrorCode::UnknownEvent),
            Some(_) => None,
        };
        match (refused, event) {
            (Some(code), Some(ClientEvent::SendMessage)) => send_message::refuse(call, code.into()),
            (Some(code), _) => call.asked.refused(call.cx, code.into()),
            (None, Some(event)) => dispatch(call, event),
            (None, None) => {}
        }
    }
}

fn dispatch(call: Call<'_, '_>, event: ClientEvent) {
    match event {
        ClientEvent::SendMessage => send_message::send_message(call),
        ClientEvent::JoinConversation => join_conversation::join_conversation(call),
        ClientEvent::LeaveConversation => leave_conversation::leave_conversation(call),
        ClientEvent::GetConnectionStatus => get_connection_status::get_connection_status(call),
        ClientEvent::ConnectWhatsapp => connect_whatsapp::connect_whatsapp(call),
        ClientEvent::DisconnectWhatsapp => disconnect_whatsapp::disconnect_whatsapp(call),
        ClientEvent::Typing => typing::typing(call),
        // Handled before anybody is asked to be signed in.
        ClientEvent::Authenticate => {}
    }
}
