//! What goes over the wire: WebSocket frames, Engine.IO and Socket.IO packets. Bytes in, values out; no state, no I/O.

pub(crate) mod encode;
pub(crate) mod frame;
pub(crate) mod packet;
