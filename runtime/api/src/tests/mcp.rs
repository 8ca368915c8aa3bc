//! The tools of a connection, as the protocol's clients see them.

use syncline_domain::RunError;

use super::*;

const ACCEPT: &str = "application/json, text/event-stream";

/// A request that nothing is wrong with.
fn request() -> http::request::Builder {
    Request::post("/mcp")
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
        .header("accept", ACCEPT)
        .header("provider-config-key", "plain")
        .header("connection-id", "c1")
}

fn call(name: &str, arguments: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": name, "arguments": arguments } })
}

fn method(name: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": name })
}

impl TestApp {
    async fn with_tools() -> Self {
        let app = Self::connected().await;
        let functions = vec![
            json!({
                "name": "create-issue", "kind": "action", "description": "Creates an issue",
                "input": { "type": "object", "properties": { "title": { "type": "string" }, "body": {} }, "required": ["title"] },
                "output": { "type": "object", "properties": { "id": { "type": "number" } } },
            }),
            json!({ "name": "free", "kind": "action", "output": { "type": "array" } }),
            json!({ "name": "by-text", "kind": "action", "input": { "type": "string" } }),
            json!({ "name": "off", "kind": "action" }),
            json!({ "name": "issues", "kind": "sync", "models": [{ "name": "Issue", "schema": { "type": "object" } }] }),
        ];
        app.deploy(functions).await.expect(StatusCode::OK);
        let rows = app.store.functions().list(app.environment, None).await.unwrap();
        let off = rows.iter().find(|row| row.definition.name.as_str() == "off").unwrap();
        assert!(app.store.functions().set_enabled(off.id, false).await.unwrap());
        app
    }

    fn ends(&self, result: Result<&str, RunError>) {
        *self.runner.outcome.lock().unwrap() = Some(Ok(RunOutcome { run: run_id(), result: result.map(str::to_owned) }));
    }

    /// The JSON-RPC answer in the one event.
    async fn mcp(&self, message: Value) -> Value {
        let answer = self.send(request().body(Body::from(message.to_string())).unwrap()).await;
        answer.event()
    }
}

impl Answer {
    #[track_caller]
    fn event(&self) -> Value {
        assert_eq!((self.status, self.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "text/event-stream"), "{}", self.text);
        let data = self.text.strip_prefix("event: message\ndata: ").and_then(|text| text.strip_suffix("\n\n"));
        serde_json::from_str(data.unwrap_or_else(|| panic!("not one event: {}", self.text))).unwrap()
    }
}

#[tokio::test]
async fn the_tools_are_the_enabled_actions_that_take_an_object() {
    let app = TestApp::with_tools().await;
    let tools = app.mcp(method("tools/list")).await["result"]["tools"].clone();
    assert_eq!(
        tools,
        json!([
            {
                "name": "create-issue", "description": "Creates an issue",
                "inputSchema": { "type": "object", "properties": { "title": { "type": "string" }, "body": {} }, "required": ["title"] },
                "outputSchema": { "type": "object", "properties": { "id": { "type": "number" } } },
            },
            { "name": "free", "inputSchema": { "type": "object", "properties": {} } },
        ])
    );
}

#[tokio::test]
async fn a_tools_output_is_text_and_an_object_is_structured_too() {
    let app = TestApp::with_tools().await;
    app.ends(Ok(r#"{"id": 12345678901234567890123}"#));
    let answer = app.mcp(call("create-issue", &json!({ "title": "x" }))).await;
    assert_eq!((&answer["id"], &answer["jsonrpc"]), (&json!(7), &json!("2.0")));
    let result = &answer["result"];
    assert_eq!(result["content"], json!([{ "type": "text", "text": r#"{"id": 12345678901234567890123}"# }]));
    assert_eq!((&result["structuredContent"]["id"], &result["isError"]), (&json!(1.234_567_890_123_456_8e22), &json!(false)));
    app.ends(Ok("[1]"));
    let result = app.mcp(json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": { "name": "free" } })).await;
    assert_eq!(result["result"], json!({ "content": [{ "type": "text", "text": "[1]" }], "isError": false }));
    assert_eq!(*app.runner.inputs.lock().unwrap(), [r#"{"title":"x"}"#, "{}"]);
}

#[tokio::test]
async fn arguments_reach_the_action_byte_for_byte() {
    let app = TestApp::with_tools().await;
    app.ends(Ok("null"));
    let text = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"free","arguments":{ "n": 12345678901234567890123.10 }}}"#;
    let answer = app.send(request().body(Body::from(text)).unwrap()).await;
    assert_eq!(answer.event()["result"]["content"][0]["text"], "null");
    assert_eq!(*app.runner.inputs.lock().unwrap(), [r#"{ "n": 12345678901234567890123.10 }"#]);
}

#[tokio::test]
async fn failures_are_internal_errors_that_tell_what_the_api_tells() {
    let app = TestApp::with_tools().await;
    let details = serde_json::value::to_raw_value(&json!({ "reason": "no" })).unwrap();
    app.ends(Err(RunError {
        code: "action_error".to_owned(),
        message: "it failed".to_owned(),
        status: None,
        details: Some(details),
        frames: vec![],
    }));
    let error = app.mcp(call("create-issue", &json!({ "title": "x" }))).await["error"].clone();
    let run = json!({ "run_id": run_id().to_string() });
    let data = json!({ "code": "action_script_runtime_error", "message": "it failed", "payload": { "reason": "no" }, "additional_properties": run });
    assert_eq!(error, json!({ "code": -32603, "message": "it failed", "data": data }));

    for (tool, code) in
        [("nope", "not_found"), ("no/name", "not_found"), ("off", "disabled_resource"), ("by-text", "not_found"), ("issues", "not_found")]
    {
        let error = app.mcp(call(tool, &json!({}))).await["error"].clone();
        assert_eq!((&error["code"], &error["data"]["code"]), (&json!(-32603), &json!(code)), "{tool}: {error}");
    }
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Busy));
    assert_eq!(app.mcp(call("free", &json!({}))).await["error"]["data"]["code"], "server_busy");
    *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Internal("the disk is full".into())));
    let error = app.mcp(call("free", &json!({}))).await["error"].clone();
    assert_eq!(error["data"]["code"], "internal_server_error");
    assert!(!error.to_string().contains("disk"), "{error}");
    // The stand-in panics without an outcome.
    assert_eq!(app.mcp(call("free", &json!({}))).await["error"]["data"]["code"], "internal_server_error");

    let error = app.mcp(call("free", &json!([1]))).await["error"].clone();
    assert_eq!(error["code"], -32602, "{error}");
    assert_eq!(app.mcp(method("no/such")).await["error"]["code"], -32601);
}

#[tokio::test]
async fn the_protocol_is_negotiated_without_a_session() {
    let app = TestApp::with_tools().await;
    for (asked, agreed) in [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25")] {
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params });
        let answer = app.send(request().body(Body::from(message.to_string())).unwrap()).await;
        assert!(!answer.headers.contains_key("mcp-session-id"));
        let result = answer.event()["result"].clone();
        assert_eq!((&result["protocolVersion"], &result["serverInfo"]["name"]), (&json!(agreed), &json!("syncline")));
        assert_eq!(result["capabilities"], json!({ "tools": {} }));
    }
    assert_eq!(app.mcp(method("ping")).await["result"], json!({}));
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let answer = app.send(request().body(Body::from(notification.to_string())).unwrap()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::ACCEPTED, ""));
}

/// The revision of 2026-07-28 has no `initialize`: each request says what it is.
#[tokio::test]
async fn the_revision_without_a_handshake_works_too() {
    let app = TestApp::with_tools().await;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let send = |method: &str, params: Value| {
        let mut params = params;
        params["_meta"] = meta.clone();
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = request().header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
        if let Some(name) = params["name"].as_str() {
            request = request.header("mcp-name", name);
        }
        app.send(request.body(Body::from(message.to_string())).unwrap())
    };
    let discovered = send("server/discover", json!({})).await.event();
    assert!(discovered["result"]["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{discovered}");
    assert_eq!(send("tools/list", json!({})).await.event()["result"]["tools"][1]["name"], "free");
    app.ends(Ok("1"));
    let called = send("tools/call", json!({ "name": "free", "arguments": { "a": 1 } })).await.event();
    assert_eq!((&called["result"]["content"][0]["text"], &called["result"]["resultType"]), (&json!("1"), &json!("complete")));
    let unknown = send("no/such", json!({})).await;
    assert_eq!((unknown.status, &unknown.json()["error"]["code"]), (StatusCode::NOT_FOUND, &json!(-32601)));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_as_everywhere() {
    let app = TestApp::with_tools().await;
    app.add_key("narrow-key", &["environment:actions:execute"]).await;
    let ping = method("ping");
    let with = |name: &'static str, value: Option<&'static str>, body: &str| {
        let mut request = request().body(Body::from(body.to_owned())).unwrap();
        request.headers_mut().remove(name);
        if let Some(value) = value {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        app.send(request)
    };
    let text = ping.to_string();
    for (name, value, status, code) in [
        ("authorization", None, 401, "missing_auth_header"),
        ("authorization", Some("Bearer nope"), 401, "invalid_secret_key_format"),
        ("authorization", Some("Bearer narrow-key"), 403, "forbidden"),
        ("content-type", Some("text/plain"), 415, "invalid_content_type"),
        ("connection-id", None, 400, "invalid_headers"),
        ("connection-id", Some("nope"), 400, "unknown_connection"),
        ("provider-config-key", None, 400, "invalid_headers"),
        ("provider-config-key", Some("nope"), 400, "unknown_connection"),
        ("accept", None, 406, "not_acceptable"),
        ("accept", Some("application/json"), 406, "not_acceptable"),
        ("accept", Some("*/*"), 406, "not_acceptable"),
        ("mcp-protocol-version", Some("1999-01-01"), 400, "invalid_headers"),
    ] {
        assert_eq!(with(name, value, &text).await.refusal(), refused(status, code), "{name}: {value:?}");
    }
    assert_eq!(with("content-type", None, &text).await.event()["result"], json!({}));
    assert_eq!(with("host", Some("any.example.com"), &text).await.event()["result"], json!({}));
    assert_eq!(with("origin", Some("https://any.example.com"), &text).await.event()["result"], json!({}));
    for (body, code) in [
        ("{", "invalid_json"),
        ("7", "invalid_json"),
        ("", "invalid_body"),
        ("{}", "invalid_body"),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, "invalid_body"),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "invalid_body"),
        (r#"{"jsonrpc":"2.0","id":1}"#, "invalid_body"),
    ] {
        assert_eq!(with("x-none", None, body).await.refusal(), refused(400, code), "{body}");
    }
    // An answer to a question that nobody asked.
    let answer = with("x-none", None, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (StatusCode::BAD_REQUEST, &json!(-32600)));
}

#[tokio::test]
async fn only_posts_are_answered() {
    let app = TestApp::with_tools().await;
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let answer = app.request(method, "/mcp", None).await;
        assert_eq!(
            (answer.refusal(), &answer.headers["allow"]),
            (refused(405, "method_not_allowed"), &http::HeaderValue::from_static("POST"))
        );
    }
}

/// A key with the scope of the tools needs none of the actions.
#[tokio::test]
async fn a_tool_is_found_and_called_with_the_scope_of_tools_alone() {
    let app = TestApp::with_tools().await;
    app.add_key("tools-key", &["environment:mcp"]).await;
    app.ends(Ok("1"));
    let message = call("free", &json!({}));
    let mut request = request().body(Body::from(message.to_string())).unwrap();
    request.headers_mut().insert("authorization", "Bearer tools-key".parse().unwrap());
    assert_eq!(app.send(request).await.event()["result"]["content"][0]["text"], "1");
}

/// Also where the client goes away before it has read its answer.
#[tokio::test]
async fn no_request_leaves_a_task_behind() {
    let app = TestApp::with_tools().await;
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    // The store's own.
    let before = alive();
    for _ in 0..20 {
        app.ends(Ok("1"));
        app.mcp(call("free", &json!({}))).await;
        *app.runner.outcome.lock().unwrap() = Some(Err(RunnerError::Busy));
        app.mcp(call("free", &json!({}))).await;
        let unread = request().body(Body::from(method("tools/list").to_string())).unwrap();
        drop(app.router.clone().oneshot(unread).await.unwrap());
    }
    // Tasks end a few turns after their answer; one that does not end fails the test.
    let mut turns = 0;
    while alive() > before {
        assert!(turns < 10_000, "{} tasks are alive, {before} were", alive());
        turns += 1;
        tokio::task::yield_now().await;
    }
}
