//! Endpoints that take source, and templates.

use super::*;

const UNAVAILABLE: &str = "execution_environment_unavailable";

fn action(name: &str) -> FunctionDefinition {
    serde_json::from_value(json!({ "name": name, "kind": "action", "input": { "type": "object" } })).unwrap()
}

#[tokio::test]
async fn source_is_refused_after_everything_that_is_wrong_with_the_request() {
    let app = TestApp::connected().await;
    let function = |more: Value| {
        let mut body = json!({ "integration_id": "plain", "function_type": "action", "code": "export default 1" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let bundled = json!({ "name": "f", "integrationId": "plain", "fileBody": { "js": "", "ts": "" } });
    let deploy =
        json!({ "flowConfigs": [{ "syncName": "f", "providerConfigKey": "plain", "type": "sync" }], "reconcile": false, "debug": false });
    for (path, body, code) in [
        ("/functions/compile", json!({ "code": "x" }), UNAVAILABLE),
        ("/functions/compile", json!({ "code": " " }), "invalid_body"),
        ("/functions/compile", json!({ "code": "x", "more": 1 }), "invalid_body"),
        ("/functions/dryruns", function(json!({ "connection_id": "c1" })), UNAVAILABLE),
        ("/functions/dryruns", function(json!({})), "invalid_body"),
        ("/functions/dryruns", function(json!({ "connection_id": "c1", "function_type": "webhook" })), "invalid_body"),
        ("/functions/deployments", function(json!({ "type": "function", "function_name": "f" })), UNAVAILABLE),
        ("/functions/deployments", function(json!({ "type": "function", "function_name": "no name" })), "invalid_body"),
        ("/functions/deployments", function(json!({ "function_name": "f" })), "invalid_body"),
        ("/functions/deployments/bundle", json!({ "reconciliationScope": { "kind": "environment" }, "functions": [bundled] }), UNAVAILABLE),
        (
            "/functions/deployments/bundle/preview",
            json!({ "reconciliationScope": { "kind": "environment" }, "functions": [] }),
            UNAVAILABLE,
        ),
        ("/functions/deployments/bundle", json!({ "reconciliationScope": { "kind": "world" }, "functions": [] }), "invalid_body"),
        ("/sync/deploy", deploy.clone(), UNAVAILABLE),
        ("/sync/deploy/confirmation", deploy.clone(), UNAVAILABLE),
        ("/sync/deploy", json!({ "flowConfigs": [] }), "invalid_body"),
        ("/integrations/quickstart", json!({ "provider": "github", "unique_key": "new" }), "invalid_body"),
    ] {
        let answer = app.post(path, body.clone()).await;
        assert_eq!(answer.refusal(), refused(400, code), "{path} {body}: {}", answer.text);
        if code == UNAVAILABLE {
            assert!(answer.text.contains("syncline deploy"), "{}", answer.text);
        }
    }
    let nowhere = function(json!({ "integration_id": "none", "connection_id": "c1" }));
    assert_eq!(app.post("/functions/dryruns", nowhere).await.refusal(), refused(404, "integration_not_found"));
    let nobody = function(json!({ "connection_id": "none" }));
    assert_eq!(app.post("/functions/dryruns", nobody).await.refusal(), refused(404, "connection_not_found"));
    assert_eq!(app.get("/functions/dryruns/1").await.refusal(), refused(404, "dryrun_not_found"));
    assert_eq!(app.get("/functions/deployments/1").await.refusal(), refused(404, "deployment_not_found"));
}

#[tokio::test]
async fn a_template_is_deployed_once() {
    let app = TestApp::connected().await;
    *app.runner.functions.lock().unwrap() = vec![action("greet")];
    let listed = app.get("/providers/unauthenticated/templates").await.expect(StatusCode::OK);
    assert_eq!((&listed["data"][0]["name"], &listed["data"][0]["type"]), (&json!("greet"), &json!("action")));
    assert!(listed["data"][0].get("id").is_none(), "{listed}");
    assert_eq!(app.get("/providers/none/templates").await.expect(StatusCode::OK), json!({ "data": [] }));

    let deploy = |integration: &str, template: &str| json!({ "type": "template", "integration_id": integration, "template": template });
    let done = app.post("/functions/deployments", deploy("plain", "greet")).await.expect(StatusCode::ACCEPTED);
    assert_eq!((&done["status"], &done["deployed_functions"]), (&json!("success"), &json!([{ "name": "greet", "version": "1" }])));
    let path = format!("/functions/deployments/{}", done["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.expect(StatusCode::OK), done);
    let function = app.get("/integrations/plain/functions/greet").await.expect(StatusCode::OK);
    assert_eq!(function["data"]["source"], "catalog");

    let again = app.post("/functions/deployments", deploy("plain", "greet")).await;
    assert_eq!(again.refusal(), refused(409, "template_already_deployed"));
    assert_eq!(app.post("/functions/deployments", deploy("plain", "none")).await.refusal(), refused(404, "template_not_found"));
    assert_eq!(app.post("/functions/deployments", deploy("none", "greet")).await.refusal(), refused(404, "integration_not_found"));
    app.post("/integrations", json!({ "provider": "github-pat", "unique_key": "other" })).await.expect(StatusCode::OK);
    assert_eq!(app.post("/functions/deployments", deploy("other", "greet")).await.refusal(), refused(404, "template_not_found"));

    // An author's own deployment leaves it alone; deleting it makes room for it again.
    *app.runner.functions.lock().unwrap() = vec![action("own")];
    app.post("/deployments", json!({ "components": [{ "integration": "plain", "wasm": "AGFzbQ==" }] })).await.expect(StatusCode::OK);
    let all = app.get("/integrations/plain/functions").await.expect(StatusCode::OK);
    assert_eq!(all["pagination"]["total"], 2);
    app.request(Method::DELETE, "/integrations/plain/functions/greet?type=action", None).await.expect(StatusCode::OK);
    assert_eq!(app.get(&path).await.refusal(), refused(404, "deployment_not_found"));
    app.post("/functions/deployments", deploy("plain", "greet")).await.expect(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn an_invocation_runs_an_action_and_nothing_else() {
    let app = TestApp::connected().await;
    app.deploy(vec![
        json!({ "name": "add", "kind": "action" }),
        json!({ "name": "issues", "kind": "sync", "models": [{ "name": "Issue", "schema": {} }] }),
    ])
    .await
    .expect(StatusCode::OK);
    let call = |name: &str, how: &str| json!({ "integration_id": "plain", "connection_id": "c1", "name": name, "input": { "n": 1 }, "invocation_type": how });
    *app.runner.outcome.lock().unwrap() = Some(Ok(RunOutcome { run: run_id(), result: Ok("[1.0]".to_owned()) }));
    let answer = app.post("/functions/invocations", call("add", "wait")).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "[1.0]"));
    assert_eq!(app.runner.inputs.lock().unwrap().as_slice(), [r#"{"n":1}"#]);
    assert_eq!(app.post("/functions/invocations", call("none", "wait")).await.refusal(), refused(404, "unknown_function"));
    assert_eq!(app.post("/functions/invocations", call("issues", "wait")).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(app.post("/functions/invocations", call("add", "no_wait")).await.refusal(), refused(400, "invalid_body"));
}
