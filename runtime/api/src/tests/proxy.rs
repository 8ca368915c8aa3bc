use std::fmt::Write;

use axum::extract::Request as Received;
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use super::*;

/// Answers 201 with what it received: method, target and headers, one a line, then the body.
async fn echo(request: Received) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let mut text = format!("{} {}\n", parts.method, parts.uri);
    for (name, value) in &parts.headers {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    text.push_str(std::str::from_utf8(&to_bytes(body, usize::MAX).await.unwrap()).unwrap());
    (StatusCode::CREATED, [("x-rate-limit", "9"), ("access-control-allow-origin", "https://provider.example")], text)
}

async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(axum::serve(listener, Router::new().fallback(echo)).into_future());
    format!("http://{address}")
}

fn call(base: &str, path: &str) -> http::request::Builder {
    Request::post(path)
        .header("authorization", format!("Bearer {KEY}"))
        .header("provider-config-key", "plain")
        .header("connection-id", "c1")
        .header("base-url-override", base)
}

/// P5
#[tokio::test]
async fn a_request_reaches_the_provider_without_our_key_and_comes_back_whole() {
    let app = TestApp::connected().await;
    let base = provider().await;
    let request = call(&base, "/proxy/v1/a%2Fb?q=%20x&q=2")
        .header("nango-proxy-x-own", "yes")
        .header("cookie", "a=b")
        .header("connection", "x-hop")
        .header("x-hop", "1");
    let answer = app.send(request.body(Body::from("payload")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert!(answer.text.starts_with("POST /v1/a%2Fb?q=%20x&q=2\n"), "{}", answer.text);
    assert!(answer.text.contains("x-own: yes\n") && answer.text.ends_with("payload"), "{}", answer.text);
    for secret in [KEY, "cookie", "x-hop", "provider-config-key", "nango-proxy"] {
        assert!(!answer.text.contains(secret), "{secret}: {}", answer.text);
    }
    assert_eq!(answer.headers["x-rate-limit"], "9");
    assert!(answer.headers.get("access-control-allow-origin").is_none_or(|origin| origin == "*"));
}

#[tokio::test]
async fn what_never_reached_the_provider_has_a_code() {
    let app = TestApp::connected().await;
    let base = provider().await;
    let send = |request: http::request::Builder| app.send(request.body(Body::empty()).unwrap());
    assert_eq!(send(call("http://169.254.169.254", "/proxy/latest")).await.refusal(), refused(400, "base_url_override_not_allowed"));
    assert_eq!(send(call(&base, "/proxy/x").header("retries", "-1")).await.refusal(), refused(400, "invalid_headers"));
    assert_eq!(send(call("", "/proxy/x")).await.refusal(), refused(400, "missing_api_url"));
    let named = |integration: &str, connection: &str| {
        let request = Request::get("/proxy/x").header("authorization", KEY);
        send(request.header("provider-config-key", integration).header("connection-id", connection))
    };
    assert_eq!(named("nope", "c1").await.refusal(), refused(404, "unknown_provider_config"));
    assert_eq!(named("plain", "nope").await.refusal(), refused(400, "server_error"));
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failed = send(call(&format!("http://{closed}"), "/proxy/x")).await;
    assert_eq!(failed.refusal(), refused(500, "ECONNREFUSED"));
    assert_eq!((&failed.json()["code"], &failed.json()["method"]), (&json!("ECONNREFUSED"), &json!("POST")));
}

#[tokio::test]
async fn a_body_too_large_to_keep_passes_through() {
    let app = TestApp::connected().await;
    let base = provider().await;
    let chunks = (0..48).map(|_| Ok::<_, std::convert::Infallible>(vec![b'x'; 64 * 1024]));
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let answer = app.send(call(&base, "/proxy/upload").body(body).unwrap()).await;
    let (_, received) = answer.text.rsplit_once('\n').unwrap();
    assert_eq!((answer.status, received.len()), (StatusCode::CREATED, 48 * 64 * 1024));
}
