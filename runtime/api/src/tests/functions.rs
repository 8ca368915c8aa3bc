//! Functions that are deployed: their code, their end, and how tools see them.

use super::*;

fn action(name: &str, description: &str) -> Value {
    let input = json!({ "type": "object", "properties": { "title": { "type": "string" } }, "required": ["title"] });
    json!({ "name": name, "kind": "action", "description": description, "input": input, "output": { "type": "object" } })
}

fn sync(name: &str) -> Value {
    json!({ "name": name, "kind": "sync", "schedule": "every 1h", "models": [{ "name": "Issue", "schema": { "type": "object" } }] })
}

impl TestApp {
    async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, None).await
    }

    async fn deploy_with_source(&self, functions: Vec<Value>, source: Value) -> Answer {
        *self.runner.functions.lock().unwrap() = functions.into_iter().map(|one| serde_json::from_value(one).unwrap()).collect();
        self.post(
            "/deployments",
            json!({ "components": [{ "integration": "plain", "wasm": "AGFzbQ==", "source": source }], "allow_destructive": true }),
        )
        .await
    }
}

#[tokio::test]
async fn the_code_is_what_the_author_sent_along() {
    let app = TestApp::connected().await;
    app.deploy(vec![sync("same"), action("same", ""), action("one", "")]).await.expect(StatusCode::OK);
    let code = app.get("/integrations/plain/functions/one/code").await.expect(StatusCode::OK);
    assert_eq!((&code["type"], &code["code"], &code["language"]), (&json!("action"), &Value::Null, &Value::Null));
    assert_eq!(code["manifest"]["name"], "one");

    let source = json!({ "language": "rust", "code": "fn one() {}" });
    app.deploy_with_source(vec![sync("same"), action("same", ""), action("one", "")], source).await.expect(StatusCode::OK);
    let code = app.get("/integrations/plain/functions/one/code").await.expect(StatusCode::OK);
    assert_eq!((&code["code"], &code["language"]), (&json!("fn one() {}"), &json!("rust")));

    let ambiguous = app.get("/integrations/plain/functions/same/code").await;
    assert_eq!(ambiguous.refusal(), refused(409, "ambiguous_function"));
    assert_eq!(
        ambiguous.json()["error"]["payload"]["matches"],
        json!([{ "type": "action", "name": "same" }, { "type": "sync", "name": "same" }])
    );
    let code = app.get("/integrations/plain/functions/same/code?type=sync").await.expect(StatusCode::OK);
    assert_eq!((&code["type"], &code["code"]), (&json!("sync"), &json!("fn one() {}")));
    assert_eq!(app.get("/integrations/plain/functions/none/code").await.refusal(), refused(404, "not_found"));
    assert_eq!(app.get("/integrations/plain/functions/one/code?kind=sync").await.refusal(), refused(400, "invalid_query_params"));
    for wrong in [
        json!({ "language": "", "code": "" }),
        json!({ "language": "rust" }),
        json!({ "language": "rust", "code": "x".repeat((1 << 20) + 1) }),
    ] {
        assert_eq!(app.deploy_with_source(vec![action("one", "")], wrong).await.refusal(), refused(400, "invalid_body"));
    }
}

#[tokio::test]
async fn a_deleted_function_is_gone_with_its_syncs() {
    let app = TestApp::connected().await;
    app.deploy(vec![sync("issues"), action("issues", "")]).await.expect(StatusCode::OK);
    assert_eq!(app.delete("/integrations/plain/functions/issues").await.refusal(), refused(400, "invalid_query_params"));
    assert_eq!(app.delete("/integrations/plain/functions/issues?type=on-event").await.refusal(), refused(404, "not_found"));
    let deleted = app.delete("/integrations/plain/functions/issues?type=sync").await.expect(StatusCode::OK);
    assert_eq!(deleted, json!({ "data": { "success": true } }));
    assert_eq!(app.delete("/integrations/plain/functions/issues?type=sync").await.refusal(), refused(404, "not_found"));
    let left = app.get("/integrations/plain/functions").await.expect(StatusCode::OK);
    assert_eq!((&left["pagination"]["total"], &left["data"][0]["type"]), (&json!(1), &json!("action")));
    let status = app.get("/sync/status?provider_config_key=plain&connection_id=c1&syncs=*").await.expect(StatusCode::OK);
    assert_eq!(status["syncs"], json!([]));

    app.add_key("22222222-2222-4222-8222-222222222222", &["environment:functions:read"]).await;
    let request =
        Request::delete("/integrations/plain/functions/issues?type=action").header("authorization", "22222222-2222-4222-8222-222222222222");
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn tools_see_what_is_deployed() {
    let app = TestApp::connected().await;
    assert_eq!(app.get("/scripts/config").await.expect(StatusCode::OK), json!([]));
    app.deploy(vec![sync("issues"), action("add", "Adds.\n- title: what it says")]).await.expect(StatusCode::OK);
    let listed = app.get("/scripts/config?format=nango").await.expect(StatusCode::OK);
    assert_eq!((&listed[0]["providerConfigKey"], &listed[0]["provider"]), (&json!("plain"), &json!("unauthenticated")));
    let issues = &listed[0]["syncs"][0];
    assert!(issues["id"].is_i64() && issues["last_deployed"].is_string(), "{issues}");
    assert_eq!((&issues["runs"], &issues["returns"], &issues["enabled"]), (&json!("every 1h"), &json!(["Issue"]), &json!(true)));
    assert_eq!((&listed[0]["actions"][0]["input"], &listed[0]["on-events"]), (&json!("ActionInput_add"), &json!([])));

    let tools = app.get("/scripts/config?format=openai").await.expect(StatusCode::OK);
    let parameters = json!({
        "type": "object", "properties": { "title": { "type": "string", "description": "what it says" } }, "required": ["title"],
    });
    assert_eq!(tools, json!({ "data": [{ "name": "add", "description": "Adds.\n- title: what it says", "parameters": parameters }] }));
    assert_eq!(app.get("/scripts/config?format=yaml").await.refusal(), refused(400, "invalid_query_params"));
}
