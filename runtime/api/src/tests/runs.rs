use syncline_domain::{FunctionKind, FunctionName, IntegrationKey, RunError, RunState, Trigger};
use syncline_store::{FinishRun, LineKind, LogLine, NewRun, RunUsage};

use super::*;

impl TestApp {
    /// Three runs of `create-issue`, the last of them failed, with a log of two lines each.
    pub(super) async fn with_runs() -> (Self, Vec<RunId>) {
        let app = Self::connected().await;
        app.deploy(vec![json!({ "name": "create-issue", "kind": "action" })]).await.expect(StatusCode::OK);
        let function = &app.store.functions().list(app.environment, None).await.unwrap()[0];
        let mut ids = Vec::new();
        for n in 0..3_u8 {
            let now = Timestamp::default().plus(Duration::from_secs(n.into()));
            let id = RunId::new(now, [n; 10]);
            let new = NewRun {
                id,
                environment: app.environment,
                function: function.id,
                function_name: FunctionName::new("create-issue").unwrap(),
                kind: FunctionKind::Action,
                connection: None,
                connection_name: None,
                integration_key: IntegrationKey::new("plain").unwrap(),
                sync: None,
                variant: None,
                trigger: Trigger::Api,
                attempt: 1,
                job: None,
                input: Some(r#"{"n":12345678901234567890123}"#.to_owned()),
                now,
            };
            app.store.runs().insert(new).await.unwrap();
            let line = |message: &str| LogLine {
                kind: LineKind::Log,
                at: now,
                level: "info".to_owned(),
                message: message.to_owned(),
                fields: Some(r#"{"a":1}"#.to_owned()),
            };
            app.store.run_logs().append(id, vec![line("first"), line("second")]).await.unwrap();
            let error = RunError {
                code: "function_timeout".to_owned(),
                message: "too slow".to_owned(),
                status: None,
                details: None,
                frames: vec![],
            };
            let failed = n == 2;
            let end = FinishRun {
                id,
                state: if failed { RunState::Failed } else { RunState::Succeeded },
                output: None,
                error: failed.then_some(error),
                counts: std::collections::BTreeMap::default(),
                usage: RunUsage { cpu_time: Some(Duration::from_millis(3)), ..RunUsage::default() },
                job: None,
                now: now.plus(Duration::from_millis(5)),
            };
            app.store.runs().finish(end).await.unwrap();
            ids.push(id);
        }
        (app, ids)
    }
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_page_by_page() {
    let (app, ids) = TestApp::with_runs().await;
    let first = app.get("/runs?limit=2").await.expect(StatusCode::OK);
    assert_eq!((&first["data"][0]["id"], &first["data"][0]["error"]["code"]), (&json!(ids[2]), &json!("function_timeout")));
    assert_eq!((&first["data"][0]["duration_ms"], &first["data"][0]["cpu_ms"]), (&json!(5), &json!(3)));
    let second = app.get(&format!("/runs?limit=2&before={}", first["next"].as_str().unwrap())).await.expect(StatusCode::OK);
    assert_eq!((&second["data"][0]["id"], second["data"].as_array().unwrap().len(), &second["next"]), (&json!(ids[0]), 1, &Value::Null));
    for (query, found) in [
        ("state=failed", 1),
        ("function=create-issue", 3),
        ("integration_id=plain", 3),
        ("function=nope", 0),
        ("connection_id=c1", 0),
        ("connection_id=c2", 0),
    ] {
        let listed = app.get(&format!("/runs?{query}")).await.expect(StatusCode::OK);
        assert_eq!(listed["data"].as_array().unwrap().len(), found, "{query}");
    }
    assert_eq!(app.get("/runs?state=odd").await.refusal(), refused(400, "invalid_query_params"));
}

#[tokio::test]
async fn a_run_shows_its_input_and_its_log_but_to_its_environment_only() {
    let (app, ids) = TestApp::with_runs().await;
    let path = format!("/runs/{}", ids[0]);
    let shown = app.get(&path).await;
    assert!(shown.text.contains(r#""input":{"n":12345678901234567890123}"#), "{}", shown.text);
    let logs = app.get(&format!("{path}/logs?limit=1")).await.expect(StatusCode::OK);
    assert_eq!((&logs["data"][0]["message"], &logs["data"][0]["fields"], &logs["next"]), (&json!("first"), &json!({ "a": 1 }), &json!(1)));
    let logs = app.get(&format!("{path}/logs?after=1")).await.expect(StatusCode::OK);
    assert_eq!((&logs["data"][0]["message"], &logs["next"]), (&json!("second"), &Value::Null));

    let other = app.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), Timestamp::default()).await.unwrap();
    let key = NewApiKey {
        environment: other.id,
        display_name: "other".to_owned(),
        hash: Sha256::digest("other").into(),
        scopes: vec!["environment:*".to_owned()],
        now: Timestamp::default(),
    };
    app.store.api_keys().insert(key, 50).await.unwrap();
    for path in [path.clone(), format!("{path}/logs"), "/runs/nope".to_owned()] {
        assert_eq!(app.get_with_key(&path, "other").await.refusal(), refused(404, "not_found"), "{path}");
    }
    assert_eq!(app.get_with_key("/runs", "other").await.expect(StatusCode::OK)["data"], json!([]));
}
