use super::*;

/// A stand-in for GitHub that hands out one token, and an integration with its client.
async fn app() -> (TestApp, Provider) {
    let app = TestApp::new().await;
    let provider = Provider::start(|_| (200, r#"{"access_token":"at1","token_type":"bearer","scope":"repo"}"#)).await;
    let client = json!({ "type": "OAUTH2", "client_id": "ci", "client_secret": "cs", "scopes": "repo" });
    app.post("/integrations", json!({ "provider": "github", "unique_key": "github", "credentials": client })).await.expect(StatusCode::OK);
    (app, provider)
}

struct Flow {
    cookie: String,
    state: String,
    location: url::Url,
}

async fn begin(app: &TestApp, provider: &Provider, session: Value, more: &str) -> Flow {
    let token = app.session(session).await;
    let path = format!("/oauth/connect/github?connect_session_token={token}&params[webUrl]={}{more}", provider.url);
    let answer = app.browser_get(&path, None).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    let location: url::Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
    let state = location.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert!(set.starts_with(&format!("oauth2-{state}=1; Path=/; Max-Age=600; HttpOnly; SameSite=")), "{set}");
    Flow { cookie: format!("oauth2-{state}=1"), state, location }
}

async fn connections(app: &TestApp) -> usize {
    app.get("/connections").await.expect(StatusCode::OK)["connections"].as_array().unwrap().len()
}

/// O1: a state is good once, and only in the browser that was sent out with it.
#[tokio::test]
async fn a_browser_goes_out_and_comes_back_with_a_connection() {
    let (app, provider) = app().await;
    let flow = begin(&app, &provider, json!({}), "&user_scope=repo,gist&authorization_params[login]=ada").await;
    assert!(flow.location.as_str().starts_with(&format!("{}/login/oauth/authorize?", provider.url)), "{}", flow.location);
    let sent: std::collections::BTreeMap<_, _> = flow.location.query_pairs().into_owned().collect();
    assert_eq!(sent["redirect_uri"], "http://localhost:3003/oauth/callback");
    assert_eq!((sent["scope"].as_str(), sent["login"].as_str(), sent["code_challenge_method"].as_str()), ("repo gist", "ada", "S256"));

    let path = format!("/oauth/callback?state={}&code=c1", flow.state);
    // Another browser, then one with a cookie of another flow: refused, and the state is still good for its owner.
    for cookie in [None, Some("oauth2-other=1")] {
        let stranger = app.browser_get(&path, cookie).await;
        assert_eq!(stranger.status, StatusCode::BAD_REQUEST);
        assert!(stranger.text.contains("state_cookie_err") && stranger.text.contains("cookies"), "{}", stranger.text);
    }
    assert_eq!((connections(&app).await, provider.requests()), (0, 0));

    let page = app.browser_get(&path, Some(&flow.cookie)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("GitHub") && page.text.contains(r#"data-outcome="success""#), "{}", page.text);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.text.contains(&format!(r#"<script nonce="{nonce}""#)) && policy.contains("default-src 'none'"), "{policy}");
    for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")] {
        assert_eq!(page.headers[name], value);
    }
    assert!(page.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!page.text.contains("at1") && !page.text.contains("c1\""), "{}", page.text);
    assert_eq!((connections(&app).await, provider.requests()), (1, 1));

    let again = app.browser_get(&path, Some(&flow.cookie)).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.text.contains("state_err"), "{}", again.text);
    assert_eq!((connections(&app).await, provider.requests()), (1, 1));
}

/// O1
#[tokio::test]
async fn a_state_that_is_late_or_made_up_is_refused() {
    let (app, provider) = app().await;
    let flow = begin(&app, &provider, json!({}), "").await;
    app.clock.advance(Duration::from_mins(10));
    let path = format!("/oauth/callback?state={}&code=c1", flow.state);
    for (path, cookie, says) in [
        (path.as_str(), flow.cookie.as_str(), "state_err"),
        ("/oauth/callback?state=made-up&code=c1", "oauth2-made-up=1", "state_err"),
        ("/oauth/callback?code=c1", "oauth2-=1", "state_err"),
        ("/oauth/callback", "", "state_err"),
        ("/oauth/callback?state=a&state=b&code=c1", "oauth2-a=1; oauth2-b=1", "state_err"),
        ("/app-auth/connect?installation_id=7&setup_action=install", "", "state_err"),
    ] {
        let answer = app.browser_get(path, Some(cookie)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.text.contains(says), "{path}: {}", answer.text);
    }
    assert_eq!((connections(&app).await, provider.requests()), (0, 0));
}

/// O5: whatever a provider says is text.
#[tokio::test]
async fn nothing_that_a_provider_says_becomes_markup() {
    let (app, provider) = app().await;
    let attack = "%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E";
    let name = "<img src=x onerror=alert(2)>\"'";
    app.request(Method::PATCH, "/integrations/github", Some(json!({ "display_name": name }))).await.expect(StatusCode::OK);
    let flow = begin(&app, &provider, json!({}), "").await;
    let fields = ["error", "error_description", "error_reason", "error_uri", "error_message", "status_code", "code", "iss"];
    let query = fields.map(|field| format!("{field}={attack}")).join("&");
    let page = app.browser_get(&format!("/oauth/callback?state={}&{query}", flow.state), Some(&flow.cookie)).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(page.text.matches("<script").count(), 1, "{}", page.text);
    assert!(!page.text.contains("<img"), "{}", page.text);
    // A state is reflected nowhere, cookies included.
    let page = app.browser_get(&format!("/oauth/callback?state={attack}"), Some("oauth2-x=1")).await;
    assert!(!page.text.contains("alert(1)") && !page.headers.contains_key("set-cookie"), "{}", page.text);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_readers_words_and_to_the_page_that_waits() {
    let (app, provider) = app().await;
    let client = "7b8d4f6e-3a51-4a51-9d7e-0a1b2c3d4e5f";
    let flow = begin(&app, &provider, json!({}), &format!("&ws_client_id={client}")).await;
    let path = format!("/oauth/callback?state={}&error=access_denied&error_description=The+user+said+no", flow.state);
    let request = Request::get(path).header("cookie", &flow.cookie).header("accept-language", "de-CH, en;q=0.5");
    let page = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains(r#"<html lang="de">"#) && page.text.contains("Der Zugriff wurde nicht erlaubt."), "{}", page.text);
    let told = app.store.flow_results().lookup(&[client.to_owned()], app.clock.now()).await.unwrap();
    let message: Value = serde_json::from_str(&told[0].1).unwrap();
    assert_eq!(
        (&message["message_type"], &message["error_type"], &message["provider_config_key"]),
        (&json!("error"), &json!("callback_err"), &json!("github"))
    );
    assert!(message["error_desc"].as_str().unwrap().contains("The user said no"), "{message}");
    assert_eq!((connections(&app).await, provider.requests()), (0, 0));
}

#[tokio::test]
async fn a_form_comes_back_like_a_query() {
    let (app, provider) = app().await;
    let flow = begin(&app, &provider, json!({}), "").await;
    let post = |body: String| {
        let request =
            Request::post("/oauth/callback").header("content-type", "application/x-www-form-urlencoded").header("cookie", &flow.cookie);
        app.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(post(format!("state={}&code={}", flow.state, "x".repeat(70_000))).await.refusal(), refused(400, "invalid_body"));
    assert_eq!(post(format!("state={}&code=c1", flow.state)).await.status, StatusCode::OK);
    assert_eq!(connections(&app).await, 1);
}

#[tokio::test]
async fn a_browser_without_a_popup_ends_where_its_session_says() {
    let (app, provider) = app().await;
    let session = || json!({ "return_to": "https://product.example/done?tab=1" });
    let flow = begin(&app, &provider, session(), "").await;
    let back = app.browser_get(&format!("/oauth/callback?state={}&code=c1", flow.state), Some(&flow.cookie)).await;
    let location = back.headers["location"].to_str().unwrap();
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(location.starts_with("https://product.example/done?tab=1&connection_id="), "{location}");
    assert!(location.ends_with("&provider_config_key=github"), "{location}");

    let flow = begin(&app, &provider, session(), "").await;
    let back = app.browser_get(&format!("/oauth/callback?state={}&error=access_denied", flow.state), Some(&flow.cookie)).await;
    assert_eq!(back.headers["location"], "https://product.example/done?tab=1&error=callback_err&provider_config_key=github");

    // A page that waits gets its message, and the popup stays with us. The browser itself names no destination.
    let flow = begin(&app, &provider, session(), "&ws_client_id=7b8d4f6e-3a51-4a51-9d7e-0a1b2c3d4e5f").await;
    let page =
        app.browser_get(&format!("/oauth/callback?state={}&code=c1&return_to=https://evil.example", flow.state), Some(&flow.cookie)).await;
    assert_eq!(page.status, StatusCode::OK);
    let token = app.session(json!({})).await;
    let open = app.browser_get(&format!("/oauth/connect/github?connect_session_token={token}&return_to=https://evil.example"), None).await;
    assert_eq!(open.refusal(), refused(400, "invalid_query_params"));
}

#[tokio::test]
async fn what_cannot_begin_says_why() {
    let (app, _) = app().await;
    app.post("/integrations", json!({ "provider": "slack", "unique_key": "bare" })).await.expect(StatusCode::OK);
    let path = |key: &str, token: &str| format!("/oauth/connect/{key}?connect_session_token={token}");
    let client = "7b8d4f6e-3a51-4a51-9d7e-0a1b2c3d4e5f";
    let token = app.session(json!({})).await;
    for (key, says) in [("nope", "unknown_config_key"), ("bare", "provider_config_err")] {
        let page = app.browser_get(&format!("{}&ws_client_id={client}", path(key, &token)), None).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.starts_with("<!doctype html>") && page.text.contains(says), "{}", page.text);
        let told = app.store.flow_results().lookup(&[client.to_owned()], app.clock.now()).await.unwrap();
        assert!(told[0].1.contains(says) && told[0].1.contains(key), "{told:?}");
    }
    let only = app.session(json!({ "allowed_integrations": ["bare"] })).await;
    assert_eq!(app.browser_get(&path("github", &only), None).await.refusal(), refused(400, "integration_not_allowed"));
    assert_eq!(app.browser_get("/oauth/connect/github", None).await.refusal(), refused(401, "missing_connect_session_token"));
    assert_eq!(app.browser_get(&path("github", "x"), None).await.refusal(), refused(401, "invalid_connect_session_token_format"));
    let odd = app.browser_get(&format!("{}&ws_client_id=me", path("github", &token)), None).await;
    assert_eq!(odd.refusal(), refused(400, "invalid_query_params"));
}

/// O1: behind TLS the cookie also comes along with a form that another site posts, and never without TLS.
#[tokio::test]
async fn the_cookie_is_secure_where_the_server_is() {
    let app = TestApp::at("https://connect.example/base/").await;
    let client = json!({ "type": "OAUTH2", "client_id": "ci", "client_secret": "cs" });
    app.post("/integrations", json!({ "provider": "github", "unique_key": "github", "credentials": client })).await.expect(StatusCode::OK);
    let token = app.session(json!({})).await;
    let answer = app.browser_get(&format!("/oauth/connect/github?connect_session_token={token}"), None).await;
    assert!(answer.headers["set-cookie"].to_str().unwrap().ends_with("HttpOnly; SameSite=None; Secure"), "{:?}", answer.headers);
    assert!(answer.headers["location"].to_str().unwrap().contains("redirect_uri=https%3A%2F%2Fconnect.example%2Fbase%2Foauth%2Fcallback"));
}
