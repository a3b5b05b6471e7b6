//! The list of settings: flags, environment, file and help are all made from it.

/// One setting. As a flag it is `--data-dir`, in the file `data_dir`, in the environment `DATA_DIR`.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name in the environment.
    pub name: &'static str,
    /// The default, as the help shows it.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// Never shown, in errors neither.
    pub secret: bool,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, secret: false }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    setting("HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all"),
    setting("PORT", "5000", "Port to listen on; 0 for any that is free"),
    setting(
        "ALLOWED_ORIGINS",
        "http://localhost:3000,http://localhost:3001,http://localhost:5173",
        "Origins whose pages may connect, with commas between; the server's own is always allowed; * for all",
    ),
    Setting {
        name: "JWT_SECRET",
        default: "made on the first start, kept in DATA_DIR",
        help: "Key of HS256 tokens, at least 32 bytes",
        secret: true,
    },
    setting(
        "JWT_PUBLIC_KEY",
        "unset",
        "Takes another issuer's tokens too: its public key as PEM, or the path of a PEM file",
    ),
    setting("JWT_ISSUER", "unset", "The iss that every token must have"),
    setting("JWT_AUDIENCE", "unset", "The aud that every token must have"),
    setting("JWT_USER_CLAIM", "userId", "The claim that names the user"),
    setting("JWT_PROVISION_USERS", "false", "Whether a valid token of an unknown user makes that user"),
    setting("OPEN_REGISTRATION", "false", "Whether anybody may register; else an admin adds users"),
    setting("DATABASE_URL", "sqlite://{DATA_DIR}/switchboard.db", "Where everything is stored"),
    setting("DATA_DIR", "./data", "Folder for the database and the token key"),
    setting("WHATSAPP_WEB_URL", "WhatsApp's own", "Development builds only: a simulator on loopback to link with"),
    setting("WHATSAPP_WEB_VERSION", "auto", "The client version told to WhatsApp: auto, or x.y.z"),
    setting("SEND_MAX_AGE", "24h", "How long a message may wait before it fails as expired"),
    setting("PING_INTERVAL", "25s", "How often a socket is pinged"),
    setting("PING_TIMEOUT", "20s", "How long a socket may take to answer a ping"),
    setting("MAX_PAYLOAD", "1000000", "Longest packet taken from a socket, in bytes"),
    setting("MAX_UNSENT", "1MB", "What may wait for one slow socket before it is closed"),
    setting("LOG_FORMAT", "pretty on a terminal, else json", "pretty or json"),
    setting(
        "RUST_LOG",
        "info,refinery_core=warn,whatsapp_rust=warn,wacore=warn,wacore_libsignal=off",
        "What is logged, as tracing's filter directives",
    ),
];

impl Setting {
    /// The setting of that name in the environment. Panics for a name that is not in the list: a bug.
    #[must_use]
    pub fn named(name: &str) -> &'static Self {
        SETTINGS.iter().find(|setting| setting.name == name).expect("only listed settings are asked for")
    }

    /// The name as a flag, without the dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.to_ascii_lowercase().replace('_', "-")
    }

    /// The name as a key of the file.
    #[must_use]
    pub fn key(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}
