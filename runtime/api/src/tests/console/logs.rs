use syncline_domain::{ConnectionName, IntegrationKey, OperationId, OperationKind, OperationState};
use syncline_store::{NewMessage, NewOperation};

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"'";

/// Notes it, and lets a second go by.
async fn noted(
    app: &TestApp,
    id: u8,
    kind: OperationKind,
    state: OperationState,
    summary: &str,
    said: &[(&'static str, &str)],
) -> OperationId {
    let now = app.clock.now();
    let message = |(level, text): &(&'static str, &str)| NewMessage {
        at: now,
        kind: "log",
        level,
        message: (*text).to_owned(),
        detail: Some(json!({ "meta": text }).to_string()),
    };
    let id = OperationId::new(now, [id; 10]);
    app.store.operations().note(NewOperation {
        id,
        environment: app.environment,
        kind,
        state,
        integration: Some(IntegrationKey::new("plain").unwrap()),
        connection: Some(ConnectionName::new("c1").unwrap()),
        function: None,
        actor: Some("default".to_owned()),
        summary: summary.to_owned(),
        detail: Some(json!({ "request": { "method": "GET" }, "error": { "code": "x", "message": summary } }).to_string()),
        started_at: now,
        finished_at: (state != OperationState::Running).then_some(now),
        messages: said.iter().map(message).collect(),
    });
    app.store.operations().flush().await;
    app.clock.advance(Duration::from_secs(1));
    id
}

#[tokio::test]
async fn operations_are_narrowed_by_the_address() {
    let app = TestApp::connected().await;
    app.clock.advance(Duration::from_hours(48));
    let operator = Operator::of(&app).await;
    let (succeeded, failed) = (OperationState::Succeeded, OperationState::Failed);
    noted(&app, 1, OperationKind::WebhookForward, succeeded, "told the backend", &[("warn", "it was slow")]).await;
    app.clock.advance(Duration::from_hours(2));
    noted(&app, 2, OperationKind::ProxyCall, failed, "GET /users 500", &[("info", "a Unicorn answered")]).await;
    let shown = async |query: &str| {
        let page = operator.get(&format!("/console/dev/logs?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        (page.text.contains("told the backend"), page.text.contains("GET /users 500"))
    };
    for (query, expected) in [
        ("", (true, true)),
        ("q=UNICORN", (false, true)),
        ("q=nothing", (false, false)),
        ("type=webhook", (true, false)),
        ("state=failed", (false, true)),
        ("level=warn", (true, true)),
        ("level=error", (false, true)),
        ("integration=plain&connection=c1", (true, true)),
        ("connection=c2", (false, false)),
        ("since=1h", (false, true)),
        ("until=1h", (true, false)),
        ("until=2026-01-01", (false, false)),
        ("q=slow&type=webhook&level=warn&since=1d", (true, false)),
    ] {
        assert_eq!(shown(query).await, expected, "{query}");
    }
    for wrong in ["since=yesterday", "function=a/b", &format!("q={}", "x".repeat(201))] {
        operator.get(&format!("/console/dev/logs?{wrong}")).await.says(StatusCode::OK, "That cannot be looked for");
    }
}

/// The link gives the same rows later, when others have come.
#[tokio::test]
async fn a_link_reproduces_the_view() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    noted(&app, 1, OperationKind::ProxyCall, OperationState::Succeeded, "GET /one", &[]).await;
    let page = operator.get("/console/dev/logs?q=get&since=1h").await;
    let (before, _) = page.text.split_once("\">Link to this view").expect("there is a link");
    let link = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
    app.clock.advance(Duration::from_hours(5));
    noted(&app, 2, OperationKind::ProxyCall, OperationState::Succeeded, "GET /two", &[]).await;
    let later = operator.get(&link).await;
    later.says(StatusCode::OK, "GET /one");
    assert!(!later.text.contains("GET /two"), "{}", later.text);
}

#[tokio::test]
async fn a_followed_list_is_sent_again_only_when_it_changed() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    noted(&app, 1, OperationKind::ProxyCall, OperationState::Running, "GET /one", &[]).await;
    let poll = async |page: &Answer| {
        let (_, rest) = page.text.split_once("id=\"found\" hx-get=\"").unwrap_or_else(|| panic!("{}", page.text));
        operator.get(&rest.split('"').next().unwrap().replace("&#38;", "&")).await
    };
    let page = operator.get("/console/dev/logs?type=proxy&follow=1").await;
    assert_eq!(poll(&page).await.status, StatusCode::NO_CONTENT);
    noted(&app, 2, OperationKind::ProxyCall, OperationState::Succeeded, "GET /two", &[]).await;
    let changed = poll(&page).await;
    changed.says(StatusCode::OK, "GET /two");
    assert_eq!(poll(&changed).await.status, StatusCode::NO_CONTENT);
    assert!(!operator.get("/console/dev/logs?type=proxy").await.text.contains("every 3s"), "nobody follows who did not ask");
}

/// O5, S6
#[tokio::test]
async fn an_operation_is_shown_with_its_messages_as_text() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    let many: Vec<_> = (0..201).map(|_| ("info", HOSTILE)).chain([("error", "the last word")]).collect();
    let id = noted(&app, 1, OperationKind::ProxyCall, OperationState::Failed, HOSTILE, &many).await;
    let first = operator.get(&format!("/console/dev/logs/{id}")).await;
    first.says(StatusCode::OK, "<h1>proxy call <span class=\"badge tone-bad\">Failed</span></h1>");
    first.says(StatusCode::OK, "href=\"/console/dev/connections/1\">c1<");
    assert!(!first.text.contains("the last word"), "it is on the next page");
    let (before, _) = first.text.split_once("\" rel=\"next\"").expect("there is another page");
    let next = operator.get(before.rsplit_once("href=\"").unwrap().1).await;
    next.says(StatusCode::OK, "the last word");
    for page in [&first, &next, &operator.get("/console/dev/logs").await, &operator.get("/console/dev/logs?q=%3Cscript%3Ealert(1)").await] {
        page.says(StatusCode::OK, "&#60;script&#62;alert(1)");
        assert!(!page.text.contains("<script>alert") && !page.text.contains("\"'"), "{}", page.text);
    }
    app.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), app.clock.now()).await.unwrap();
    for path in [
        format!("/console/prod/logs/{id}"),
        "/console/dev/logs/x".to_owned(),
        "/console/dev/logs/019c0000-0000-7000-8000-000000000000".to_owned(),
    ] {
        assert_eq!(operator.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
