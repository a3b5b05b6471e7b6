//! One event of a client that is signed in.

use super::{reply::Asked, socket::Signed};
use crate::app::App;
use domain::UserId;
use serde_json::value::RawValue;
use socketio::{Cx, Handle};
use std::sync::Arc;

/// One event of a client that is signed in.
pub struct Call<'a, 'cx> {
    pub(super) app: &'a Arc<App>,
    pub(super) cx: &'a mut Cx<'cx>,
    pub(super) socket: &'a mut Signed,
    pub(super) data: Option<&'a RawValue>,
    pub(super) asked: Asked,
}

impl Call<'_, '_> {
    pub(super) fn user(&self) -> UserId {
        self.socket.user.clone()
    }

    /// Leaves the rest to a task. The socket's next events wait until it has ended, however it ends.
    pub(super) fn wait<F: Future<Output = ()> + Send + 'static>(self, task: impl FnOnce(Arc<App>, Asked) -> F) {
        self.cx.pause();
        let resume = Resume { app: self.app.clone(), socket: self.asked.socket };
        let task = task(self.app.clone(), self.asked);
        self.app.spawn(async move {
            task.await;
            drop(resume);
        });
    }
}

struct Resume {
    app: Arc<App>,
    socket: Handle,
}

impl Drop for Resume {
    fn drop(&mut self) {
        self.app.sockets.batch(|batch| batch.resume(self.socket));
    }
}
