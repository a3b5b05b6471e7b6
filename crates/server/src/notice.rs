//! What a person has to know before a phone is linked.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// The README says the same, longer.
pub const TEXT: &str = "Switchboard is not affiliated with WhatsApp or Meta. A linked device is an unofficial client, which \
WhatsApp's terms do not allow: a number that uses one can be restricted or banned. The official way is the Cloud API. Send no \
bulk messages. Messages are decrypted and stored on this server.";

/// Whether this installation has shown the notice. It is shown before its first QR code.
pub struct Notice {
    file: PathBuf,
    shown: AtomicBool,
}

impl Notice {
    /// Looks in the installation's folder.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        let file = data_dir.join("notice-shown");
        Self { shown: AtomicBool::new(file.exists()), file }
    }

    /// The notice, the first time it is asked for in the life of the installation.
    pub fn first_time(&self) -> Option<&'static str> {
        if self.shown.swap(true, Ordering::SeqCst) {
            return None;
        }
        if let Err(error) = std::fs::write(&self.file, "") {
            tracing::warn!(%error, "That the notice was shown can't be kept; it will be shown again after a restart");
        }
        tracing::warn!("{TEXT}");
        Some(TEXT)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_is_shown_once_an_installation() {
        let dir = tempfile::tempdir().unwrap();
        let notice = Notice::of(dir.path());
        assert_eq!(notice.first_time(), Some(TEXT));
        assert_eq!(notice.first_time(), None);
        assert_eq!(Notice::of(dir.path()).first_time(), None);
    }

    #[test]
    fn it_says_what_has_to_be_said_and_signs_nobody_out() {
        for word in ["not affiliated", "unofficial", "banned", "Cloud API", "bulk", "decrypted and stored"] {
            assert!(TEXT.contains(word), "{word}");
        }
        assert!(!TEXT.to_ascii_lowercase().contains("auth"));
    }
}
