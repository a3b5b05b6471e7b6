//! `typing`: tells the customer, and the colleagues who have the chat open.

use super::{call::Call, service::Ephemeral};
use crate::app::App;
use domain::{Sender, UserId};
use protocol::{ack, command, event, value::TypingState};
use whatsapp::Typing;

pub(super) fn typing(call: Call<'_, '_>) {
    let command = match command::Typing::parse(call.data) {
        Ok(command) => command,
        Err(bad) => return call.asked.refused(call.cx, bad.into()),
    };
    let user = call.user();
    call.wait(async move |app, asked| {
        match app.engine().typing(&user, &command.conversation_id, to_whatsapp(command.state)).await {
            Ok(conversation) => {
                let event = event::Typing::new(conversation, &colleague(&app, &user), command.state);
                app.sockets.emit_to_conversation(conversation, &Ephemeral::from(event), Some(asked.socket));
                app.sockets.batch(|batch| asked.done(batch, ack::Done {}));
            }
            Err(error) => app.sockets.batch(|batch| asked.refused(batch, error)),
        }
    });
}

const fn to_whatsapp(state: TypingState) -> Typing {
    match state {
        TypingState::Composing => Typing::Composing,
        TypingState::Recording => Typing::Recording,
        TypingState::Paused => Typing::Paused,
    }
}

fn colleague(app: &App, user: &UserId) -> Sender {
    let name = app.engine().directory().user(user).map(|user| user.name.clone());
    Sender { name, user_id: Some(user.clone()), ..Sender::default() }
}
