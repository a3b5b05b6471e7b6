//! `get_connection_status`: where an account's link stands.

use super::call::Call;
use protocol::{ServerEvent, command::GetConnectionStatus};

pub(super) fn get_connection_status(call: Call<'_, '_>) {
    let status = GetConnectionStatus::parse(call.data)
        .map_err(Into::into)
        .and_then(|command| call.app.engine().status(&call.socket.user, command.account_id.as_deref()));
    match status {
        Ok(status) => call.asked.done_with(call.cx, &ServerEvent::ConnectionStatus(Box::new(status))),
        Err(error) => call.asked.refused(call.cx, error),
    }
}
