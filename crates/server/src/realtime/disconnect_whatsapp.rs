//! `disconnect_whatsapp`: takes an account down, or ends its link.

use super::call::Call;
use protocol::command::DisconnectWhatsapp;

pub(super) fn disconnect_whatsapp(call: Call<'_, '_>) {
    let command = match DisconnectWhatsapp::parse(call.data) {
        Ok(command) => command,
        Err(bad) => return call.asked.refused(call.cx, bad.into()),
    };
    let user = call.user();
    call.wait(async move |app, asked| {
        let result = app.engine().disconnect(&user, &command).await;
        app.sockets.batch(|batch| match result {
            Ok(status) => asked.done(batch, status),
            Err(error) => asked.refused(batch, error),
        });
    });
}
