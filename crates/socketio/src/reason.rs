//! Why a socket closed.

/// Why a socket closed, as [`Handler::closed`](crate::Handler::closed) and [`Stats`](crate::Stats) tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client said goodbye: a DISCONNECT packet, an Engine.IO close packet or a WebSocket close frame.
    ClientDisconnect,
    /// The connection ended without a word.
    TransportClose,
    /// The client did not answer a ping in time.
    PingTimeout,
    /// More than `max_unsent` bytes waited for a client that does not take them.
    TooSlow,
    /// A message was longer than `max_payload`.
    PayloadTooLarge,
    /// The client sent what is no packet.
    ParseError,
    /// The client sent a well-formed packet that the protocol does not allow at this point, or broke a rule of WebSocket.
    ProtocolError,
    /// No CONNECT in time.
    ConnectTimeout,
    /// The application closed it, and why.
    Server(&'static str),
    /// The server shuts down; the client comes back by itself.
    Shutdown,
    /// The application's handler panicked.
    HandlerPanic,
}

impl CloseReason {
    /// A stable name in snake case, for logs and metrics. That of [`Server`](Self::Server) is the application's own word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientDisconnect => "client_disconnect",
            Self::TransportClose => "transport_close",
            Self::PingTimeout => "ping_timeout",
            Self::TooSlow => "too_slow",
            Self::PayloadTooLarge => "payload_too_large",
            Self::ParseError => "parse_error",
            Self::ProtocolError => "protocol_error",
            Self::ConnectTimeout => "connect_timeout",
            Self::Server(reason) => reason,
            Self::Shutdown => "shutdown",
            Self::HandlerPanic => "handler_panic",
        }
    }

    /// The status code of the WebSocket close frame that says so (RFC 6455, section 7.4.1).
    pub(crate) fn close_code(self) -> u16 {
        match self {
            Self::ClientDisconnect | Self::TransportClose | Self::Server(_) => 1000,
            Self::Shutdown => 1001,
            Self::ParseError | Self::ProtocolError => 1002,
            Self::PingTimeout | Self::ConnectTimeout => 1008,
            Self::TooSlow => 1008,
            Self::PayloadTooLarge => 1009,
            Self::HandlerPanic => 1011,
        }
    }
}

impl std::fmt::Display for CloseReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
