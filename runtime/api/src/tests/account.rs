//! The account's key: environments and their keys.

use super::*;

async fn environments(app: &TestApp) -> Vec<Value> {
    app.account(Method::GET, "/environments", Value::Null).await.expect(StatusCode::OK)["data"].as_array().unwrap().clone()
}

async fn id_of(app: &TestApp, name: &str) -> String {
    let all = environments(app).await;
    all.iter().find(|environment| environment["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_opens_only_what_its_kind_is_for() {
    let app = TestApp::new().await;
    let refusal = app.get_with_key("/connections", ACCOUNT_KEY).await;
    assert_eq!(refusal.refusal(), refused(403, "forbidden"));
    assert_eq!(refusal.json()["error"]["message"], "API key is not authorized for an environment");
    assert_eq!(app.get_with_key("/providers", ACCOUNT_KEY).await.refusal(), refused(403, "forbidden"));
    assert_eq!(app.get_with_key("/proxy/x", ACCOUNT_KEY).await.refusal(), refused(403, "forbidden"));
    assert_eq!(app.get_with_key("/environments", KEY).await.refusal(), refused(403, "forbidden"));
    assert_eq!(app.get_with_key("/environments", "11111111-2222-4222-8222-222222222222").await.refusal(), refused(401, "unknown_account"));
    assert_eq!(app.get_with_key("/environments", ACCOUNT_KEY).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_account_key_can_do_only_what_its_scopes_say() {
    let app = TestApp::new().await;
    let limited = NewAccountKey {
        display_name: "makes only".to_owned(),
        hash: Sha256::digest("limited").into(),
        scopes: vec!["account:environments:create".to_owned()],
        now: Timestamp::default(),
    };
    app.store.account_keys().ensure(limited).await.unwrap();
    let create = |body: Value| {
        let request = Request::post("/environments").header("authorization", "Bearer limited").header("content-type", "application/json");
        app.send(request.body(Body::from(body.to_string())).unwrap())
    };
    create(json!({ "name": "staging" })).await.expect(StatusCode::OK);
    let refusal = create(json!({ "name": "live", "is_production": true })).await;
    assert_eq!(refusal.json()["error"]["message"], "Insufficient scope. Required: account:environments:set_production");
    assert_eq!(app.get_with_key("/environments", "limited").await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn an_environment_is_made_with_a_name_that_is_free_and_valid() {
    let app = TestApp::new().await;
    let create = |body: Value| app.account(Method::POST, "/environments", body);
    let made = create(json!({ "name": "staging-2" })).await.expect(StatusCode::OK);
    assert_eq!((made["data"]["name"].as_str().unwrap(), made["data"].as_object().unwrap().len()), ("staging-2", 2));
    assert_eq!(made["data"]["id"].as_str().unwrap(), id_of(&app, "staging-2").await);
    assert_eq!(create(json!({ "name": "staging-2" })).await.refusal(), refused(409, "conflict"));
    assert_eq!(create(json!({ "name": "Staging" })).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(create(json!({})).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(create(json!({ "name": "prod", "is_production": false })).await.refusal(), refused(400, "invalid_is_prod_flag"));
    for (field, value) in [("callback_url", json!("https://x")), ("hmac_enabled", json!(true)), ("otlp_headers", json!([]))] {
        let refusal = create(json!({ "name": "x", (field): value })).await;
        assert_eq!(refusal.refusal(), refused(400, "invalid_body"));
        assert_eq!(refusal.json()["error"]["errors"][0]["path"], json!([field]));
    }
    // What asks for nothing is no wish.
    create(json!({ "name": "quiet", "hmac_enabled": false, "slack_notifications": false, "otlp_endpoint": null }))
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn environments_are_capped() {
    let app = TestApp::new().await;
    let create = |name: String| app.account(Method::POST, "/environments", json!({ "name": name }));
    for n in 1..100 {
        create(format!("e{n}")).await.expect(StatusCode::OK);
    }
    assert_eq!(create("one-more".to_owned()).await.refusal(), refused(400, "resource_capped"));
    assert_eq!(create("e1".to_owned()).await.refusal(), refused(409, "conflict"));
}

#[tokio::test]
async fn a_deleted_environment_closes_its_doors_at_once() {
    let app = TestApp::new().await;
    app.account(Method::POST, "/environments", json!({ "name": "live", "is_production": true })).await.expect(StatusCode::OK);
    let live = id_of(&app, "live").await;
    let refusal = app.account(Method::DELETE, &format!("/environments/{live}"), Value::Null).await;
    assert_eq!(refusal.refusal(), refused(400, "cannot_delete_prod_environment"));

    let dev = format!("/environments/{}", id_of(&app, "dev").await);
    assert_eq!(app.get_with_key("/connections", KEY).await.status, StatusCode::OK);
    let deleted = app.account(Method::DELETE, &dev, Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (StatusCode::NO_CONTENT, ""));
    // Not after the seconds for which a key is trusted: this node knows.
    assert_eq!(app.get_with_key("/connections", KEY).await.refusal(), refused(401, "unknown_account"));
    assert_eq!(app.account(Method::DELETE, &dev, Value::Null).await.refusal(), refused(404, "not_found"));
    assert_eq!(app.account(Method::DELETE, "/environments/dev", Value::Null).await.refusal(), refused(400, "invalid_uri_params"));
    app.account(Method::POST, "/environments", json!({ "name": "dev" })).await.expect(StatusCode::OK);
    assert_eq!(environments(&app).await.len(), 2);
}

#[tokio::test]
async fn a_key_is_shown_once_works_within_its_scopes_and_stops_when_deleted() {
    let app = TestApp::new().await;
    let dev = id_of(&app, "dev").await;
    let create = |body: Value| app.account(Method::POST, "/environment/api-keys", body);
    let body = json!({ "environment_id": dev, "display_name": "reader", "scopes": ["environment:connections:list"] });
    let made = create(body.clone()).await.expect(StatusCode::OK)["data"].clone();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(secret).unwrap().get_version_num(), 4);
    assert_eq!(made["scopes"], body["scopes"]);
    assert_eq!(create(body).await.refusal(), refused(409, "conflict"));
    assert_eq!(app.get_with_key("/connections", secret).await.status, StatusCode::OK);
    assert_eq!(app.get_with_key("/integrations", secret).await.refusal(), refused(403, "forbidden"));

    let listed = app.account(Method::GET, &format!("/environment/api-keys?environment_id={dev}"), Value::Null).await;
    assert!(!listed.text.contains(secret) && !listed.text.contains("hash"), "{}", listed.text);
    let listed = listed.expect(StatusCode::OK);
    assert_eq!(
        listed["data"].as_array().unwrap().iter().map(|key| key["display_name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["default", "reader"]
    );

    let delete = |key: &str| app.account(Method::DELETE, "/environment/api-keys", json!({ "environment_id": dev, "key_id": key }));
    assert_eq!(delete(made["id"].as_str().unwrap()).await.expect(StatusCode::OK), json!({ "success": true }));
    assert_eq!(app.get_with_key("/connections", secret).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(delete(made["id"].as_str().unwrap()).await.refusal(), refused(404, "not_found"));
    assert_eq!(delete("no number").await.refusal(), refused(404, "not_found"));
}

#[tokio::test]
async fn a_key_is_made_only_where_it_can_be() {
    let app = TestApp::new().await;
    let dev = id_of(&app, "dev").await;
    let create = |body: Value| app.account(Method::POST, "/environment/api-keys", body);
    let unknown = "22222222-2222-4222-8222-222222222222";
    assert_eq!(create(json!({ "environment_id": unknown, "display_name": "x" })).await.refusal(), refused(404, "not_found"));
    for (more, path) in [
        (json!({ "scopes": ["environment:everything"] }), json!(["scopes", "0"])),
        (json!({ "scopes": [] }), json!(["scopes"])),
        (json!({ "display_name": "" }), json!(["display_name"])),
        (json!({ "display_name": "x".repeat(256) }), json!(["display_name"])),
        (json!({ "environment_id": "dev" }), json!(["environment_id"])),
    ] {
        let mut body = json!({ "environment_id": dev, "display_name": "x" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refusal = create(body).await;
        assert_eq!(refusal.refusal(), refused(400, "invalid_body"));
        assert_eq!(refusal.json()["error"]["errors"][0]["path"], path);
    }
    for n in 1..50 {
        create(json!({ "environment_id": dev, "display_name": format!("k{n}") })).await.expect(StatusCode::OK);
    }
    assert_eq!(create(json!({ "environment_id": dev, "display_name": "one more" })).await.refusal(), refused(400, "resource_capped"));
}
