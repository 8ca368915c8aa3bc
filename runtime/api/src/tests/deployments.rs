//! Deployments: named instead of sent, planned, kept, and put back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn sync(name: &str, more: Value) -> Value {
    let mut sync = json!({
        "name": name, "kind": "sync", "schedule": "every 1h", "auto_start": true, "models": [{ "name": "Issue", "schema": { "type": "object" } }],
    });
    let Value::Object(more) = more else { panic!("{more} is no object") };
    sync.as_object_mut().unwrap().extend(more);
    sync
}

/// A component that holds these functions.
fn wasm(functions: &[Value]) -> Vec<u8> {
    format!("\0asm{}", json!(functions)).into_bytes()
}

fn sent(functions: &[Value]) -> Value {
    json!({ "integration": "plain", "wasm": STANDARD.encode(wasm(functions)) })
}

fn named(functions: &[Value]) -> Value {
    json!({ "integration": "plain", "digest": Digest(Sha256::digest(wasm(functions)).into()).to_string() })
}

impl TestApp {
    async fn put(&self, components: Value) -> Answer {
        self.post("/deployments", json!({ "components": components })).await
    }

    async fn plan(&self, components: Value) -> Value {
        self.post("/deployments/plan", json!({ "components": components })).await.expect(StatusCode::OK)["data"].clone()
    }

    async fn roll_back(&self, to: &Value, body: Value) -> Answer {
        self.post(&format!("/deployments/{}/rollback", to.as_str().unwrap()), body).await
    }

    /// All that deployments can be seen by.
    async fn deployed(&self) -> (Value, Value) {
        (self.get("/functions").await.expect(StatusCode::OK), self.get("/deployments").await.expect(StatusCode::OK))
    }
}

#[tokio::test]
async fn what_the_environment_has_need_not_come_along() {
    let app = TestApp::connected().await;
    let (one, two) = ([sync("one", json!({}))], [sync("one", json!({})), sync("two", json!({}))]);
    assert_eq!(app.plan(json!([named(&one)])).await, json!({ "needed": [0], "changes": null }));
    let refused_ = app.put(json!([named(&one)])).await;
    assert_eq!(refused_.refusal(), refused(409, "component_needed"));
    assert_eq!(refused_.json()["error"]["payload"], json!({ "needed": [0] }));

    let first = app.put(json!([sent(&one)])).await.expect(StatusCode::OK)["data"]["deployment"].clone();
    let again = app.put(json!([named(&one)])).await.expect(StatusCode::OK);
    assert_eq!((&again["data"]["deployment"], &again["data"]["functions"][0]["change"]), (&Value::Null, &json!("unchanged")));
    app.put(json!([sent(&two)])).await.expect(StatusCode::OK);
    // A kept deployment's component is there still, by either name.
    let mut by_build = named(&one);
    by_build["build"] = by_build.as_object_mut().unwrap().remove("digest").unwrap();
    let plan = app.plan(json!([by_build])).await;
    assert_eq!((&plan["needed"], &plan["changes"]["deleted"][0]["name"]), (&json!([]), &json!("two")));
    // With source, or to take it back.
    let source = |more: Value| {
        let mut component = named(&two);
        component.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        component
    };
    let code = || async { app.get("/integrations/plain/functions/one/code").await.expect(StatusCode::OK)["code"].clone() };
    app.put(json!([source(json!({ "source": { "language": "rust", "code": "fn one() {}" } }))])).await.expect(StatusCode::OK);
    assert_eq!(code().await, json!("fn one() {}"));
    app.put(json!([source(json!({}))])).await.expect(StatusCode::OK);
    assert_eq!(code().await, Value::Null);

    for wrong in [
        json!({ "integration": "plain" }),
        json!({ "integration": "plain", "digest": "ab" }),
        json!({ "integration": "plain", "build": "Z".repeat(64) }),
        json!({ "integration": "plain", "build": "0".repeat(64), "wasm": "AGFzbQ==" }),
    ] {
        assert_eq!(app.put(json!([wrong])).await.refusal(), refused(400, "invalid_body"), "{wrong}");
    }
    let nowhere = json!({ "integration": "nope", "digest": "0".repeat(64) });
    assert_eq!(app.put(json!([nowhere])).await.refusal(), refused(400, "unknown_integration"), "before anything is sent");
    assert_eq!(app.put(json!([])).await.refusal(), refused(400, "invalid_body"));
    assert!(first.is_string());
}

#[tokio::test]
async fn a_plan_says_what_matters_and_writes_nothing() {
    let app = TestApp::connected().await;
    app.put(json!([sent(&[sync("one", json!({})), sync("two", json!({ "models": [] }))])])).await.expect(StatusCode::OK);
    let before = app.deployed().await;
    let more = json!({ "schedule": "every 5m", "grants": ["credentials"], "models": [{ "name": "User", "schema": {} }] });
    let plan = app.plan(json!([sent(&[sync("one", more), sync("three", json!({ "models": [], "egress": ["*"] }))])])).await;
    let changes = &plan["changes"];
    assert_eq!((&changes["destructive"], &changes["deployment"]), (&json!(true), &Value::Null));
    let one = &changes["functions"][0];
    assert_eq!((&one["change"], &one["version"], &one["connections"]), (&json!("updated"), &json!(2), &json!(1)), "{one}");
    assert_eq!(one["lost_models"], json!([{ "name": "Issue", "records": 0 }]));
    let codes: Vec<&str> = one["details"].as_array().unwrap().iter().map(|detail| detail["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["schedule", "model_added", "model_removed", "grants"]);
    assert_eq!((&one["details"][0]["before"], &one["details"][0]["after"]), (&json!("every 1h"), &json!("every 5m")));
    let three = &changes["functions"][1];
    assert_eq!((&three["change"], &three["details"][0]["message"]), (&json!("created"), &json!("may reach +any public host")));
    let two = &changes["deleted"][0];
    assert_eq!((&two["name"], &two["connections"], &two["lost_models"]), (&json!("two"), &json!(1), &json!([])));
    assert_eq!(app.deployed().await, before);
}

#[tokio::test]
async fn what_would_go_goes_only_if_that_is_meant() {
    let app = TestApp::connected().await;
    app.put(json!([sent(&[sync("one", json!({})), sync("two", json!({}))])])).await.expect(StatusCode::OK);
    let before = app.deployed().await;
    let fewer = json!([sent(&[sync("two", json!({}))])]);
    let answer = app.put(fewer.clone()).await;
    assert_eq!(answer.refusal(), refused(409, "destructive_deployment"));
    let error = &answer.json()["error"];
    assert!(error["message"].as_str().unwrap().contains("the sync `one`"), "{error}");
    assert_eq!(error["payload"]["deleted"][0]["name"], "one");
    let model = app.put(json!([sent(&[sync("one", json!({ "models": [] })), sync("two", json!({ "models": [] }))])])).await;
    assert!(model.text.contains("the model `Issue`"), "{}", model.text);
    assert_eq!(app.deployed().await, before);
    let gone = app.post("/deployments", json!({ "components": fewer, "allow_destructive": true })).await.expect(StatusCode::OK);
    assert_eq!(gone["data"]["deleted"][0]["name"], "one");
}

#[tokio::test]
async fn an_earlier_deployment_is_found_shown_and_put_back() {
    let app = TestApp::connected().await;
    assert_eq!(app.get("/deployments").await.expect(StatusCode::OK), json!({ "data": [], "next": null }));
    let first = app.put(json!([sent(&[sync("one", json!({}))])])).await.expect(StatusCode::OK)["data"]["deployment"].clone();
    let second = app.put(json!([sent(&[sync("one", json!({ "schedule": "every 5m" })), sync("two", json!({}))])])).await;
    let second = second.expect(StatusCode::OK)["data"]["deployment"].clone();
    let functions = app.get("/functions").await.expect(StatusCode::OK);
    assert_eq!((&functions["data"][0]["deployment"], &functions["data"][0]["version"]), (&second, &json!(2)));

    let dry = app.roll_back(&first, json!({ "dry_run": true })).await.expect(StatusCode::OK);
    assert_eq!((&dry["data"]["deleted"][0]["name"], &dry["data"]["destructive"]), (&json!("two"), &json!(true)));
    assert_eq!(app.roll_back(&first, json!({})).await.refusal(), refused(409, "destructive_deployment"));
    let back = app.roll_back(&first, json!({ "allow_destructive": true, "integrations": ["plain"] })).await.expect(StatusCode::OK);
    assert_eq!(
        (&back["data"]["functions"][0]["version"], &back["data"]["functions"][0]["details"][0]["after"]),
        (&json!(3), &json!("every 1h"))
    );

    let list = app.get("/deployments?integration_id=plain&limit=2").await.expect(StatusCode::OK);
    let newest = &list["data"][0];
    assert_eq!((&newest["kind"], &newest["rolled_back_to"], &newest["id"]), (&json!("rollback"), &first, &back["data"]["deployment"]));
    assert_eq!(newest["created_by"]["api_key"], "default");
    assert_eq!(newest["integrations"], json!([{ "integration": "plain", "current": true }]));
    assert_eq!(list["data"][1]["integrations"], json!([{ "integration": "plain", "current": false }]));
    assert_eq!(list["next"], second);
    let rest = app.get(&format!("/deployments?before={}", second.as_str().unwrap())).await.expect(StatusCode::OK);
    assert_eq!((&rest["data"][0]["id"], rest["data"].as_array().unwrap().len(), &rest["next"]), (&first, 1, &Value::Null));
    let shown = app.get(&format!("/deployments/{}", second.as_str().unwrap())).await.expect(StatusCode::OK);
    assert_eq!((&shown["data"]["functions"][1]["name"], shown["data"]["changes"].as_array().unwrap().len()), (&json!("two"), 2));

    assert_eq!(app.get("/deployments?integration_id=nope").await.expect(StatusCode::OK)["data"], json!([]));
    assert_eq!(app.roll_back(&first, json!({ "integrations": ["nope"] })).await.refusal(), refused(400, "unknown_integration"));
    assert_eq!(app.roll_back(&first, json!({ "integrations": [] })).await.refusal(), refused(400, "invalid_body"));
    let never = json!("01900000-0000-7000-8000-0123456789ad");
    assert_eq!(app.roll_back(&never, json!({})).await.refusal(), refused(404, "deployment_not_found"));
    assert_eq!(app.get("/deployments/nonsense").await.refusal(), refused(404, "deployment_not_found"));
    app.add_key("22222222-2222-4222-8222-222222222222", &["environment:functions:read"]).await;
    assert_eq!(app.get_with_key("/deployments", "22222222-2222-4222-8222-222222222222").await.refusal(), refused(403, "forbidden"));
}
