#![allow(clippy::unwrap_used)]
use super::*;
use std::path::Path;

fn given(values: &[(&'static str, &str)]) -> Sources {
    let environment = values.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    Sources { environment, ..Sources::default() }
}

fn error(name: &'static str, text: &str) -> String {
    Config::from_sources(&given(&[(name, text)])).unwrap_err().to_string()
}

#[test]
fn the_defaults_are_the_contracts() {
    let config = Config::from_sources(&Sources::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:5000");
    assert!(config.origins.admit("http://localhost:5173", None));
    assert_eq!(config.tokens.user_claim, "userId");
    assert!(!config.tokens.provision_users && !config.open_registration);
    assert_eq!(config.storage.database, Path::new("./data/switchboard.db"));
    assert_eq!(config.send_max_age, Duration::from_secs(24 * 3600));
    assert_eq!((config.sockets.max_payload, config.sockets.max_unsent), (1_000_000, 1_000_000));
    assert_eq!((config.sockets.ping_interval.as_secs(), config.sockets.ping_timeout.as_secs()), (25, 20));
}

#[test]
fn flags_go_over_environment_over_file() {
    let mut sources = given(&[("PORT", "2")]);
    sources.file = parse_file(Path::new("x.toml"), "port = 3\nhost = \"0.0.0.0\"").unwrap();
    assert_eq!(Config::from_sources(&sources).unwrap().listen.to_string(), "0.0.0.0:2");
    sources.flags.insert("PORT", "1".into());
    assert_eq!(Config::from_sources(&sources).unwrap().listen.to_string(), "0.0.0.0:1");
}

#[test]
fn an_empty_value_is_none() {
    let config = Config::from_sources(&given(&[("PORT", ""), ("JWT_SECRET", " ")])).unwrap();
    assert_eq!((config.listen.port(), config.tokens.secret), (5000, None));
}

#[test]
fn every_bad_value_stops_the_start_with_one_line_that_names_it() {
    for (name, text) in [
        ("HOST", "example"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("ALLOWED_ORIGINS", "nonsense"),
        ("JWT_SECRET", "too short"),
        ("JWT_PUBLIC_KEY", "/nonexistent/key.pem"),
        ("JWT_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        ("JWT_PROVISION_USERS", "perhaps"),
        ("OPEN_REGISTRATION", "perhaps"),
        ("DATABASE_URL", "postgres://u:hunter2@db/x"),
        ("DATABASE_URL", "mysql://u:hunter2@db/x"),
        ("DATABASE_URL", "sqlite://"),
        ("WHATSAPP_WEB_URL", "ws://192.0.2.1:1/ws"),
        ("WHATSAPP_WEB_VERSION", "2.3000"),
        ("SEND_MAX_AGE", "soon"),
        ("PING_INTERVAL", "25"),
        ("PING_TIMEOUT", "0s"),
        ("MAX_PAYLOAD", "big"),
        ("MAX_UNSENT", "1TB"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "a=b=c"),
    ] {
        let error = error(name, text);
        assert!(error.starts_with(&format!("{name} (from the environment): ")), "{error}");
        assert!(!error.contains('\n') && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    let secret = "0123456789abcdef0123456789abcdef";
    let config = Config::from_sources(&given(&[("JWT_SECRET", secret)])).unwrap();
    assert!(!format!("{config:?}").contains(secret));
    assert!(!error("JWT_SECRET", "hunter2").contains("hunter2"));
}

#[test]
fn postgres_comes_later() {
    assert!(error("DATABASE_URL", "postgres://db/x").contains("comes later"));
}

#[test]
fn the_file_takes_lists_and_refuses_what_is_no_setting() {
    let path = Path::new("switchboard.toml");
    let values =
        parse_file(path, "allowed_origins = [\"https://a.test\", \"https://b.test\"]\nopen_registration = true")
            .unwrap();
    assert_eq!((&*values["ALLOWED_ORIGINS"], &*values["OPEN_REGISTRATION"]), ("https://a.test,https://b.test", "true"));
    for bad in ["prot = 1", "port = 1.5", "port = [1]", "port =", "[port]\nx = 1"] {
        let error = parse_file(path, bad).unwrap_err().to_string();
        assert!(error.starts_with("switchboard.toml: ") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn only_a_simulator_build_links_elsewhere_and_only_on_loopback() {
    let read = |url: &str, simulator| WhatsAppWeb::read(&given(&[("WHATSAPP_WEB_URL", url)]), simulator);
    assert!(read("ws://127.0.0.1:7000/ws/chat", false).unwrap_err().to_string().contains("development build"));
    assert!(read("ws://127.0.0.1:7000/ws/chat", true).unwrap().url.is_some());
    assert!(read("ws://[::1]:7000/ws/chat", true).is_ok());
    for bad in [
        "ws://192.0.2.1/ws",
        "wss://web.whatsapp.com/ws/chat",
        "http://127.0.0.1/",
        "ws://localhost:1/",
        "127.0.0.1:1",
        "ws://127.0.0.1.evil.test/",
    ] {
        assert!(read(bad, true).is_err(), "{bad}");
    }
}
