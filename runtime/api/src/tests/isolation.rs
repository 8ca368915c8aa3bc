//! What belongs to an environment does not exist for another: every operation that the description of the API has, with one environment's ids
//! and another's key.

use std::collections::BTreeMap;

use syncline_domain::{
    ConnectionName, ConnectionRef, FunctionKind, IntegrationKey, ModelName, RecordText, RunState, Secret, Trigger, Variant,
};
use syncline_store::{CollectionRef, FinishRun, LineKind, LogLine, NewRun, RunUsage, SaveRecords};

use super::*;

/// In everything of the first environment's that is not an id.
const SECRET: &str = "secret-of-the-first";

/// Parameters that name nothing of an environment's.
const NO_IDS: &[&str] = &[
    "Accept",
    "Accept-Language",
    "Base-Url-Override",
    "Decompress",
    "Forward-Headers-On-Redirect",
    "If-None-Match",
    "Mcp-Session-Id",
    "MCP-Protocol-Version",
    "Mcp-Protocol-Version",
    "Retries",
    "Retry-On",
    "X-Async",
    "X-Max-Retries",
    "action",
    "event",
    "kind",
    "url",
    "after",
    "authorization_params",
    "credentials",
    // A place in a stream; without its connection it leads nowhere.
    "before",
    "cursor",
    "delta",
    "filter",
    "force_refresh",
    "format",
    "hmac",
    "include",
    "include_creds",
    "limit",
    "modified_after",
    "page",
    "params",
    "path",
    "provider",
    "public_key",
    "refresh_github_app_jwt_token",
    "refresh_token",
    "since",
    "state",
    "text",
    "type",
    "until",
    "user_scope",
    "ws_client_id",
];

/// What is sent besides ids where an operation will not do without.
fn filler(name: &str) -> Option<&'static str> {
    match name {
        "provider" => Some("unauthenticated"),
        "path" => Some("x"),
        "type" => Some("sync"),
        _ => None,
    }
}

/// A body for each operation that takes one; `{name}` stands for an id.
fn bodies() -> BTreeMap<&'static str, Value> {
    let addressed = json!({ "provider_config_key": "{integration}", "connection_id": "{connection}" });
    let with = |more: Value| {
        let mut body = addressed.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let metadata = with(json!({ "metadata": { "by": "the second" } }));
    let import = with(json!({ "credentials": { "type": "NONE" } }));
    let selection = with(json!({ "syncs": ["{sync}"] }));
    let source = json!({
        "flowConfigs": [{
            "providerConfigKey": "{integration}", "syncName": "{sync}", "type": "sync", "models": ["{model}"], "runs": "every hour",
            "fileBody": { "js": "", "ts": "" }, "endpoints": [], "track_deletes": false, "models_json_schema": null, "metadata": {}
        }],
        "reconcile": true, "debug": false,
    });
    let bundle = json!({ "reconciliationScope": { "kind": "integration", "integrationId": "{integration}" }, "functions": [] });
    let run =
        json!({ "integration_id": "{integration}", "connection_id": "{connection}", "code": "x", "function_type": "sync", "input": {} });
    BTreeMap::from([
        ("createIntegration", json!({ "provider": "unauthenticated", "unique_key": "{integration}" })),
        ("createQuickstartIntegration", json!({ "provider": "unauthenticated", "unique_key": "{integration}" })),
        ("updateIntegration", json!({ "display_name": "of the second" })),
        ("createDeployment", json!({ "components": [{ "integration": "{integration}", "wasm": "AGFzbQ==" }] })),
        ("planDeployment", json!({ "components": [{ "integration": "{integration}", "build": "{build}" }] })),
        ("dryRunRun", json!({ "send_changes": true })),
        ("rollBackDeployment", json!({ "integrations": ["{integration}"], "allow_destructive": true })),
        ("compileFunction", json!({ "code": "x" })),
        ("createDryRun", run.clone()),
        ("createFunctionDeployment", json!({ "type": "template", "integration_id": "{integration}", "template": "{sync}" })),
        ("deployFunctionBundle", bundle.clone()),
        ("previewFunctionBundle", bundle),
        (
            "invokeFunction",
            json!({ "integration_id": "{integration}", "connection_id": "{connection}", "name": "{sync}", "invocation_type": "wait" }),
        ),
        ("deploySource", source.clone()),
        ("previewSource", source),
        ("createConnectSession", json!({ "tags": { "of": "the second" }, "allowed_integrations": ["{integration}"] })),
        ("createReconnectSession", json!({ "connection_id": "{connection}", "integration_id": "{integration}" })),
        ("importConnection", import.clone()),
        ("importConnection_deprecated", import),
        ("importLegacyConnection", with(json!({}))),
        ("patchConnection", json!({ "tags": { "of": "the second" } })),
        ("setMetadata", metadata.clone()),
        ("updateMetadata", metadata.clone()),
        ("setMetadata_deprecated", metadata.clone()),
        ("updateMetadata_deprecated", metadata),
        ("setLegacyMetadata", json!({ "by": "the second" })),
        ("updateLegacyMetadata", json!({ "by": "the second" })),
        ("triggerAction", json!({ "action_name": "{action}" })),
        ("mcp", json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "{action}", "arguments": {} } })),
        ("pruneRecords", json!({ "model": "{model}", "until_cursor": "{cursor}" })),
        ("updateRecordRetention", json!({ "prune_after_days": 7 })),
        ("triggerSync", selection.clone()),
        ("pauseSync", selection.clone()),
        ("startSync", selection),
        ("updateSyncConnectionFrequency", with(json!({ "sync_name": "{sync}", "frequency": "every 3h" }))),
        ("createSyncVariant", addressed.clone()),
        ("deleteSyncVariant", addressed.clone()),
        ("createEnvironment", json!({ "name": "third" })),
        ("createApiKey", json!({ "environment_id": "{environment}", "display_name": "of the second" })),
        ("deleteApiKey", json!({ "environment_id": "{environment}", "key_id": "{key}" })),
        ("rotateWebhookSigningKey", json!({ "overlap_hours": 1 })),
        ("replayWebhookDeliveries", json!({ "since": "2026-01-01T00:00:00Z" })),
        ("updateWebhookSettings", json!({ "primary_url": "https://example.com/second" })),
        ("changeEncryptionKey", json!({ "encryption_key": "{key}" })),
    ])
}

type Ids = BTreeMap<&'static str, String>;

/// Which id a parameter is.
fn kind(operation: &str, parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "key" | "Provider-Config-Key" | "provider_config_key" | "integration_id" | "integrationId" => "integration",
        // A session's connections get new ids; a request for one is refused before anything is looked up.
        "connection_id" if operation.starts_with("connect") || operation == "beginAuthorization" => return None,
        "search" if operation == "listFunctions" => "sync",
        "connection" | "Connection-Id" | "connection_id" | "connectionId" | "search" => "connection",
        "name" | "function" | "syncs" => "sync",
        "variant" if operation == "listRecords" => "base",
        "variant" => "variant",
        // A run is an operation too.
        "run" | "operation" => "run",
        "id" if matches!(operation, "getDeployment" | "rollBackDeployment") => "deployment",
        "id" => "action_id",
        "Idempotency-Key" => "idempotency_key",
        "environmentId" | "environment_id" => "environment",
        "model" => "model",
        "ids" => "record",
        "endUserId" => "end_user",
        "endUserOrganizationId" => "organization",
        "tags" => "tag",
        _ => return None,
    })
}

/// Ids of the same form that never were.
fn never(ids: &Ids, keep: &[&str]) -> Ids {
    let other = |(name, id): (&&'static str, &String)| {
        let ghost = match *name {
            "base" | "cursor" => id.clone(),
            name if keep.contains(&name) => id.clone(),
            "run" => "01900000-0000-7000-8000-0123456789ab".to_owned(),
            "action_id" => "01900000-0000-7000-8000-0123456789ac".to_owned(),
            "deployment" => "01900000-0000-7000-8000-0123456789ad".to_owned(),
            "build" => "0".repeat(64),
            "environment" | "key" => "987654".to_owned(),
            name => format!("{}-{name}-that-never-was", if name == "model" { "No" } else { "no" }),
        };
        (*name, ghost)
    };
    ids.iter().map(other).collect()
}

fn filled(text: &str, ids: &Ids) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

/// An operation of the description that a key of an environment or of its sessions opens.
struct Operation {
    id: String,
    method: Method,
    path: String,
    /// In, name, whether it is required.
    parameters: Vec<(String, String, bool)>,
    body: Option<Value>,
    in_session: bool,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(crate::openapi::document()).unwrap();
    let mut bodies = bodies();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let security: Vec<&str> = operation["security"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|one| one.as_object()?.keys().next().map(String::as_str))
                .collect();
            // Nobody needs a key: what it answers is not an environment's.
            if security.is_empty() {
                continue;
            }
            let in_session = security.contains(&"connect_session_query") || security == ["connect_session"];
            let body = operation.get("requestBody").map(|_| {
                // What a person types has no id in it, and the proxy's body is the provider's.
                let free = in_session || path.starts_with("/proxy");
                let body = bodies.remove(id.as_str()).or_else(|| free.then(|| json!({})));
                body.unwrap_or_else(|| panic!("{id} takes a body: say here what a caller with another environment's ids would send"))
            });
            let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| {
                let text = |field: &str| parameter[field].as_str().unwrap().to_owned();
                let name = text("name");
                let known = kind(&id, &name).is_some() || name == "connection_id" || NO_IDS.contains(&name.as_str());
                assert!(known, "{id} has the parameter `{name}`: say here whether it is an id, and of what");
                (text("in"), name, parameter["required"] == true)
            });
            let parameters = parameters.collect();
            found.push(Operation { method: method.to_uppercase().parse().unwrap(), path: path.clone(), id, parameters, body, in_session });
        }
    }
    found
}

impl Operation {
    /// With these ids and this credential.
    fn request(&self, ids: &Ids, credential: &str) -> Request<Body> {
        let mut path = self.path.clone();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let mut request = Request::builder().method(self.method.clone()).header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        for (place, name, required) in &self.parameters {
            let value = match kind(&self.id, name) {
                Some(kind) => ids[kind].as_str(),
                None => match filler(name) {
                    Some(value) if *required || self.id == "deleteFunction" => value,
                    _ => continue,
                },
            };
            match place.as_str() {
                "path" => path = path.replace(&format!("{{{name}}}"), value),
                "query" if name == "tags" => _ = query.append_pair("tags[owner]", value),
                "query" => _ = query.append_pair(name, value),
                _ => request = request.header(name.as_str(), value),
            }
        }
        if self.in_session {
            query.append_pair("connect_session_token", credential);
        }
        let body = self.body.as_ref().map_or_else(Body::empty, |body| Body::from(filled(&body.to_string(), ids)));
        let uri = format!("{path}?{}", query.finish());
        request.uri(uri.trim_end_matches('?')).header("authorization", format!("Bearer {credential}")).body(body).unwrap()
    }
}

/// The first environment's ids, each with something behind it.
async fn first(app: &TestApp) -> Ids {
    app.post("/integrations", json!({ "provider": "unauthenticated", "unique_key": "plain" })).await.expect(StatusCode::OK);
    let import = json!({
        "provider_config_key": "plain", "connection_id": "c1", "credentials": { "type": "NONE" },
        "metadata": { "a": SECRET }, "connection_config": { "b": SECRET }, "tags": { "owner": "o1" },
        "end_user": { "id": "o1", "display_name": SECRET, "email": format!("{SECRET}@example.com") },
    });
    app.post("/connections", import).await.expect(StatusCode::CREATED);
    // Only a session gives a connection's user an organization.
    let again = json!({
        "connection_id": "c1", "integration_id": "plain", "tags": { "owner": "o1" }, "organization": { "id": "org1", "display_name": SECRET },
        "end_user": { "id": "o1", "display_name": SECRET, "email": format!("{SECRET}@example.com") },
    });
    let opened = app.post("/connect/sessions/reconnect", again).await.expect(StatusCode::CREATED);
    let path = format!("/auth/unauthenticated/plain?connect_session_token={}", opened["data"]["token"].as_str().unwrap());
    app.browser_post(&path, "{}").await.expect(StatusCode::OK);
    let sync = json!({ "name": "issues", "kind": "sync", "description": SECRET, "schedule": "every 1h", "models": [{ "name": "Issue", "schema": {} }] });
    app.deploy(vec![sync, json!({ "name": "create", "kind": "action", "description": SECRET })]).await.expect(StatusCode::OK);
    let deployed = app.get("/deployments").await.expect(StatusCode::OK)["data"][0]["id"].as_str().unwrap().to_owned();
    // What is on offer to every environment is said by the same stand-in.
    app.runner.functions.lock().unwrap().clear();
    let at = json!({ "provider_config_key": "plain", "connection_id": "c1" });
    app.post("/sync/issues/variant/team", at).await.expect(StatusCode::OK);
    app.store.variables().set(app.environment, "VARIABLE", Secret::new(SECRET.to_owned()), Timestamp::default()).await.unwrap();
    let webhooks = json!({ "primary_url": format!("https://example.com/{SECRET}") });
    app.request(Method::PATCH, "/environment/webhooks", Some(webhooks)).await.expect(StatusCode::OK);

    let of = ConnectionRef { integration: IntegrationKey::new("plain").unwrap(), connection: ConnectionName::new("c1").unwrap() };
    let connection = app.store.connections().lookup(app.environment, &of).await.unwrap().unwrap();
    let record = format!(r#"[{{"id":"r1","text":"{SECRET}"}}]"#);
    let records = RecordText::parse_batch(&record).unwrap();
    let key = app.store.fingerprint_key();
    let batch = SaveRecords {
        fence: None,
        collection: CollectionRef { connection: connection.id, model: ModelName::new("Issue").unwrap(), variant: Variant::base() },
        records: records.iter().map(|record| (record.id().clone(), record.fingerprint(key), record.text().to_owned())).collect(),
        keep_changes_after: None,
        writer: None,
        now: Timestamp::default(),
    };
    app.store.records().save(batch).await.unwrap();
    let page = app.get("/records?model=Issue").await.expect(StatusCode::OK);

    let functions = app.store.functions().list(app.environment, None).await.unwrap();
    let function = functions.iter().find(|row| row.definition.kind == FunctionKind::Sync).unwrap();
    let run = run_id();
    let new = NewRun {
        id: run,
        environment: app.environment,
        function: function.id,
        function_name: function.definition.name.clone(),
        kind: FunctionKind::Sync,
        connection: Some(connection.id),
        connection_name: Some(connection.name.clone()),
        integration_key: of.integration.clone(),
        sync: None,
        variant: None,
        trigger: Trigger::Api,
        attempt: 1,
        job: None,
        input: Some(format!("{SECRET:?}")),
        now: Timestamp::default(),
    };
    app.store.runs().insert(new).await.unwrap();
    let line =
        LogLine { kind: LineKind::Log, at: Timestamp::default(), level: "info".to_owned(), message: SECRET.to_owned(), fields: None };
    app.store.run_logs().append(run, vec![line]).await.unwrap();
    let end = FinishRun {
        id: run,
        state: RunState::Succeeded,
        output: Some(format!("{SECRET:?}")),
        error: None,
        counts: BTreeMap::default(),
        usage: RunUsage::default(),
        job: None,
        now: Timestamp::default(),
    };
    app.store.runs().finish(end).await.unwrap();

    // What was noted so far is not what somebody else changes later.
    app.store.operations().flush().await;

    let accepted = Request::post("/action/trigger")
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
        .header("provider-config-key", "plain")
        .header("connection-id", "c1")
        .header("x-async", "true")
        .header("idempotency-key", "idem1")
        .body(Body::from(json!({ "action_name": "create", "input": { "a": SECRET } }).to_string()))
        .unwrap();
    let accepted = app.send(accepted).await.expect(StatusCode::ACCEPTED);
    let key = app.add_key("44444444-4444-4444-8444-444444444444", &["environment:*"]).await;
    Ids::from([
        ("integration", "plain".to_owned()),
        ("connection", "c1".to_owned()),
        ("sync", "issues".to_owned()),
        ("action", "create".to_owned()),
        ("variant", "team".to_owned()),
        ("base", "base".to_owned()),
        ("model", "Issue".to_owned()),
        ("record", "r1".to_owned()),
        ("cursor", page["records"][0]["_nango_metadata"]["cursor"].as_str().unwrap().to_owned()),
        ("run", run.to_string()),
        ("action_id", accepted["id"].as_str().unwrap().to_owned()),
        ("environment", app.environment.to_string()),
        ("key", key.to_string()),
        ("end_user", "o1".to_owned()),
        ("organization", "org1".to_owned()),
        ("idempotency_key", "idem1".to_owned()),
        ("tag", "o1".to_owned()),
        ("deployment", deployed),
        ("build", Digest(Sha256::digest(b"\0asm").into()).to_string()),
    ])
}

/// A new environment with a key, where `shared` also with an integration of the first's key.
async fn second(app: &TestApp, number: usize, shared: bool) -> String {
    let key = format!("55555555-5555-4555-8555-{number:012}");
    let name = EnvironmentName::new(format!("second-{number}")).unwrap();
    let environment = app.store.environments().ensure(&name, Timestamp::default()).await.unwrap().id;
    let new = NewApiKey {
        environment,
        display_name: "default".to_owned(),
        hash: Sha256::digest(&key).into(),
        scopes: vec!["environment:*".to_owned()],
        now: Timestamp::default(),
    };
    app.store.api_keys().ensure(new, Taken::Rename).await.unwrap();
    if shared {
        post(app, "/integrations", &key, json!({ "provider": "unauthenticated", "unique_key": "plain" })).await.expect(StatusCode::OK);
    }
    key
}

async fn post(app: &TestApp, path: &str, key: &str, body: Value) -> Answer {
    let request = Request::post(path).header("authorization", format!("Bearer {key}")).header("content-type", "application/json");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Everything that the first environment can be shown.
async fn shown(app: &TestApp, operations: &[Operation], ids: &Ids) -> Vec<String> {
    let mut all = Vec::new();
    for operation in operations.iter().filter(|one| one.method == Method::GET && !one.path.starts_with("/proxy") && !one.in_session) {
        let answer = app.send(operation.request(ids, KEY)).await;
        all.push(format!("{} {} {}", operation.id, answer.status, answer.text));
    }
    all
}

/// X5. Where the second environment has an integration of the same key, and where not.
#[tokio::test]
async fn ids_of_another_environment_are_as_good_as_ids_that_never_were() {
    let app = TestApp::new().await;
    let ids = first(&app).await;
    let operations = operations();
    // Twice, because looking at a connection is noted at the connection.
    shown(&app, &operations, &ids).await;
    let before = shown(&app, &operations, &ids).await;
    let secrets = before.iter().filter(|answer| answer.contains(SECRET)).count();
    assert!(secrets >= 12, "the ids lead to what must not be seen: {before:#?}");

    let mut number = 0;
    let mut wrong = Vec::new();
    for (keep, shared) in [([].as_slice(), false), (["integration"].as_slice(), true)] {
        let ghosts = never(&ids, keep);
        for operation in &operations {
            let mut answers = Vec::new();
            for ids in [&ghosts, &ids] {
                number += 1;
                let mut credential = second(&app, number, shared).await;
                if operation.in_session {
                    let opened = post(&app, "/connect/sessions", &credential, json!({ "tags": { "of": "the second" } })).await;
                    credential = opened.expect(StatusCode::CREATED)["data"]["token"].as_str().unwrap().to_owned();
                }
                let answer = app.send(operation.request(ids, &credential)).await;
                let code = serde_json::from_str::<Value>(&answer.text).ok().map(|body| body["error"]["code"].clone());
                if answer.text.contains(SECRET) {
                    wrong.push(format!("{} shows what is another environment's: {}", operation.id, answer.text));
                }
                answers.push((answer.status, code, answer.headers.get("retry-after").cloned()));
            }
            if answers[0] != answers[1] {
                wrong.push(format!(
                    "{} tells ids that exist elsewhere ({:?}) from ids that never were ({:?})",
                    operation.id, answers[1], answers[0]
                ));
            }
            if operation.method != Method::GET {
                for (before, after) in before.iter().zip(shown(&app, &operations, &ids).await) {
                    if *before != after {
                        wrong.push(format!("{} changed another environment's:\n{before}\n{after}", operation.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
