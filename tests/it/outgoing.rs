//! The proxy as a backend sees it.

use reqwest::{Method, StatusCode};
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::provider::TOKEN;

const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];

async fn ready() -> App {
    let app = App::start(TestDatabase::sqlite()).await;
    app.connect("ada", json!({})).await;
    app
}

/// P5: hop-by-hop headers, `Host`, our own key, and a caller who wants to send another credential.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_sees_the_injected_credential_and_what_the_caller_may_set() {
    let mut app = ready().await;
    let extra = [
        TARGET[0],
        TARGET[1],
        ("Nango-Proxy-X-Custom", "mine"),
        ("Nango-Proxy-Authorization", "Bearer mine"),
        ("Nango-Proxy-Connection", "x-hop"),
        ("Nango-Proxy-X-Hop", "1"),
        ("Nango-Proxy-Host", "evil.example"),
        ("X-Forwarded-For", "10.0.0.1"),
    ];
    let answer = app.call(Method::POST, "/proxy/echo?a=1&b=%2F", &extra, Some(json!({ "n": 1 }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let seen = answer.json();
    let header = |name: &str| {
        let all: Vec<&str> = seen["headers"].as_array().unwrap().iter().filter(|h| h[0] == name).map(|h| h[1].as_str().unwrap()).collect();
        all.join("|")
    };
    assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!((header("x-custom"), header("x-hop")), ("mine".to_owned(), String::new()));
    assert_eq!(
        (header("x-forwarded-for"), header("connection-id"), header("provider-config-key")),
        (String::new(), String::new(), String::new())
    );
    assert!(header("host").starts_with("127.0.0.1:"));
    assert_eq!(
        (seen["uri"].as_str(), seen["body"].as_str(), seen["method"].as_str()),
        (Some("/echo?a=1&b=%2F"), Some(r#"{"n":1}"#), Some("POST"))
    );
    assert_eq!(answer.headers["x-custom"], "kept");
    app.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_headers_of_the_provider_are_kept_and_a_large_body_streams() {
    let mut app = ready().await;
    for status in [201, 204, 404, 503] {
        assert_eq!(app.call(Method::GET, &format!("/proxy/status/{status}"), &TARGET, None).await.status.as_u16(), status);
    }
    let size = 64 * 1024 * 1024;
    let answer = app.call(Method::GET, &format!("/proxy/big/{size}"), &TARGET, None).await;
    assert_eq!((answer.status, answer.text.len()), (StatusCode::ACCEPTED, size));
    app.stop();
}

/// P7: the provider's `Retry-After` is followed, and only as often as the caller asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_tried_again_as_often_as_the_caller_asked() {
    let mut app = ready().await;
    let retries = [TARGET[0], TARGET[1], ("Retries", "2")];
    app.provider.fail_next(429, &[("retry-after", "0")]);
    app.provider.fail_next(503, &[("retry-after", "0")]);
    let before = app.provider.requests();
    assert_eq!(app.call(Method::GET, "/proxy/items", &retries, None).await.status, StatusCode::OK);
    assert_eq!(app.provider.requests() - before, 3);
    app.provider.fail_next(429, &[("retry-after", "0")]);
    assert_eq!(app.call(Method::GET, "/proxy/items", &TARGET, None).await.status, StatusCode::TOO_MANY_REQUESTS);
    app.stop();
}

/// P1 and P3 from outside: what the egress guard refuses, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn a_base_url_override_does_not_reach_the_metadata_service() {
    let mut app = ready().await;
    for base in ["http://169.254.169.254", "http://[fe80::1]", "http://metadata.google.internal", "http://0xa9fea9fe", "file:///etc/passwd"]
    {
        let headers = [TARGET[0], TARGET[1], ("Base-Url-Override", base)];
        let answer = app.call(Method::GET, "/proxy/latest/meta-data", &headers, None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{base}: {}", answer.text);
        assert!(!answer.text.contains(TOKEN));
    }
    let missing = app.call(Method::GET, "/proxy/echo", &[("Provider-Config-Key", "fixture")], None).await;
    assert_eq!((missing.status, missing.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_headers"));
    app.stop();
}
