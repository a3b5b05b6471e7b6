//! `connect_whatsapp`: links an account, or brings a linked one up.

use super::call::Call;
use crate::linking;
use protocol::command::ConnectWhatsapp;

pub(super) fn connect_whatsapp(call: Call<'_, '_>) {
    let command = match ConnectWhatsapp::parse(call.data) {
        Ok(command) => command,
        Err(bad) => return call.asked.refused(call.cx, bad.into()),
    };
    let user = call.user();
    call.wait(async move |app, asked| {
        let result = linking::connect(&app, &user, &command).await;
        app.sockets.batch(|batch| match result {
            Ok(connecting) => asked.done(batch, connecting),
            Err(error) => asked.refused(batch, error),
        });
    });
}
