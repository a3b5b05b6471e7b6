use crate::testing::TestServer;
use serde_json::json;

/// Something the server has to say to this socket before it answers, so that what was to come has come.
async fn settle(socket: &mut crate::testing::Socket) {
    assert!(socket.ask("nonsense", json!({})).await["error"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_nothing_a_member_all_and_a_former_member_nothing_again() {
    let server = TestServer::start().await;
    for id in ["admin", "ann", "bob"] {
        server.user(id).await;
    }
    let account = server.demo("ann").await;
    let (mut ann, mut bob) = (server.signed_in("ann").await, server.signed_in("bob").await);
    let sent = ann.ask("send_message", json!({ "to": "+12025550141", "message": "one" })).await;
    let chat = json!({ "conversationId": sent["conversationId"] });
    ann.wait("message_sent_success").await;

    // A stranger.
    assert_eq!(bob.ask("join_conversation", chat.clone()).await["error"]["code"], "not_found");
    assert_eq!(bob.ask("get_connection_status", json!({ "accountId": account })).await["error"]["code"], "not_found");
    assert_eq!(
        bob.ask("send_message", json!({ "conversationId": sent["conversationId"], "message": "x" })).await["error"]["code"],
        "not_found"
    );
    assert_eq!(
        bob.ask("typing", json!({ "conversationId": sent["conversationId"], "state": "composing" })).await["error"]["code"],
        "not_found"
    );
    for event in ["new_message", "message_status", "conversation_updated", "whatsapp_status_update"] {
        assert!(!bob.has(event), "{event}");
    }
    for path in ["", "/status", "/members"] {
        assert_eq!(server.ask("bob", "GET", &format!("/api/accounts/{account}{path}"), None).await.0, 404, "{path}");
    }

    // A member.
    let member = format!("/api/accounts/{account}/members/bob");
    assert_eq!(server.ask("bob", "PUT", &member, None).await.0, 404);
    assert_eq!(server.ask("ann", "PUT", &member, None).await.0, 204);
    let told = bob.wait("access_changed").await;
    assert_eq!((&told["accountId"], &told["access"]), (&json!(account), &json!("member")));
    assert_eq!(bob.ask("join_conversation", chat.clone()).await["ok"], true);
    ann.ask("send_message", json!({ "conversationId": sent["conversationId"], "message": "two" })).await;
    assert_eq!(bob.wait("new_message").await["content"], "two");
    assert_eq!(bob.wait("message_sent").await["message"], "two");
    ann.ask("typing", json!({ "conversationId": sent["conversationId"], "state": "composing" })).await;
    assert_eq!(bob.wait("typing").await["from"]["userId"], "ann");
    assert_eq!(server.ask("bob", "PUT", &format!("/api/accounts/{account}/members/admin"), None).await.0, 403);

    // No longer one.
    assert_eq!(server.ask("ann", "DELETE", &member, None).await.0, 204);
    assert_eq!(bob.wait("access_changed").await["access"], "none");
    ann.ask("join_conversation", chat.clone()).await;
    ann.ask("send_message", json!({ "conversationId": sent["conversationId"], "message": "three" })).await;
    while ann.wait("message_sent").await["message"] != "three" {}
    settle(&mut bob).await;
    assert!(!bob.heard("three"));
    assert_eq!(bob.ask("join_conversation", chat).await["error"]["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_manages_accounts_and_reads_none() {
    let server = TestServer::start().await;
    for id in ["admin", "ann"] {
        server.user(id).await;
    }
    let account = server.demo("ann").await;
    let (status, body) = server.ask("admin", "GET", &format!("/api/accounts/{account}"), None).await;
    assert_eq!((status, &body["access"]), (200, &json!("none")));
    let mut admin = server.signed_in("admin").await;
    assert_eq!(admin.ask("get_connection_status", json!({ "accountId": account })).await["error"]["code"], "not_found");
    assert_eq!(server.ask("admin", "POST", &format!("/api/accounts/{account}/disconnect"), None).await.0, 404);
    assert_eq!(
        server.ask("admin", "GET", &format!("/api/accounts/{account}/members"), None).await.1["items"][0]["userId"],
        "ann"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_chat_ends_what_is_for_it_alone() {
    let server = TestServer::start().await;
    server.user("ann").await;
    server.demo("ann").await;
    let mut ann = server.signed_in("ann").await;
    let sent = ann.ask("send_message", json!({ "to": "+12025550141", "message": "one" })).await;
    let chat = json!({ "conversationId": sent["conversationId"] });
    let joined = ann.ask("join_conversation", chat.clone()).await;
    let room = format!("conversation_{}", sent["conversationId"].as_str().unwrap());
    assert_eq!(joined, json!({ "ok": true, "conversationId": sent["conversationId"], "room": room }));
    let mut other = server.signed_in("ann").await;
    other.ask("typing", json!({ "conversationId": sent["conversationId"], "state": "recording" })).await;
    assert_eq!(ann.wait("typing").await["state"], "recording");
    assert_eq!(ann.ask("leave_conversation", chat.clone()).await["ok"], true);
    other.ask("typing", json!({ "conversationId": sent["conversationId"], "state": "paused" })).await;
    settle(&mut ann).await;
    let customers = |typing: &serde_json::Value| typing["from"]["userId"].is_null();
    if ann.has("typing") {
        assert!(customers(&ann.wait("typing").await));
    }
    assert_eq!(ann.ask("leave_conversation", chat).await["ok"], true, "also when it was not joined");
}
