#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::{Config, Sources};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn jwt(settings: &[(&'static str, &str)]) -> Jwt {
    let mut sources = Sources::default();
    sources.flags.extend(settings.iter().map(|(name, text)| (*name, (*text).to_owned())));
    Jwt::new(&Config::from_sources(&sources).unwrap().tokens, SECRET).unwrap()
}

fn signed(header: Header, claims: &Value) -> String {
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(SECRET)).unwrap()
}

fn verify(claims: Value) -> Result<Verified, ErrorCode> {
    jwt(&[]).verify(&signed(Header::new(Algorithm::HS256), &claims), NOW)
}

fn in_seconds(seconds: i64) -> i64 {
    NOW.secs() + seconds
}

#[test]
fn a_minted_token_is_good_until_it_ends() {
    let jwt = jwt(&[("JWT_ISSUER", "us"), ("JWT_AUDIENCE", "chat"), ("JWT_USER_CLAIM", "sub")]);
    let user = UserId::new("42").unwrap();
    let (token, expires) = jwt.mint(&user, NOW, Duration::from_millis(59_001)).unwrap();
    assert_eq!(expires, Timestamp::from_secs(in_seconds(60)));
    assert_eq!(
        jwt.verify(&token, Timestamp(expires.0 - 1)).unwrap(),
        Verified { user, expires_at: expires, name: None }
    );
    assert_eq!(jwt.verify(&token, expires), Err(ErrorCode::TokenExpired));
}

#[test]
fn a_user_may_be_a_number_or_a_text() {
    for id in [json!(42), json!("42")] {
        assert_eq!(verify(json!({ "userId": id, "exp": in_seconds(9) })).unwrap().user.as_str(), "42");
    }
    for id in
        [json!(null), json!(4.2), json!(true), json!([42]), json!({}), json!(""), json!("a\nb"), json!("x".repeat(200))]
    {
        assert_eq!(verify(json!({ "userId": id, "exp": in_seconds(9) })), Err(ErrorCode::TokenInvalid), "{id}");
    }
    assert_eq!(verify(json!({ "sub": "42", "exp": in_seconds(9) })), Err(ErrorCode::TokenInvalid));
}

#[test]
fn exp_is_needed_and_exact() {
    assert!(verify(json!({ "userId": 1, "exp": in_seconds(1) })).is_ok());
    assert_eq!(verify(json!({ "userId": 1, "exp": NOW.secs() })), Err(ErrorCode::TokenExpired));
    assert_eq!(verify(json!({ "userId": 1, "exp": -1 })), Err(ErrorCode::TokenExpired));
    assert!(verify(json!({ "userId": 1, "exp": NOW.secs() as f64 + 0.5 })).is_ok());
    for exp in [json!(null), json!("soon"), json!(in_seconds(9).to_string()), json!([]), json!({})] {
        assert_eq!(verify(json!({ "userId": 1, "exp": exp })), Err(ErrorCode::TokenInvalid), "{exp}");
    }
    assert_eq!(verify(json!({ "userId": 1 })), Err(ErrorCode::TokenInvalid));
}

#[test]
fn a_token_of_the_far_future_ends_with_the_calendar() {
    for exp in [json!(1e300), json!(u64::MAX), json!(i64::MAX)] {
        assert_eq!(
            verify(json!({ "userId": 1, "exp": exp })).unwrap().expires_at,
            Timestamp::from_secs(LAST_SECOND),
            "{exp}"
        );
    }
}

#[test]
fn issuers_clocks_may_be_a_minute_ahead() {
    for name in ["iat", "nbf"] {
        let with = |value: Value| verify(json!({ "userId": 1, "exp": in_seconds(999), (name): value }));
        assert!(with(json!(in_seconds(60))).is_ok(), "{name}");
        assert_eq!(with(json!(in_seconds(61))), Err(ErrorCode::TokenInvalid), "{name}");
        assert_eq!(with(json!("now")), Err(ErrorCode::TokenInvalid), "{name}");
    }
}

#[test]
fn the_algorithm_is_the_keys() {
    let claims = json!({ "userId": 1, "exp": in_seconds(9) });
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(jwt(&[]).verify(&signed(Header::new(algorithm), &claims), NOW), Err(ErrorCode::TokenInvalid));
    }
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"alg":"RS256"}"#, r#"{"alg":""}"#, "{}"] {
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        for token in [format!("{text}."), text.clone(), format!("{text}.AAAA")] {
            assert_eq!(jwt(&[]).verify(&token, NOW), Err(ErrorCode::TokenInvalid), "{header}");
        }
    }
}

#[test]
fn a_signature_of_another_key_or_text_is_refused() {
    let claims = json!({ "userId": 1, "exp": in_seconds(9) });
    let other = EncodingKey::from_secret(b"another secret of thirty-two bytes");
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &other).unwrap();
    assert_eq!(jwt(&[]).verify(&token, NOW), Err(ErrorCode::TokenInvalid));

    let good = signed(Header::new(Algorithm::HS256), &claims);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let forged = URL_SAFE_NO_PAD.encode(json!({ "userId": 2, "exp": in_seconds(9) }).to_string());
    assert_eq!(jwt(&[]).verify(&format!("{header}.{forged}.{signature}"), NOW), Err(ErrorCode::TokenInvalid));
}

#[test]
fn what_is_no_token_is_refused() {
    for token in ["x", "..", "a.b.c", "a.b.c.d", "\0", "😀.😀.😀", &"a".repeat(100_000)] {
        assert_eq!(jwt(&[]).verify(token, NOW), Err(ErrorCode::TokenInvalid));
    }
    assert_eq!(jwt(&[]).verify("", NOW), Err(ErrorCode::TokenMissing));
}

#[test]
fn a_critical_extension_is_refused() {
    let mut header = Header::new(Algorithm::HS256);
    header.crit = Some(vec!["b64".into()]);
    let token = signed(header, &json!({ "userId": 1, "exp": in_seconds(9) }));
    assert_eq!(jwt(&[]).verify(&token, NOW), Err(ErrorCode::TokenInvalid));
}

#[test]
fn issuer_and_audience_hold_when_they_are_set() {
    let jwt = jwt(&[("JWT_ISSUER", "erp"), ("JWT_AUDIENCE", "chat")]);
    let check = |iss: Value, aud: Value| {
        let claims = json!({ "userId": 1, "exp": in_seconds(9), "iss": iss, "aud": aud });
        jwt.verify(&signed(Header::new(Algorithm::HS256), &claims), NOW).is_ok()
    };
    assert!(check(json!("erp"), json!("chat")) && check(json!("erp"), json!(["other", "chat"])));
    assert!(!check(json!("crm"), json!("chat")) && !check(json!("erp"), json!("other")));
    assert!(
        !check(json!(null), json!("chat")) && !check(json!("erp"), json!([1])) && !check(json!("erp"), json!(null))
    );
}

const ED_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJZYFOGQ86wkHA9e043SvxV+9D0khgoEgY6cfT94j04j\n-----END PRIVATE KEY-----\n";
const ED_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA8u7sDe08cnnoqYpySMHVcdTGLKeRypgowMWH88JbAI0=\n-----END PUBLIC KEY-----\n";

#[test]
fn another_issuers_tokens_are_taken_by_its_public_key() {
    let jwt = jwt(&[("JWT_PUBLIC_KEY", ED_PUBLIC)]);
    let key = EncodingKey::from_ed_pem(ED_PRIVATE.as_bytes()).unwrap();
    let claims = json!({ "userId": 7, "exp": in_seconds(9), "name": "Ada" });
    let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &key).unwrap();
    let verified = jwt.verify(&token, NOW).unwrap();
    assert_eq!((verified.user.as_str(), verified.name.as_deref()), ("7", Some("Ada")));
    // The classic: the public key as the HMAC's secret.
    let confused = EncodingKey::from_secret(ED_PUBLIC.as_bytes());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &confused).unwrap();
    assert_eq!(jwt.verify(&token, NOW), Err(ErrorCode::TokenInvalid));
}

#[test]
fn a_private_key_is_no_public_one() {
    assert!(public_key(ED_PRIVATE).unwrap_err().contains("private key"));
}
