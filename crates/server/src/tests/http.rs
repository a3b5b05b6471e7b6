use crate::testing::{TestServer, answer};
use domain::SystemClock;
use serde_json::json;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_a_problem_document_with_a_code() {
    let server = TestServer::start().await;
    server.user("ann").await;
    let login = || server.request("POST", "/api/auth/login").header("Content-Type", "application/json");
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(70_000));
    for (request, status, code) in [
        (server.request("GET", "/nowhere"), 404, "not_found"),
        (server.request("GET", "/api/nowhere"), 404, "not_found"),
        (server.request("DELETE", "/api/auth/me"), 405, "not_found"),
        (server.request("POST", "/healthz"), 405, "not_found"),
        (server.request("GET", "/api/auth/me"), 401, "token_missing"),
        (server.request("GET", "/api/auth/me").header("Authorization", "Bearer x"), 401, "token_invalid"),
        (server.request("GET", "/api/auth/me").header("Authorization", "Basic YTpi"), 401, "token_missing"),
        (login().body("{"), 400, "bad_payload"),
        (login().body(""), 400, "bad_payload"),
        (login().body("[]"), 400, "bad_payload"),
        (login().body(b"{\"email\":\"\xff\"}".to_vec()), 400, "bad_payload"),
        (login().body("[".repeat(60_000)), 400, "bad_payload"),
        (login().body(long), 413, "payload_too_large"),
        (server.request("POST", "/api/auth/login").body("{}"), 400, "bad_payload"),
    ] {
        let (told, body) = answer(request).await;
        assert_eq!((told, &body["code"]), (status, &json!(code)), "{body}");
    }
    let (status, body) = server.ask("ann", "PUT", "/api/accounts/x/members/%ff", None).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_found")), "a path that is no text: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_made_listed_and_paged() {
    let server = TestServer::start().await;
    server.user("admin").await;
    server.user("ann").await;
    let mut ids = Vec::new();
    for provider in ["demo", "web", "demo"] {
        let (status, made) = server.ask("ann", "POST", "/api/accounts", Some(json!({ "provider": provider }))).await;
        assert_eq!((status, &made["provider"], &made["access"]), (201, &json!(provider), &json!("owner")));
        ids.push(made["id"].clone());
    }
    ids.reverse();
    let (_, first) = server.ask("ann", "GET", "/api/accounts?limit=2", None).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let (_, second) = server.ask("ann", "GET", &format!("/api/accounts?limit=2&cursor={cursor}"), None).await;
    let told: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!((told, &second["nextCursor"]), (ids.clone(), &json!(null)));
    assert_eq!(first["positions"].as_object().unwrap().len(), 3);
    for bad in ["limit=0", "limit=201", "limit=x", "cursor=x"] {
        assert_eq!(
            server.ask("ann", "GET", &format!("/api/accounts?{bad}"), None).await.1["code"],
            "bad_payload",
            "{bad}"
        );
    }
    let (status, error) = server.ask("ann", "POST", "/api/accounts", Some(json!({ "provider": "cloud" }))).await;
    assert_eq!((status, &error["code"]), (422, &json!("not_supported")));

    let path = format!("/api/accounts/{}", ids[0].as_str().unwrap());
    assert_eq!(server.ask("ann", "POST", &format!("{path}/connect"), None).await.1["connectionState"], "open");
    assert_eq!(server.ask("ann", "GET", &format!("{path}/status"), None).await.1["connected"], true);
    assert_eq!(
        server.ask("ann", "POST", &format!("{path}/disconnect"), None).await.1["connectionState"],
        "disconnected"
    );
    assert_eq!(server.ask("ann", "POST", &format!("{path}/logout"), None).await.1["connectionState"], "logged_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_allowed_origins_may_call_and_others_not() {
    let settings = [("ALLOWED_ORIGINS", "https://erp.example.com")];
    let server = TestServer::start_with(&settings, Arc::new(SystemClock)).await;
    let allowed = async |path: &str, origin: &str| {
        let response = server.request("GET", path).header("Origin", origin).send().await.unwrap();
        (response.status().as_u16(), response.headers().get("access-control-allow-origin").cloned())
    };
    let polling = "/socket.io/?EIO=4&transport=polling";
    for path in ["/healthz", polling] {
        for origin in ["https://erp.example.com", &server.url] {
            assert_eq!(allowed(path, origin).await, (200, Some(origin.parse().unwrap())), "{path} {origin}");
        }
    }
    assert_eq!(allowed("/healthz", "https://evil.test").await, (200, None));
    assert_eq!(allowed(polling, "https://evil.test").await, (403, None));
    assert_eq!(server.request("GET", polling).send().await.unwrap().status(), 200, "no page at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_how_it_is() {
    let server = TestServer::start().await;
    server.user("ann").await;
    let _tabs = (server.signed_in("ann").await, server.signed_in("ann").await);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(answer(server.request("GET", path)).await, (200, json!({ "status": "ok" })));
    }
    let figures = async || server.request("GET", "/metrics").send().await.unwrap().text().await.unwrap();
    let both = async {
        loop {
            let text = figures().await;
            if text.contains("\nswitchboard_sockets 2\n") {
                return text;
            }
        }
    };
    let text = tokio::time::timeout(std::time::Duration::from_secs(20), both).await.unwrap();
    assert!(text.contains("\nswitchboard_connected_users 1\n"), "{text}");
    assert!(text.contains("\nswitchboard_store_commits_total ") && text.ends_with("# EOF\n"), "{text}");
}
