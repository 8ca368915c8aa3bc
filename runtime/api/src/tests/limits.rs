//! Rate limits as a caller sees them. X8.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;

use super::*;
use crate::TrustedProxies;

const UNKNOWN: &str = "22222222-2222-4222-8222-222222222222";

fn limits(per_minute: u32, per_address_per_minute: u32) -> RateLimits {
    RateLimits { per_minute, per_address_per_minute, webhooks_per_minute: 3, trusted_proxies: TrustedProxies::parse("10.0.0.0/8").unwrap() }
}

/// A request from an address on the internet.
fn from(peer: &str, path: &str, key: Option<&str>) -> Request<Body> {
    let request = Request::get(path).extension(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4_711)));
    let request = if let Some(key) = key { request.header("authorization", format!("Bearer {key}")) } else { request };
    request.body(Body::empty()).unwrap()
}

/// Limit, remaining, reset.
fn told(answer: &Answer) -> Option<[i64; 3]> {
    let read = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().parse().unwrap());
    Some([read("x-ratelimit-limit")?, read("x-ratelimit-remaining")?, read("x-ratelimit-reset")?])
}

/// X8: a burst, and the edge of the window.
#[tokio::test]
async fn a_burst_is_granted_up_to_the_limit_and_the_next_window_begins_anew() {
    let app = TestApp::limited(limits(3, 0)).await;
    // 12:00:00 begins a window.
    let reset = Timestamp::parse("2026-01-31T12:01:00Z").unwrap().unix_micros() / 1_000_000;
    app.clock.advance(Duration::from_millis(59_400));
    for left in [2, 1, 0] {
        let answer = app.get("/connections").await;
        assert_eq!((answer.status, told(&answer)), (StatusCode::OK, Some([3, left, reset])));
    }
    let refused = app.get("/connections?limit=1").await;
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(told(&refused), Some([3, 0, reset]));
    let body = refused.expect(StatusCode::TOO_MANY_REQUESTS);
    assert!(body["error"]["message"].is_string());
    assert_eq!(
        (&body["error"]["code"], &body["error"]["method"], &body["error"]["path"]),
        (&json!("too_many_request"), &json!("GET"), &json!("/connections"))
    );
    app.clock.advance(Duration::from_millis(599));
    assert_eq!(app.get("/connections").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.clock.advance(Duration::from_millis(1));
    assert_eq!(told(&app.get("/connections").await), Some([3, 2, reset + 60]));
    // A clock that is set back does not make the window longer than it is.
    for _ in 0..3 {
        app.get("/connections").await;
    }
    assert_eq!(app.get("/connections").await.headers["retry-after"], "60");
}

#[tokio::test]
async fn each_kind_of_caller_has_points_of_its_own() {
    let app = TestApp::limited(limits(2, 0)).await;
    let session = app.session(json!({})).await;
    assert_eq!(told(&app.get("/providers/github").await).unwrap()[..2], [2, 0]);
    assert_eq!(app.get("/connections").await.refusal(), refused(429, "too_many_request"));
    // A browser of the same environment.
    let browser = |path: &'static str| app.send(from("203.0.113.9", path, Some(&session)));
    assert_eq!(told(&browser("/connect/session").await).unwrap()[..2], [2, 1]);
    assert_eq!(told(&browser("/integrations").await).unwrap()[..2], [2, 0]);
    let last = browser("/providers/github").await;
    assert_eq!((last.headers.contains_key("retry-after"), last.json()["error"]["path"].as_str()), (true, Some("/providers/github")));
    assert_eq!(last.refusal(), refused(429, "too_many_request"));
    let asked = app.browser_post(&format!("/auth/unauthenticated/plain?connect_session_token={session}"), "{}").await;
    assert_eq!(asked.refusal(), refused(429, "too_many_request"));
    // The account's key.
    for left in [1, 0] {
        let answer = app.account(Method::GET, "/environments", Value::Null).await;
        assert_eq!(told(&answer).unwrap()[..2], [2, left]);
    }
    // Also where it is the wrong kind of key: it is known.
    assert_eq!(app.get_with_key("/connections", ACCOUNT_KEY).await.refusal(), refused(429, "too_many_request"));
}

#[tokio::test]
async fn whoever_guesses_keys_is_not_looked_up_any_more_and_known_keys_still_work() {
    let app = TestApp::limited(limits(1_000, 30)).await;
    let ask = |peer: &'static str, key: Option<&'static str>| app.send(from(peer, "/connections", key));
    assert_eq!(ask("203.0.113.9", Some(KEY)).await.status, StatusCode::OK);
    app.clock.advance(Duration::from_secs(30));
    for key in [Some(UNKNOWN), Some("guess"), None] {
        let answer = ask("203.0.113.9", key).await;
        // Wire contract 11.1, H1.
        assert_eq!((answer.status, told(&answer)), (StatusCode::UNAUTHORIZED, None));
    }
    for key in [Some(UNKNOWN), None] {
        let answer = ask("203.0.113.9", key).await;
        assert_eq!((answer.refusal(), answer.headers["retry-after"].to_str().unwrap()), (refused(429, "too_many_request"), "30"));
    }
    // It worked half a minute ago, and does; one that never came from anywhere is not looked up.
    assert_eq!(ask("203.0.113.9", Some(KEY)).await.status, StatusCode::OK);
    app.add_key("new", &["environment:*"]).await;
    assert_eq!(ask("203.0.113.9", Some("new")).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask("203.0.113.10", Some("new")).await.status, StatusCode::OK);
    // The same for browsers and for the operator's token.
    let session = app.session(json!({})).await;
    let browser = app.send(from("203.0.113.9", "/connect/session", Some(&session))).await;
    assert_eq!(browser.refusal(), refused(429, "too_many_request"));
    assert_eq!(app.send(from("203.0.113.9", "/operator/keys", Some("guess"))).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.send(from("203.0.113.9", "/operator/keys", Some(OPERATOR_TOKEN))).await.status, StatusCode::OK);
    app.clock.advance(Duration::from_secs(30));
    assert_eq!(ask("203.0.113.9", Some(UNKNOWN)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn browsers_that_guess_sessions_cost_their_address() {
    let app = TestApp::limited(limits(1_000, 20)).await;
    let guess = "nango_connect_session_0000000000000000000000000000000000000000000000000000000000000000";
    for path in ["/connect/session", "/providers/github"] {
        assert_eq!(app.send(from("203.0.113.9", path, Some(guess))).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(app.send(from("203.0.113.9", "/integrations", Some(guess))).await.status, StatusCode::TOO_MANY_REQUESTS);
    let path = format!("/oauth/connect/x?connect_session_token={guess}");
    assert_eq!(app.send(from("203.0.113.9", &path, None)).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.send(from("203.0.113.10", &path, None)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn public_routes_are_limited_by_address_and_a_servers_own_are_not() {
    let app = TestApp::limited(limits(0, 2)).await;
    let ask = |path: &'static str| app.send(from("203.0.113.9", path, None));
    for _ in 0..2 {
        let answer = ask("/oauth/callback?state=x").await;
        assert_eq!((answer.status == StatusCode::TOO_MANY_REQUESTS, told(&answer)), (false, None));
    }
    assert_eq!(ask("/oauth/callback?state=x").await.refusal(), refused(429, "too_many_request"));
    for path in ["/health", "/ready", "/openapi.json", "/providers/github/logo.svg"] {
        let answer = ask(path).await;
        assert_eq!((answer.status, told(&answer)), (StatusCode::OK, None), "{path}");
    }
    // Behind a trusted proxy each client counts for itself.
    let proxied = |client: &str| {
        let mut request = from("10.0.0.1", "/oauth/callback?state=x", None);
        request.headers_mut().insert("x-forwarded-for", client.parse().unwrap());
        app.send(request)
    };
    assert_eq!(proxied("203.0.113.9").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(proxied("203.0.113.10").await.status, StatusCode::TOO_MANY_REQUESTS);
    // 0 is no limit, and then nothing is told of one.
    assert_eq!(told(&app.get("/connections").await), None);
}

#[tokio::test]
async fn pages_of_other_sites_may_read_how_they_stand() {
    let app = TestApp::new().await;
    let request = Request::get("/connections").header("authorization", KEY).header("origin", "https://app.example");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert!(told(&answer).is_some());
    let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
    for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

/// Every endpoint that takes an environment's key asks what the key may do, in words of the list.
#[tokio::test]
async fn a_key_without_scopes_opens_no_endpoint() {
    let app = TestApp::connected().await;
    app.add_key("powerless", &[]).await;
    let document = serde_json::to_value(crate::openapi::document()).unwrap();
    let (mut seen, mut open) = (0, Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let takes_key = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way.get("api_key").is_some()));
            // The catalogue is the same for everybody.
            if !takes_key || path.starts_with("/providers") {
                continue;
            }
            seen += 1;
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let required = |place: &str| {
                parameters.iter().filter(move |one| one["in"] == place && one["required"] == true).cloned().collect::<Vec<_>>()
            };
            let text =
                |parameter: &Value| value(&document, &parameter["schema"]).as_str().map_or_else(|| "1".to_owned(), ToOwned::to_owned);
            let query: Vec<String> =
                required("query").iter().map(|one| format!("{}={}", one["name"].as_str().unwrap(), text(one))).collect();
            let mut request = Request::builder().method(method.to_uppercase().as_str()).uri(format!(
                "{}?{}",
                path.replace(['{', '}'], ""),
                query.join("&")
            ));
            for header in required("header") {
                request = request.header(header["name"].as_str().unwrap(), text(&header));
            }
            let request = request.header("authorization", "powerless").header("content-type", "application/json");
            let answer = app.send(request.body(Body::from(sample(&document, operation))).unwrap()).await;
            if answer.status != StatusCode::FORBIDDEN {
                open.push(format!("{method} {path}: {:.300}", answer.text));
                continue;
            }
            let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            let named =
                message.strip_prefix("Insufficient scope. Required: ").or(message.strip_prefix("Insufficient scope. Required one of: "));
            for scope in named.unwrap_or_else(|| panic!("{method} {path}: {message}")).split(" or ") {
                assert!(crate::scope::ENVIRONMENT.contains(&scope), "{method} {path} wants `{scope}`");
            }
        }
    }
    assert!(open.is_empty(), "{open:#?}");
    assert!(seen > 10, "{seen} endpoints");
}

/// A body with every required field, so that reading it is not what refuses.
fn sample(document: &Value, operation: &Value) -> String {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() { String::new() } else { value(document, schema).to_string() }
}

fn value(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return value(document, document.pointer(&reference[1..]).unwrap());
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[choice].get(0) {
            return value(document, first);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => json!(match (schema["format"].as_str(), schema["example"].as_str()) {
            (_, Some(example)) => example,
            (Some("uuid"), _) => UNKNOWN,
            (Some("date-time"), _) => "2026-01-01T00:00:00Z",
            (Some("uri"), _) => "https://example.com",
            // A model's name begins like this, and any other may.
            _ => "X",
        }),
        "integer" | "number" => schema["minimum"].as_i64().unwrap_or(1).into(),
        "boolean" => true.into(),
        "array" if schema["minItems"].is_null() => json!([]),
        "array" => json!([value(document, &schema["items"])]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().map(|name| name.as_str().unwrap());
            Value::Object(fields.map(|name| (name.to_owned(), value(document, &schema["properties"][name]))).collect())
        }
    }
}

/// W1: a provider that sends too much is told to come back, and the other integrations hear on.
#[tokio::test]
async fn a_flood_of_webhooks_is_refused_for_its_integration_only() {
    let app = TestApp::limited(limits(0, 0)).await;
    let mut addresses = Vec::new();
    for key in ["flooded", "quiet"] {
        let new = json!({ "provider": "unauthenticated", "unique_key": key });
        app.request(Method::POST, "/integrations", Some(new)).await.expect(StatusCode::OK);
        let shown = app.get(&format!("/integrations/{key}?include=webhook")).await.expect(StatusCode::OK);
        let url = shown["data"]["webhook_url"].as_str().unwrap();
        addresses.push(url[url.find("/webhook/").unwrap()..].to_owned());
    }
    let send = |address: &str| {
        let request = Request::post(address).header("content-type", "application/json");
        app.send(request.body(Body::from(r#"{"type":"tick"}"#)).unwrap())
    };
    for _ in 0..3 {
        send(&addresses[0]).await.expect(StatusCode::OK);
    }
    let refused = send(&addresses[0]).await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.expect(StatusCode::TOO_MANY_REQUESTS);
    send(&addresses[1]).await.expect(StatusCode::OK);
}
