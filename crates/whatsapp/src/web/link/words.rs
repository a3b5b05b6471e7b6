//! Why a link is as it is: a stable word for programs and a sentence for clerks.

/// A reason and its sentence.
pub(super) type Why = (Option<&'static str>, &'static str);

pub(super) const CONNECTING: Why = (None, "Connecting to WhatsApp.");
pub(super) const SCAN: Why = (
    None,
    "Scan this code with the phone: in WhatsApp under Settings, Linked devices, Link a device. A new code comes by itself.",
);
pub(super) const PAIRED: Why = (None, "The phone has confirmed. The device is being set up.");
pub(super) const OPEN: Why = (None, "Connected to WhatsApp.");
pub(super) const LOST: Why = (
    Some("connection_lost"),
    "The connection to WhatsApp was lost. It comes back by itself; messages wait until then.",
);
pub(super) const UNREACHABLE: Why = (
    Some("unreachable"),
    "WhatsApp can't be reached. Please check this server's internet connection; the next attempt comes by itself.",
);
pub(super) const STORE: Why = (
    Some("store_unavailable"),
    "The account's keys can't be read from the database now. The next attempt comes by itself.",
);
pub(super) const BUSY: Why =
    (Some("refused"), "WhatsApp has no room for this connection at the moment. The next attempt comes by itself.");
pub(super) const REFUSED: Why = (
    Some("refused"),
    "WhatsApp refused the connection. It will be tried again later; if this goes on, link the account anew.",
);
pub(super) const BANNED: Why = (
    Some("temporarily_banned"),
    "WhatsApp has banned this number for a while. Nothing can be sent or received until the ban ends.",
);
pub(super) const QR_EXPIRED: Why =
    (Some("qr_expired"), "Nobody scanned the code in time. Connect again to get a new one.");
pub(super) const NOT_LINKED: Why =
    (Some("not_linked"), "This account is not linked to a phone. Connect it and scan the code.");
pub(super) const PAIR_FAILED: Why =
    (Some("pairing_failed"), "The phone scanned the code but linking failed. Please scan the next code.");
pub(super) const OLD_PHONE: Why =
    (Some("phone_outdated"), "The WhatsApp on that phone can't link devices. Update it, then scan the next code.");
pub(super) const PASSKEY: Why = (
    Some("passkey"),
    "WhatsApp asks for a passkey to link this device, which can't be given here yet. Cancel on the phone and try again.",
);
pub(super) const REPLACED: Why = (
    Some("replaced"),
    "The same link was opened somewhere else, so it was closed here. Connect again to take it back.",
);
pub(super) const OUTDATED: Why = (
    Some("client_outdated"),
    "WhatsApp no longer accepts this version of the program. Please update it, then connect again.",
);
pub(super) const REMOVED_BY_PHONE: Why = (
    Some("logged_out_by_phone"),
    "The device was removed on the phone. Connect again and scan the code to link it anew.",
);
pub(super) const LOCKED: Why = (
    Some("account_locked"),
    "WhatsApp has locked this number. Open WhatsApp on the phone to see why, then link it anew.",
);
pub(super) const LOGGED_OUT: Why =
    (Some("logged_out"), "WhatsApp has ended this link. Connect again and scan the code to link it anew.");
pub(super) const LOGGED_OUT_HERE: Why =
    (Some("logged_out_here"), "The account was logged out. Connect again and scan a code to link it anew.");
pub(super) const LOGGED_OUT_UNHEARD: Why = (
    Some("logged_out_here"),
    "The account was logged out here, but WhatsApp could not be told. Remove the device on the phone as well, under Linked devices.",
);
pub(super) const STOPPED: Why = (Some("stopped"), "The account is switched off. Its link is kept.");
