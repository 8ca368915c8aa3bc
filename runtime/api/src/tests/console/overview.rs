use syncline_domain::{AuthError, FunctionKind, ProxyOutcome, RecordChange, RunState};

use super::connections::{Provider, fail};
use super::*;

const PAGE: &str = "/console/dev/overview";

impl TestApp {
    /// As runs and requests do it.
    async fn counts(&self, runs: &[(RunState, u32)], calls: &[(ProxyOutcome, u64)]) {
        let metrics = self.store.metrics();
        for (state, times) in runs {
            for _ in 0..*times {
                metrics.run_ended(self.environment, FunctionKind::Sync, *state, Duration::ZERO, Duration::ZERO);
            }
        }
        for (outcome, ms) in calls {
            metrics.call_ended(self.environment, *outcome, 1, Some(Duration::from_millis(*ms)));
        }
        self.store.overview().flush().await.unwrap();
    }
}

#[tokio::test]
async fn who_begins_is_told_the_next_step() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    operator.get("/console").await.leads_to(PAGE);
    operator.get("/console/dev").await.leads_to(PAGE);
    let page = operator.get(PAGE).await;
    page.says(StatusCode::OK, "Nothing runs here yet");
    assert!(page.text.contains("First: add an integration") && page.text.contains("href=\"/console/dev/catalogue\""), "{}", page.text);
    assert!(
        page.text.contains("<title>Overview · dev · Syncline</title>") && !page.text.contains("<svg viewBox=\"0 0 720"),
        "{}",
        page.text
    );
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    operator.get(PAGE).await.says(StatusCode::OK, "syncline deploy");
    operator.get("/console/prod/overview").await.says(StatusCode::NOT_FOUND, "no such environment");
}

#[tokio::test]
async fn what_happened_is_counted_and_each_number_leads_to_its_list() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    app.clock.set(Timestamp::parse("2026-01-31T12:30:30Z").unwrap());
    app.counts(&[(RunState::Succeeded, 1_200)], &[(ProxyOutcome::Succeeded, 3), (ProxyOutcome::ClientError, 40)]).await;
    app.store.metrics().records_changed(app.environment, &[(RecordChange::Added, 5)]);
    app.clock.advance(Duration::from_mins(2));
    app.counts(&[(RunState::Interrupted, 2)], &[]).await;
    let page = operator.get(PAGE).await;
    page.says(StatusCode::OK, "All is well");
    for text in [
        "1,202 runs in the last hour, and none failed",
        "since=2026-01-31T11%3A33%3A00.000Z",
        ">succeeded <strong>1,200</strong>",
        ">interrupted <strong>2</strong>",
        ">4xx <strong>1</strong>",
        ">added <strong>5</strong>",
        "31 Jan 2026, 12:30 UTC: 1,200 succeeded",
        "95 % within",
        "/console/dev/runs?state=failed&#38;since=",
        "/console/dev/logs?type=proxy&#38;since=",
        "/console/dev/connections?state=attention",
    ] {
        assert!(page.text.contains(text), "`{text}` is not in {}", page.text);
    }
    for (range, runs) in [("hour", 1), ("day", 1), ("week", 1), ("<script>", 1)] {
        let query = url::form_urlencoded::byte_serialize(range.as_bytes()).collect::<String>();
        let page = operator.get(&format!("{PAGE}?range={query}")).await;
        assert_eq!(page.text.matches(">succeeded <strong>1,200</strong>").count(), runs, "{range}");
        assert!(!page.text.contains("<script>\""), "{range}");
    }
    app.clock.advance(Duration::from_hours(2));
    operator.get(PAGE).await.says(StatusCode::OK, "Nothing ran in the last hour");
    operator.get(&format!("{PAGE}?range=day")).await.says(StatusCode::OK, "1,202 runs in the last day");
    app.clock.advance(Duration::from_hours(8 * 24));
    let answer = app.posted("/console/sign-in", &[("password", PASSWORD)]).await;
    let operator = Operator::with_cookie(&app, &answer).await;
    operator.get(&format!("{PAGE}?range=week")).await.says(StatusCode::OK, "syncline deploy");
}

#[tokio::test]
async fn trouble_is_said_in_a_sentence_that_leads_to_it() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    app.counts(&[(RunState::Failed, 12), (RunState::Lost, 1), (RunState::Succeeded, 3)], &[]).await;
    app.counts(&[], &[(ProxyOutcome::ServerError, 900); 10]).await;
    let now = app.clock.now();
    let error = AuthError {
        code: "invalid_grant".to_owned(),
        message: String::new(),
        first_at: now,
        last_at: now,
        failures: 1,
        days: 1,
        retry_at: None,
        is_final: true,
    };
    fail(&app, row, error).await;
    let page = operator.get(PAGE).await;
    page.says(StatusCode::OK, "1 connection needs attention</a>");
    for text in [
        "12 runs failed in the last hour</a>",
        "1 run lost its worker in the last hour</a>",
        "10 of 10 requests to providers failed</a>",
        "verdict tone-bad",
        "13 failed",
    ] {
        assert!(page.text.contains(text), "`{text}` is not in {}", page.text);
    }
    assert!(!page.text.contains("All is well"), "{}", page.text);
    let list = operator.get("/console/dev/connections?state=attention").await;
    list.says(StatusCode::OK, "Please reconnect");
    assert!(list.text.contains("state=attention"), "{}", list.text);
    app.clock.advance(Duration::from_hours(2));
    operator.get(PAGE).await.says(StatusCode::OK, "1 connection needs attention</a></h2>");
}

#[tokio::test]
async fn nothing_is_sent_to_who_has_seen_it() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    app.counts(&[(RunState::Succeeded, 1)], &[]).await;
    let page = operator.get(PAGE).await;
    let (_, poll) = page.text.split_once("hx-get=\"/console/dev/overview").expect("the page asks again");
    let poll = format!("{PAGE}{}", poll.split('"').next().unwrap().replace("&#38;", "&"));
    assert!(poll.contains("range=hour&seen="), "{poll}");
    assert_eq!(operator.get(&poll).await.status, StatusCode::NO_CONTENT);
    app.counts(&[(RunState::Failed, 1)], &[]).await;
    operator.get(&poll).await.says(StatusCode::OK, "1 run failed in the last hour");
}

#[tokio::test]
async fn work_that_waits_too_long_is_trouble() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let body = json!({ "syncs": ["issues"], "provider_config_key": "plain", "connection_id": "c1" });
    app.post("/sync/trigger", body).await.expect(StatusCode::OK);
    let page = operator.get(PAGE).await;
    page.says(StatusCode::OK, "All is well");
    app.clock.advance(Duration::from_mins(3));
    operator.get(PAGE).await.says(StatusCode::OK, "runs have waited for 3 min 0 s</a>");
}
