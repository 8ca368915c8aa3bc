use axum::response::IntoResponse;
use syncline_domain::AuthError;
use tokio::net::TcpListener;

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"'>";
const CANARY: &str = "canary-that-no-page-shows";

/// Status, headers and body.
type Reply = (u16, Vec<(&'static str, &'static str)>, String);

/// A provider that accepts the connection at first, and answers every later request with what the test sets.
#[derive(Clone)]
pub(super) struct Provider {
    answer: Arc<Mutex<Reply>>,
    base: String,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let answer = Arc::new(Mutex::new(Reply::from((200, Vec::new(), String::new()))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shared = answer.clone();
        let handler = move || {
            let (status, headers, body) = shared.lock().unwrap().clone();
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            response
                .headers_mut()
                .extend(headers.into_iter().map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())));
            std::future::ready(response)
        };
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(axum::serve(listener, Router::new().fallback(handler)).into_future());
        Self { answer, base }
    }

    fn answers(&self, status: u16, headers: &[(&'static str, &'static str)], body: &str) {
        *self.answer.lock().unwrap() = (status, headers.to_vec(), body.to_owned());
    }

    fn catalogue(&self) -> Catalogue {
        let entry = format!(
            "key: acme\ndisplay_name: Acme\ncategories: [dev-tools]\ndocs: https://example.com/docs\nauth:\n  mode: API_KEY\nproxy:\n  \
             base_url: {}\n  headers:\n    authorization: Bearer ${{apiKey}}\n  verification:\n    method: GET\n    endpoints: [/me]\n\
             sources: [https://example.com/docs]\n",
            self.base
        );
        Catalogue::embedded().with_folder([("acme.yaml".into(), entry)].into_iter()).unwrap()
    }

    /// With an integration of this provider and a connection of somebody with a hostile name.
    pub(super) async fn connected(&self) -> (TestApp, i64) {
        let app = TestApp::with(self.catalogue()).await;
        let body = json!({ "provider": "acme", "unique_key": "acme", "display_name": HOSTILE });
        app.post("/integrations", body).await.expect(StatusCode::OK);
        let import = json!({
            "provider_config_key": "acme", "connection_id": "a\"b'c", "end_user": { "id": "u1", "display_name": HOSTILE, "email": "u@example.com" },
            "credentials": { "type": "API_KEY", "apiKey": CANARY },
        });
        let made = app.post("/connections", import).await.expect(StatusCode::CREATED);
        (app, made["id"].as_i64().unwrap())
    }
}

/// O5
#[tokio::test]
async fn what_users_and_providers_write_is_shown_and_never_run() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    provider.answers(418, &[], &format!("{HOSTILE} {CANARY}"));
    let test = format!("/console/dev/connections/{row}/test");
    let disconnect = format!("/console/dev/connections/{row}/disconnect");
    for answer in [
        operator.get("/console/dev/connections").await,
        operator.get("/console/dev/connections?search=%3Cscript%3Ealert(1)").await,
        operator.get("/console/dev/integrations/acme").await,
        operator.get("/console/dev/integrations/acme/delete").await,
        operator.get(&disconnect).await,
        operator.part(&test).await,
        operator.post(&test, &[]).await,
    ] {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("a\"b"), "{}", answer.text);
        assert!(!answer.text.contains(CANARY), "{}", answer.text);
    }
    let page = operator.post(&test, &[]).await;
    for shown in ["&#60;script&#62;alert(1)", "a&#34;b&#39;c", "(u@example.com)", "Acme answered with status 418."] {
        assert!(page.text.contains(shown), "`{shown}` is not in {}", page.text);
    }
}

#[tokio::test]
async fn a_test_says_in_a_persons_words_what_to_do() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    let page = format!("/console/dev/connections/{row}/test");
    let api = "/connections/a%22b%27c/test?provider_config_key=acme";
    let reconnect = format!("/console/dev/connections/{row}/reconnect");
    for (status, headers, says, outcome, offers) in [
        (200, vec![], "It works: Acme accepted the credentials.", "works", false),
        (401, vec![], "Please reconnect", "reconnect", true),
        (403, vec![], "Please reconnect", "reconnect", true),
        (
            429,
            vec![("retry-after", "90")],
            "Try again later. It wants to be asked again at <time datetime=\"2026-01-31T12:01:30.000Z\">",
            "rate_limited",
            false,
        ),
        (429, vec![], "Try again later", "rate_limited", false),
        (503, vec![], "The service is unavailable: Acme answered with status 503.", "unavailable", false),
        (418, vec![], "Acme answered with status 418.", "failed", false),
    ] {
        provider.answers(status, &headers, "the provider's own words");
        let answer = operator.part(&page).await;
        answer.says(StatusCode::OK, says);
        assert_eq!(answer.text.contains(&reconnect), offers, "{status}: {}", answer.text);
        let report = app.post(api, json!({})).await.expect(StatusCode::OK);
        assert_eq!((&report["outcome"], &report["status"], &report["success"]), (&json!(outcome), &json!(status), &json!(status == 200)));
        assert_eq!(report["answer"], "the provider's own words");
    }
    assert_eq!(app.post("/connections/nobody/test?provider_config_key=acme", json!({})).await.refusal(), refused(404, "not_found"));
    app.add_key("22222222-2222-4222-8222-222222222222", &["environment:records:read"]).await;
    let request = Request::post(api).header("authorization", "Bearer 22222222-2222-4222-8222-222222222222");
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn each_connection_says_how_it_is() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/connections").await.says(StatusCode::OK, ">Working<");
    let now = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
    let error = |retry_at: Option<Timestamp>, is_final: bool| AuthError {
        code: "refresh_token_external_error".to_owned(),
        message: format!("the provider says no {HOSTILE}"),
        first_at: now,
        last_at: now,
        failures: 1,
        days: 1,
        retry_at,
        is_final,
    };
    for (error, says, offers) in [
        (
            error(Some(now.plus(Duration::from_mins(5))), false),
            "Refresh failed, trying again at <time datetime=\"2026-01-31T12:05:00.000Z\">",
            false,
        ),
        (error(None, true), "Please reconnect", true),
    ] {
        fail(&app, row, error).await;
        let page = operator.get("/console/dev/connections").await;
        page.says(StatusCode::OK, says);
        assert!(page.text.contains("the provider says no &#60;script&#62;"), "{}", page.text);
        assert_eq!(page.text.contains(&format!("/connections/{row}/reconnect")), offers, "{}", page.text);
    }
}

/// As the worker writes it when a refresh fails.
pub(super) async fn fail(app: &TestApp, row: i64, error: AuthError) {
    use syncline_store::{EndRefresh, RefreshClaim, RefreshResult};
    let (id, now) = (syncline_domain::ConnectionRowId(row), Timestamp::parse("2026-01-31T12:00:00Z").unwrap());
    let connections = app.store.connections();
    let RefreshClaim::Claimed { row, fence, .. } = connections.begin_refresh(id, "test", now, Duration::from_secs(10)).await.unwrap()
    else {
        panic!("nobody else refreshes")
    };
    let result = RefreshResult::Failed { error, refresh_at: None };
    let end = EndRefresh { id, fence, credentials_version: row.credentials_version, result, notify: false, now };
    assert!(connections.end_refresh(end).await.unwrap());
}

#[tokio::test]
async fn an_account_is_connected_with_a_session_that_the_server_makes() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    let ask = async |path: &str| {
        let request = operator.request(Method::POST, path).header("accept", "application/json").header("x-csrf-token", &operator.csrf);
        app.send(form(request, &[])).await.expect(StatusCode::OK)
    };
    let answer = ask("/console/dev/integrations/acme/connect").await;
    assert_eq!((&answer["connect_url"], &answer["api_url"]), (&json!("/connect/"), &json!("/")));
    let token = answer["token"].as_str().unwrap();
    let session = Request::get("/connect/session").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(app.send(session).await.expect(StatusCode::OK)["data"]["allowed_integrations"], json!(["acme"]));

    let again = ask(&format!("/console/dev/connections/{row}/reconnect")).await;
    let session = Request::get("/connect/session").header("authorization", format!("Bearer {}", again["token"].as_str().unwrap()));
    assert_eq!(app.send(session.body(Body::empty()).unwrap()).await.expect(StatusCode::OK)["data"]["isReconnecting"], true);

    // Without our script the browser is led there.
    let led = operator.post("/console/dev/integrations/acme/connect", &[]).await;
    assert!(led.headers["location"].to_str().unwrap().starts_with("/connect/?session_token=nango_connect_session_"));
    operator.post("/console/dev/integrations/none/connect", &[]).await.says(StatusCode::NOT_FOUND, "This integration does not exist");
}

#[tokio::test]
async fn a_connection_is_disconnected_after_a_question_and_only_in_its_environment() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    let prod = EnvironmentName::new("prod").unwrap();
    app.store.environments().ensure(&prod, Timestamp::default()).await.unwrap();
    for action in ["test", "disconnect", "reconnect"] {
        let answer = operator.post(&format!("/console/prod/connections/{row}/{action}"), &[]).await;
        answer.says(StatusCode::NOT_FOUND, "This connection does not exist");
    }
    let page = operator.get(&format!("/console/dev/connections/{row}/disconnect")).await;
    page.says(StatusCode::OK, "Disconnect this Acme account?");
    operator.get("/console/prod/connections").await.says(StatusCode::OK, "No connections yet");
    let path = format!("/console/dev/connections/{row}/disconnect");
    operator.post(&path, &[]).await.leads_to("/console/dev/connections?done=disconnected");
    operator.get("/console/dev/connections?done=disconnected").await.says(StatusCode::OK, "Disconnected.");
    operator.get(&path).await.says(StatusCode::NOT_FOUND, "This connection does not exist");
}

#[tokio::test]
async fn connections_are_searched_and_paged() {
    let provider = Provider::start().await;
    let (app, _) = provider.connected().await;
    let operator = Operator::of(&app).await;
    for number in 0..51 {
        let import = json!({ "provider_config_key": "acme", "connection_id": format!("user-{number:02}"), "credentials": { "type": "API_KEY", "apiKey": "k" } });
        app.post("/connections", import).await.expect(StatusCode::CREATED);
    }
    let page = operator.get("/console/dev/connections").await;
    assert!(page.text.contains("user-50") && !page.text.contains("user-00"), "{}", page.text);
    let older = |page: &Answer| {
        let (_, rest) = page.text.split_once("/console/dev/connections?before=").unwrap_or_else(|| panic!("no other page: {}", page.text));
        format!("/console/dev/connections?before={}", rest.split('"').next().unwrap())
    };
    let last = operator.get(&older(&page)).await;
    last.says(StatusCode::OK, "user-00");
    assert!(!last.text.contains("user-01<") && last.text.contains("That is all"), "{}", last.text);
    let request = operator.request(Method::GET, "/console/dev/connections?search=user-07").header("hx-request", "true");
    let part = app.send(request.body(Body::empty()).unwrap()).await;
    part.says(StatusCode::OK, "user-07");
    assert!(!part.text.contains("user-08") && !part.text.contains("<html"), "{}", part.text);
    operator.get("/console/dev/connections?search=nobody").await.says(StatusCode::OK, "Nothing found");
    operator.get("/console/dev/connections?before=nonsense").await.says(StatusCode::OK, "Begin at the first page");
    operator.get("/console/dev/connections?integration=none").await.says(StatusCode::OK, "no integration with the key");
    // Of the newest page's, however old it is.
    operator.get("/console/dev/connections?search=user-00").await.says(StatusCode::OK, "user-00");
}

/// What the list is narrowed by stays in the address, of the next page too.
#[tokio::test]
async fn connections_are_narrowed_by_state_user_and_tag() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    for number in 0..60 {
        let import = json!({
            "provider_config_key": "acme", "connection_id": format!("of-{number:02}"), "end_user": { "id": "them" }, "tags": { "Plan": "gold" },
            "credentials": { "type": "API_KEY", "apiKey": "k" },
        });
        app.post("/connections", import).await.expect(StatusCode::CREATED);
    }
    let list = "/console/dev/connections";
    for narrowed in ["tag=plan%3A+gold", "user=them", "integration=acme&state=working&tag=plan&user=them"] {
        let page = operator.get(&format!("{list}?{narrowed}")).await;
        page.says(StatusCode::OK, "of-59");
        assert!(!page.text.contains(&format!("connections/{row}\"")), "{}", page.text);
        let next = page.text.split('"').find(|text| text.starts_with(list) && text.contains("before=")).expect("a page follows");
        let next = next.replace("&#38;", "&");
        for part in narrowed.split('&') {
            assert!(next.contains(part), "{next}");
        }
        operator.get(&next).await.says(StatusCode::OK, "of-09");
    }
    operator.get(&format!("{list}?tag=plan%3Afree")).await.says(StatusCode::OK, "Nothing found");
    operator.get(&format!("{list}?state=attention")).await.says(StatusCode::OK, "Nothing found");
    let now = app.clock.now();
    let error = AuthError {
        code: "refresh_token_external_error".to_owned(),
        message: "no".to_owned(),
        first_at: now,
        last_at: now,
        failures: 1,
        days: 1,
        retry_at: None,
        is_final: true,
    };
    fail(&app, row, error).await;
    let page = operator.get(&format!("{list}?state=attention")).await;
    assert!(page.text.contains("Please reconnect") && !page.text.contains("of-59"), "{}", page.text);
    // Its own page leads to those that are like it.
    let shown = operator.get(&format!("{list}/{row}")).await;
    shown.says(StatusCode::OK, "/console/dev/connections?user=u1");
}

/// X4: credentials are shown to whoever asks, in one answer, and the audit log says who did.
#[tokio::test]
async fn credentials_are_shown_when_asked_for_and_it_is_noted() {
    let provider = Provider::start().await;
    let (app, row) = provider.connected().await;
    let operator = Operator::of(&app).await;
    let page = format!("/console/dev/connections/{row}");
    let quiet = operator.get(&page).await;
    assert!(!quiet.text.contains(CANARY) && quiet.text.contains("Show credentials"), "{}", quiet.text);
    assert_eq!(operator.get(&format!("{page}/credentials")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let shown = operator.post(&format!("{page}/credentials"), &[]).await;
    shown.says(StatusCode::OK, CANARY);
    assert_eq!(shown.headers["cache-control"], "no-store");
    let audit = operator.get("/console/dev/settings/audit").await;
    audit.says(StatusCode::OK, "Looked at credentials");
    assert!(audit.text.contains("a&#34;b&#39;c") && !audit.text.contains(CANARY), "{}", audit.text);
    assert!(!operator.get(&page).await.text.contains(CANARY));
}
