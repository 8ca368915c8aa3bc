use syncline_domain::Clock;

use super::*;
use crate::seed_password;

#[tokio::test]
async fn only_whoever_has_the_setup_code_claims_a_fresh_server() {
    let app = TestApp::new().await;
    app.visit("/console").await.leads_to("/console/sign-in");
    app.visit("/console/sign-in").await.leads_to("/console/setup");
    app.visit("/console/setup").await.says(StatusCode::OK, "Setup code");
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    app.posted("/console/setup", &claim("ABCD", PASSWORD, PASSWORD)).await.says(mended, "not the setup code");
    app.posted("/console/setup", &claim("", PASSWORD, PASSWORD)).await.says(mended, "not the setup code");
    app.posted("/console/setup", &claim(CODE, "short", "short")).await.says(mended, "at least 12 characters");
    let differ = app.posted("/console/setup", &claim(CODE, PASSWORD, "another long one")).await;
    differ.says(mended, "differ");
    assert!(!differ.text.contains(PASSWORD) && !differ.text.contains("another long one"), "{}", differ.text);
    app.posted("/console/setup", &claim("abcd efgh jkmn pqrs tvwx", PASSWORD, PASSWORD)).await.leads_to("/console");
    app.posted("/console/setup", &claim(CODE, "another long one", "another long one")).await.leads_to("/console/sign-in");
    app.visit("/console/setup").await.leads_to("/console/sign-in");
}

#[tokio::test]
async fn the_cookie_is_for_the_console_and_for_no_script() {
    let app = TestApp::new().await;
    let answer = app.posted("/console/setup", &claim(CODE, PASSWORD, PASSWORD)).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for attribute in ["syncline_console=", "Path=/console", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "the public URL is plain http, where a browser would drop it: {cookie}");
}

#[tokio::test]
async fn a_wrong_password_says_nothing_and_guessing_gets_slower() {
    let app = TestApp::new().await;
    Operator::of(&app).await;
    for _ in 0..5 {
        let wrong = app.posted("/console/sign-in", &[("password", "wrong wrong wrong")]).await;
        wrong.says(StatusCode::UNPROCESSABLE_ENTITY, "This is not the password");
        assert!(!wrong.headers.contains_key("set-cookie"));
    }
    let refused = app.posted("/console/sign-in", &[("password", PASSWORD)]).await;
    refused.says(StatusCode::TOO_MANY_REQUESTS, "Too many attempts. Try again in 1 second.");
    assert_eq!(refused.headers["retry-after"], "1");
    app.clock.advance(Duration::from_secs(1));
    app.posted("/console/sign-in", &[("password", PASSWORD)]).await.leads_to("/console");
}

#[tokio::test]
async fn a_password_of_the_configuration_wins_and_signs_everybody_out() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let seed = async |password: &str| seed_password(&app.store, app.clock.as_ref() as &dyn Clock, distinct, &Secret::new(password)).await;
    seed(PASSWORD).await.unwrap();
    operator.get("/console/dev/connections").await.says(StatusCode::OK, "Your connections");
    seed("another long one").await.unwrap();
    operator.get("/console/dev/connections").await.leads_to("/console/sign-in");
    app.posted("/console/sign-in", &[("password", "another long one")]).await.leads_to("/console");
}

#[tokio::test]
async fn a_session_ends_with_idleness_or_by_hand() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_hours(11));
        operator.get("/console").await.leads_to("/console/dev/overview");
    }
    app.clock.advance(Duration::from_hours(12));
    operator.get("/console").await.leads_to("/console/sign-in");

    let answer = app.posted("/console/sign-in", &[("password", PASSWORD)]).await;
    let operator = Operator::with_cookie(&app, &answer).await;
    let out = operator.post("/console/sign-out", &[]).await;
    out.leads_to("/console/sign-in?done=signed-out");
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    operator.get("/console").await.leads_to("/console/sign-in");
    app.visit("/console/sign-in?done=signed-out").await.says(StatusCode::OK, "You are signed out.");
    app.visit("/console/sign-in?done=%3Cscript%3E").await.says(StatusCode::OK, "Sign in");
}

#[tokio::test]
async fn a_change_needs_the_sessions_own_token_and_our_own_page() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let path = "/console/dev/webhooks";
    let post = |headers: &[(&str, &str)], fields: &[(&str, &str)]| {
        let request = headers.iter().fold(operator.request(Method::POST, path), |request, (name, value)| request.header(*name, *value));
        app.send(form(request, fields))
    };
    let (own, saved) = (("csrf", operator.csrf.as_str()), "/console/dev/webhooks?done=saved");
    for (headers, fields) in [
        (vec![], vec![]),
        (vec![], vec![("csrf", "")]),
        (vec![], vec![("csrf", "wrong")]),
        (vec![("x-csrf-token", "wrong")], vec![]),
        (vec![("origin", "https://evil.example")], vec![own]),
        (vec![("origin", "null")], vec![own]),
        (vec![("sec-fetch-site", "cross-site")], vec![own]),
    ] {
        post(&headers, &fields).await.says(StatusCode::FORBIDDEN, "This request was not accepted");
    }
    post(&[("origin", "http://localhost:3003"), ("sec-fetch-site", "same-origin")], &[own]).await.leads_to(saved);
    post(&[("x-csrf-token", &operator.csrf)], &[]).await.leads_to(saved);

    let json = operator.request(Method::POST, path).header("content-type", "application/json").header("x-csrf-token", &operator.csrf);
    app.send(json.body(Body::from("{}")).unwrap()).await.says(StatusCode::BAD_REQUEST, "could not be read");
    let foreign = Request::post("/console/sign-in").header("host", "localhost:3003").header("origin", "https://evil.example");
    app.send(form(foreign, &[("password", PASSWORD)])).await.says(StatusCode::FORBIDDEN, "This request was not accepted");
    // A token of one session is nothing to another.
    let other = Operator::with_cookie(&app, &app.posted("/console/sign-in", &[("password", PASSWORD)]).await).await;
    post(&[], &[("csrf", &other.csrf)]).await.says(StatusCode::FORBIDDEN, "This request was not accepted");
}

#[tokio::test]
async fn whoever_is_signed_out_is_led_to_the_sign_in_as_they_can_follow() {
    let app = TestApp::new().await;
    let part = app.send(Request::get("/console/dev/connections").header("hx-request", "true").body(Body::empty()).unwrap()).await;
    assert_eq!((part.status, part.headers["hx-redirect"].to_str().unwrap()), (StatusCode::UNAUTHORIZED, "/console/sign-in"));
    let script = Request::post("/console/dev/integrations/x/connect").header("accept", "application/json");
    let answer = app.send(form(script, &[])).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("Sign in again"));
    // An API key is no way in, nor does the console's cookie open the API.
    assert_eq!(app.get("/console/dev/connections").await.status, StatusCode::SEE_OTHER);
    let operator = Operator::of(&app).await;
    assert_eq!(operator.get("/connections").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_answer_is_closed_to_other_sites_and_to_caches() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    for path in ["/console", "/console/dev/connections", "/console/nowhere/connections", "/console/sign-in", "/console/no/such/page"] {
        let answer = operator.get(path).await;
        let header = |name: &str| answer.headers.get(name).unwrap_or_else(|| panic!("{path} has no {name}")).to_str().unwrap();
        let policy = header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!((header("cache-control"), header("x-content-type-options")), ("no-store", "nosniff"), "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    operator.get("/console/no/such/page").await.says(StatusCode::NOT_FOUND, "There is no such page");
    operator.get("/console/nowhere/connections").await.says(StatusCode::NOT_FOUND, "There is no such environment");
    let style = app.visit("/console/assets/console.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    app.visit("/console/assets/../lib.rs").await.says(StatusCode::NOT_FOUND, "There is no such file");
}
