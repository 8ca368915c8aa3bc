use syncline_domain::{FunctionKind, FunctionName, IntegrationKey, JobKind, RunError, RunState, Trigger};
use syncline_store::{Claim, FinishRun, JobRow, LineKind, LogLine, NewRun, RunUsage};

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>";

impl TestApp {
    /// The job of a sync that somebody asked for, taken by a worker.
    pub(super) async fn taken(&self) -> JobRow {
        let body = json!({ "syncs": ["issues"], "provider_config_key": "plain", "connection_id": "c1" });
        self.post("/sync/trigger", body).await.expect(StatusCode::OK);
        let lease = Duration::from_mins(1);
        let claim = Claim { owner: "test".to_owned(), kinds: vec![JobKind::RunSync], limit: 1, lease, now: self.clock.now() };
        self.store.jobs().claim(claim).await.unwrap().pop().expect("the sync was asked for")
    }

    /// Its run, under way, which has said something.
    pub(super) async fn run_of(&self, job: &JobRow, n: u8) -> RunId {
        let connection = self.store.connections().lookup_by_row_id(job.connection.unwrap()).await.unwrap().unwrap();
        let sync = self.store.syncs().lookup_by_id(job.sync.unwrap()).await.unwrap().unwrap();
        let id = RunId::new(self.clock.now(), [n; 10]);
        let new = NewRun {
            id,
            environment: self.environment,
            function: sync.function,
            function_name: FunctionName::new("issues").unwrap(),
            kind: FunctionKind::Sync,
            connection: Some(connection.id),
            connection_name: Some(connection.name),
            integration_key: IntegrationKey::new("plain").unwrap(),
            sync: Some(sync.id),
            variant: Some(sync.variant),
            trigger: Trigger::Api,
            attempt: 1,
            job: Some(job.fence()),
            input: None,
            now: self.clock.now(),
        };
        self.store.runs().insert(new).await.unwrap();
        let line = |message: String| LogLine {
            kind: LineKind::Log,
            at: self.clock.now(),
            level: "warn".to_owned(),
            message,
            fields: Some(json!({ "a": HOSTILE }).to_string()),
        };
        let lines = (1..=302).map(|n| line(format!("line {n} {HOSTILE}"))).collect();
        self.store.run_logs().append(id, lines).await.unwrap();
        id
    }
}

fn failed(id: RunId, job: &JobRow, now: Timestamp) -> FinishRun {
    let error = RunError {
        code: "provider_status".to_owned(),
        message: format!("the provider said {HOSTILE}"),
        status: Some(401),
        details: serde_json::value::RawValue::from_string(json!({ "body": HOSTILE }).to_string()).ok(),
        frames: vec![format!("{HOSTILE} at src/lib.rs:12:3")],
    };
    let (state, job) = (RunState::Failed, Some((job.fence(), syncline_store::JobDecision::Discard)));
    FinishRun {
        id,
        state,
        output: None,
        error: Some(error),
        counts: std::collections::BTreeMap::default(),
        usage: RunUsage::default(),
        job,
        now,
    }
}

#[tokio::test]
async fn runs_are_found_by_what_the_address_says() {
    let (app, ids) = TestApp::with_runs().await;
    let operator = Operator::of(&app).await;
    let list = operator.get("/console/dev/runs").await;
    list.says(StatusCode::OK, &format!("/console/dev/runs/{}", ids[2]));
    assert!(list.text.contains("function_timeout") && list.text.contains("<title>Runs · dev · Syncline</title>"), "{}", list.text);
    let shown = async |query: &str| {
        let page = operator.get(&format!("/console/dev/runs?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        ids.iter().filter(|id| page.text.contains(&format!("/runs/{id}\""))).count()
    };
    for (query, found) in [
        ("state=failed", 1),
        ("state=succeeded", 2),
        ("function=create-issue&state=succeeded", 2),
        ("integration=plain", 3),
        ("integration=other", 0),
        ("function=nope", 0),
        ("function=%3Cscript%3E", 0),
        ("connection=nope", 0),
        ("since=1970-01-01T00:00:02Z", 1),
        ("until=1970-01-01T00:00:01Z", 1),
        ("since=1970-01-01T00:00:01Z&until=1970-01-01T00:00:02Z", 1),
        ("since=1h", 0),
        ("until=1h", 3),
        ("since=no+time", 0),
        ("state=odd", 0),
    ] {
        assert_eq!(shown(query).await, found, "{query}");
    }
    assert_eq!(shown(&format!("before={}", ids[2])).await, 2);
    let hostile = operator.get("/console/dev/runs?function=%3Cscript%3Ealert(1)%3C/script%3E").await;
    hostile.says(StatusCode::OK, "No such runs");
    assert!(!hostile.text.contains("<script>alert"), "{}", hostile.text);
    operator.get("/console/dev/runs?live=1").await.says(StatusCode::OK, "every 3s");
    operator.get("/console/prod/runs").await.says(StatusCode::NOT_FOUND, "no such environment");
}

/// O5, X6
#[tokio::test]
async fn a_failed_run_says_why_and_what_to_do_and_nothing_in_it_is_markup() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let job = app.taken().await;
    let id = app.run_of(&job, 1).await;
    let path = format!("/console/dev/runs/{id}");
    operator.get(&path).await.says(StatusCode::OK, "every 2s");
    app.store.runs().finish(failed(id, &job, app.clock.now())).await.unwrap();
    let page = operator.get(&path).await;
    page.says(StatusCode::OK, "The provider did not accept the credentials (status 401)");
    for text in ["Test the connection", "src/lib.rs:12:3", "line 302", "line 3 ", "The provider said &#60;script&#62;", "Earlier lines"] {
        assert!(page.text.contains(text), "`{text}` is not in {}", page.text);
    }
    assert!(!page.text.contains("<script>alert") && !page.text.contains("line 2 ") && !page.text.contains("every 2s"), "{}", page.text);
    let earlier = operator.get(&format!("{path}?before=3")).await;
    earlier.says(StatusCode::OK, "line 2 ");
    assert!(!earlier.text.contains("line 3 ") && earlier.text.contains("Latest lines"), "{}", earlier.text);
}

/// O5
#[tokio::test]
async fn a_run_that_waits_says_why_and_can_be_taken_back() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let list = "/console/dev/runs?state=waiting";
    let claimed = app.taken().await;
    operator.get(list).await.says(StatusCode::OK, "No run waits");
    app.store.jobs().complete(&claimed.fence(), app.clock.now()).await.unwrap();
    let body = json!({ "syncs": ["issues"], "provider_config_key": "plain", "connection_id": "c1" });
    app.post("/sync/trigger", body).await.expect(StatusCode::OK);
    let page = operator.get(list).await;
    page.says(StatusCode::OK, "In line for a worker");
    assert!(page.text.contains("sync of plain") && page.text.contains("30.0 s ahead"), "{}", page.text);
    for (query, waits) in
        [("function=issues", true), ("connection=c1", true), ("integration=plain", true), ("connection=nope", false), ("after=odd", false)]
    {
        let found = operator.get(&format!("{list}&{query}")).await;
        assert_eq!(found.text.contains("In line for a worker"), waits, "{query}: {}", found.text);
    }
    operator.get("/console/dev/overview").await.says(StatusCode::OK, "/console/dev/runs?state=waiting");

    let (_, rest) = page.text.split_once("/console/dev/runs/waiting/").expect("it can be taken back");
    let cancel = format!("/console/dev/runs/waiting/{}", rest.split('"').next().unwrap());
    let elsewhere = app.account(Method::POST, "/environments", json!({ "name": "other" })).await;
    assert!(elsewhere.status.is_success(), "{}", elsewhere.text);
    operator.post(&cancel.replace("/dev/", "/other/"), &[]).await.says(StatusCode::NOT_FOUND, "no such run in the queue");
    operator.post(&cancel, &[]).await.leads_to("/console/dev/runs?state=waiting&done=cancelled");
    operator.get(list).await.says(StatusCode::OK, "No run waits");
    operator.post(&cancel, &[]).await.leads_to("/console/dev/runs?state=waiting&done=over");
    operator.post("/console/dev/runs/waiting/odd/cancel", &[]).await.says(StatusCode::NOT_FOUND, "no such run in the queue");
}

/// C6
#[tokio::test]
async fn a_run_is_cancelled_and_run_again() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let job = app.taken().await;
    let id = app.run_of(&job, 1).await;
    let path = format!("/console/dev/runs/{id}");
    operator.get(&format!("{path}/cancel")).await.says(StatusCode::OK, "Cancel this run of issues?");
    operator.post(&format!("{path}/cancel"), &[]).await.leads_to(&format!("{path}?done=cancelled"));
    operator.get(&path).await.says(StatusCode::OK, "Cancelled");
    operator.post(&format!("{path}/cancel"), &[]).await.leads_to(&format!("{path}?done=over"));
    let late = app.store.runs().finish(failed(id, &job, app.clock.now())).await;
    assert!(matches!(late, Err(syncline_store::Error::Fenced)), "{late:?}");

    let waiting = app.store.jobs().count_active().await.unwrap();
    let list = "/console/dev/runs?function=issues&connection=c1&live=1&done=queued";
    operator.post(&format!("{path}/again"), &[]).await.leads_to(list);
    operator.get(list).await.says(StatusCode::OK, "It is in the queue");
    assert_eq!(app.store.jobs().count_active().await.unwrap(), waiting + 1);
    app.store.operations().flush().await;
    let noted = app.get("/operations?type=sync&action=request_run").await.expect(StatusCode::OK);
    assert_eq!(noted["data"][0]["actor"], "console", "{noted}");

    let forged = app.send(form(operator.request(Method::POST, &format!("{path}/again")), &[("csrf", "wrong")])).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    operator.get(&format!("/console/dev/runs/{}", RunId::new(app.clock.now(), [9; 10]))).await.says(StatusCode::NOT_FOUND, "no such run");
}
