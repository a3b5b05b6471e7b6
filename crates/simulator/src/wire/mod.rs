//! What travels: frames inside WebSocket messages, the Noise handshake that hides them, and the nodes in them.

pub mod certificate;
pub mod frame;
pub mod noise;
pub mod stanza;
pub mod zlib;
