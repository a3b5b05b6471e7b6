use crate::testing::{PASSWORD, TestServer, answer};
use domain::SystemClock;
use serde_json::{Value, json};
use std::sync::Arc;

fn body(email: &str) -> Value {
    json!({ "email": email, "name": "X", "password": PASSWORD })
}

async fn register(server: &TestServer, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let request = headers
        .iter()
        .fold(server.request("POST", "/api/auth/register"), |request, (name, value)| request.header(*name, *value));
    answer(request.json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_user_registers_at_the_machine_and_is_the_admin() {
    let server = TestServer::start().await;
    for forwarded in [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"), ("Host", "evil.test")] {
        let (status, error) = register(&server, &[forwarded], &body("eve@x.test")).await;
        assert_eq!((status, &error["code"]), (403, &json!("forbidden")), "{forwarded:?}");
    }
    let (status, ann) = register(&server, &[], &body("Ann@X.test")).await;
    assert_eq!((status, &ann["user"]["role"], &ann["user"]["email"]), (201, &json!("admin"), &json!("ann@x.test")));
    assert!(ann["token"].is_string() && ann["expiresAt"].is_string());

    // From now on only the admin adds users.
    assert_eq!(register(&server, &[], &body("bob@x.test")).await.1["code"], "token_missing");
    let bearer = format!("bearer {}", ann["token"].as_str().unwrap());
    let (status, bob) = register(&server, &[("Authorization", &bearer)], &body("bob@x.test")).await;
    assert_eq!((status, &bob["user"]["role"]), (201, &json!("user")));
    let (status, error) = register(&server, &[("Authorization", &bearer)], &body("BOB@x.test")).await;
    assert_eq!((status, &error["code"], &error["field"]), (409, &json!("conflict"), &json!("email")));
    let bearer = format!("Bearer {}", bob["token"].as_str().unwrap());
    assert_eq!(register(&server, &[("Authorization", &bearer)], &body("eve@x.test")).await.1["code"], "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_elsewhere_the_first_needs_the_setup_token() {
    let server = TestServer::start().await;
    let mut with_token = body("ann@x.test");
    with_token["setupToken"] = json!("guessed");
    assert_eq!(register(&server, &[("Via", "1.1 proxy")], &with_token).await.0, 403);
    with_token["setupToken"] = json!(server.app.setup.reveal());
    assert_eq!(register(&server, &[("Via", "1.1 proxy")], &with_token).await.1["user"]["role"], "admin");
    with_token["email"] = json!("eve@x.test");
    assert_eq!(register(&server, &[("Via", "1.1 proxy")], &with_token).await.0, 401, "it is good for one user");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_first_users_at_once_one_is_the_admin_and_one_is_refused() {
    let server = TestServer::start().await;
    let (ann, bob) = (body("ann@x.test"), body("bob@x.test"));
    let (a, b) = tokio::join!(register(&server, &[], &ann), register(&server, &[], &bob));
    let mut statuses = [a.0, b.0];
    statuses.sort_unstable();
    assert!([[201, 403], [201, 401]].contains(&statuses), "{statuses:?}");
    assert_eq!(server.app.engine().directory().users().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_came_otherwise_don_t_keep_the_admin_from_registering() {
    let server = TestServer::start().await;
    server.user("erp-1").await;
    assert_eq!(register(&server, &[("Via", "1.1 proxy")], &body("eve@x.test")).await.0, 403);
    assert_eq!(register(&server, &[], &body("ann@x.test")).await.1["user"]["role"], "admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_register_where_that_is_set() {
    let server = TestServer::start_with(&[("OPEN_REGISTRATION", "true")], Arc::new(SystemClock)).await;
    assert_eq!(register(&server, &[], &body("ann@x.test")).await.1["user"]["role"], "admin");
    assert_eq!(register(&server, &[("Via", "1.1 proxy")], &body("bob@x.test")).await.1["user"]["role"], "user");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registered_can_log_in_and_nobody_else() {
    let server = TestServer::start().await;
    register(&server, &[], &body("ann@x.test")).await;
    let login = async |email: &str, password: &str| {
        answer(server.request("POST", "/api/auth/login").json(&json!({ "email": email, "password": password }))).await
    };
    let (status, session) = login(" ANN@x.test", PASSWORD).await;
    assert_eq!(status, 200);
    let bearer = format!("Bearer {}", session["token"].as_str().unwrap());
    let (status, me) = answer(server.request("GET", "/api/auth/me").header("Authorization", bearer)).await;
    assert_eq!((status, &me), (200, &session["user"]));
    let (wrong, unknown) = (login("ann@x.test", "wrong password").await, login("eve@x.test", PASSWORD).await);
    assert_eq!(wrong, unknown, "nobody learns who is registered");
    assert_eq!((wrong.0, &wrong.1["code"]), (401, &json!("unauthenticated")));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_name_what_is_wrong() {
    let server = TestServer::start().await;
    for (body, field) in [
        (json!({}), "email"),
        (json!({ "email": "nonsense", "name": "X", "password": PASSWORD }), "email"),
        (json!({ "email": "a@x.test", "password": PASSWORD }), "name"),
        (json!({ "email": "a@x.test", "name": "X", "password": "short" }), "password"),
        (json!({ "email": "a@x.test", "name": "X", "password": 12345678 }), "password"),
    ] {
        let (status, error) = register(&server, &[], &body).await;
        assert_eq!((status, &error["code"], &error["field"]), (400, &json!("bad_payload"), &json!(field)), "{body}");
    }
}
