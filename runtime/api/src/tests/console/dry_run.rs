use syncline_domain::{Action, DryRunEvent, DryRunModel, DryRunRecord, DryRunStep, ModelCounts, RunError};

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>";

/// One that failed behind a request and what it would have saved.
fn failed(code: &str) -> DryRun {
    let step = |what| DryRunStep { after: Duration::from_millis(12), what };
    let error = RunError {
        code: code.to_owned(),
        message: format!("the message {HOSTILE}"),
        status: None,
        details: None,
        frames: vec![format!("{HOSTILE} at src/lib.rs:7:1")],
    };
    let asked = DryRunEvent::Asked {
        method: "GET".to_owned(),
        path: format!("/items?x={HOSTILE}"),
        status: Some(200),
        took: Duration::from_millis(9),
    };
    DryRun {
        steps: vec![
            step(asked),
            step(DryRunEvent::Said { level: "warn", message: HOSTILE.to_owned(), fields: Some(json!({ "a": HOSTILE }).to_string()) }),
            step(DryRunEvent::HeldBack { call: "updateMetadata", value: json!({ "b": HOSTILE }).to_string() }),
        ],
        left_out: 3,
        models: vec![DryRunModel {
            name: "Item".to_owned(),
            counts: ModelCounts { added: 2, unchanged: 5, ..ModelCounts::default() },
            records: vec![DryRunRecord { id: HOSTILE.to_owned(), change: Action::Added, text: Some(json!({ "c": HOSTILE }).to_string()) }],
        }],
        checkpoint: Some(Some(json!({ "d": HOSTILE }).to_string())),
        wall_time: Duration::from_millis(1_500),
        cpu_time: Duration::from_millis(3),
        peak_memory_bytes: 2_000_000,
        host_calls: 4,
        ..DryRun::refused(error)
    }
}

impl TestApp {
    fn dry_runs_end(&self, outcome: Result<DryRun, RunnerError>) {
        *self.runner.dry_outcome.lock().unwrap() = Some(outcome);
    }

    fn dry_runs(&self) -> Vec<DryRunCall> {
        self.runner.dry_runs.lock().unwrap().clone()
    }
}

/// O5, X6
#[tokio::test]
async fn a_dry_run_is_asked_for_and_shows_what_it_would_have_done() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let job = app.taken().await;
    let id = app.run_of(&job, 1).await;
    let path = format!("/console/dev/runs/{id}/dry-run");
    operator.get(&format!("/console/dev/runs/{id}")).await.says(StatusCode::OK, "Running");
    let asked = operator.get(&path).await;
    asked.says(StatusCode::OK, "Dry run of issues");
    for text in ["from the checkpoint at which the sync", "Nothing is kept", "Send changes to the provider, too"] {
        assert!(asked.text.contains(text), "`{text}` is not in {}", asked.text);
    }
    assert!(app.dry_runs().is_empty() && !asked.text.contains("deployed anew"), "{}", asked.text);

    app.dry_runs_end(Ok(failed("function_trapped")));
    let page = operator.post(&path, &[]).await;
    page.says(StatusCode::OK, "Would fail");
    for text in [
        "The function crashed",
        "src/lib.rs:7:1",
        "GET /items?x=&#60;script&#62;",
        "Not kept: it would have changed the connection",
        "What it would have done to Item",
        "2 added, 5 left as they are.",
        "The first 1 of 2.",
        "3 further steps are not listed.",
        "Checkpoint that it would have left",
        "1.5 s",
    ] {
        assert!(page.text.contains(text), "`{text}` is not in {}", page.text);
    }
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let call = app.dry_runs().pop().unwrap();
    assert_eq!((call.sync, call.connection, call.input.as_str()), (job.sync, job.connection.unwrap(), "null"));
    assert!(!call.sends_changes);

    app.dry_runs_end(Ok(failed("write_refused")));
    let page = operator.post(&path, &[("send_changes", "true")]).await;
    page.says(StatusCode::OK, "It was about to change something at the provider");
    assert!(page.text.contains("value=\"true\" checked"), "what was ticked stays ticked: {}", page.text);
    assert!(app.dry_runs().pop().unwrap().sends_changes);
    operator.get("/console/dev/settings/audit").await.says(StatusCode::OK, "Had a run tried out, with nothing kept");

    app.dry_runs_end(Err(RunnerError::Refused { code: "dry_run_under_way", message: "another dry run is under way".to_owned() }));
    operator.post(&path, &[]).await.says(StatusCode::CONFLICT, "Another dry run is under way");
    app.dry_runs_end(Err(RunnerError::Busy));
    operator.post(&path, &[]).await.says(StatusCode::SERVICE_UNAVAILABLE, "No slot");
    let forged = app.send(form(operator.request(Method::POST, &path), &[("csrf", "wrong")])).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_dry_run_says_when_it_is_of_another_version_and_when_there_is_nothing_to_run() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let job = app.taken().await;
    let id = app.run_of(&job, 1).await;
    let path = format!("/console/dev/runs/{id}/dry-run");
    app.clock.advance(Duration::from_mins(1));
    let sync = json!({ "name": "issues", "kind": "sync", "schedule": "every 2h", "models": [{ "name": "Issue", "schema": {} }] });
    app.deploy(vec![sync]).await.expect(StatusCode::OK);
    operator.get(&path).await.says(StatusCode::OK, "The function was deployed anew since this run");

    let gone = app.request(Method::DELETE, "/connections/c1?provider_config_key=plain", None).await;
    gone.expect(StatusCode::OK);
    operator.get(&path).await.says(StatusCode::CONFLICT, "The connection of this run does not exist any more");
    operator.post(&path, &[]).await.says(StatusCode::CONFLICT, "The connection of this run does not exist any more");
    assert!(app.dry_runs().is_empty());
}

#[tokio::test]
async fn a_dry_run_can_be_asked_for_by_the_api() {
    let app = TestApp::with_sync(true).await;
    let job = app.taken().await;
    let path = format!("/runs/{}/dry-run", app.run_of(&job, 1).await);
    app.dry_runs_end(Ok(failed("function_trapped")));
    let answer = app.post(&path, json!({})).await.expect(StatusCode::OK);
    let data = &answer["data"];
    assert_eq!((&data["error"]["code"], &data["duration_ms"], &data["output"]), (&json!("function_trapped"), &json!(1_500), &Value::Null));
    assert_eq!(data["steps"][0]["status"], 200, "{data}");
    assert_eq!((&data["steps"][2]["type"], &data["steps"][2]["message"]), (&json!("held_back"), &json!("updateMetadata")));
    assert_eq!((&data["models"][0]["added"], &data["models"][0]["records"][0]["change"]), (&json!(2), &json!("added")), "{data}");
    assert_eq!((&data["remembers"], &data["checkpoint"]["d"]), (&json!(true), &json!(HOSTILE)));
    app.dry_runs_end(Ok(DryRun { result: Ok("12345678901234567890123".to_owned()), ..failed("none") }));
    let answer = app.post(&path, json!({ "send_changes": true })).await;
    assert!(answer.text.contains("\"output\":12345678901234567890123"), "{}", answer.text);
    assert!(app.dry_runs().pop().unwrap().sends_changes);

    app.dry_runs_end(Err(RunnerError::Refused { code: "dry_run_under_way", message: "wait".to_owned() }));
    let refusal = app.post(&path, json!({})).await;
    assert_eq!((refusal.refusal(), refusal.headers["retry-after"].as_bytes()), (refused(409, "dry_run_under_way"), b"60".as_slice()));
    assert_eq!(app.post(&path, json!({ "sends_changes": true })).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(app.post(&format!("/runs/{}/dry-run", run_id()), json!({})).await.refusal(), refused(404, "not_found"));
    app.add_key("reader", &["environment:logs:read"]).await;
    let stranger = Request::post(&path).header("authorization", "Bearer reader").header("content-type", "application/json");
    assert_eq!(app.send(stranger.body(Body::from("{}")).unwrap()).await.refusal().0, 403);
}
