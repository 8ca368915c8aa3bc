//! P3, P5: credentials that a provider wants in the body of each request.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use syncline_domain::{Credentials, Secret};
use syncline_outbound::{CallBody, CredentialError, CredentialSource, ProviderTarget, ProxyCall, Refresh};

use crate::fixture::{CANARY, client, proxy};
use crate::server::{Answer, Server};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A connection whose key goes into the body, a field deep.
struct InBody(String);

#[async_trait]
impl CredentialSource for InBody {
    async fn target(&self, _: Refresh) -> Result<ProviderTarget, CredentialError> {
        let text = format!(
            "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth: {{mode: API_KEY}}\n\
             proxy:\n  base_url: {}\n  body: {{auth.key: '${{apiKey}}', auth.user: '${{connectionConfig.user}}', api: v2}}\n\
             connection_config:\n  user: {{title: User, description: Of the account, optional: true}}\n",
            self.0
        );
        Ok(ProviderTarget {
            entry: Arc::new(syncline_providers::parse_entry(Path::new("acme.yaml"), &text).unwrap()),
            connection_config: Arc::default(),
            credentials: Arc::new(Credentials::ApiKey { api_key: Secret::new(CANARY) }),
            client: None,
        })
    }
}

fn call(method: Method, body: CallBody) -> ProxyCall {
    ProxyCall { method, endpoint: "/things".to_owned(), body, ..ProxyCall::default() }
}

fn bytes(text: &'static str) -> CallBody {
    CallBody::Bytes(Bytes::from_static(text.as_bytes()))
}

#[tokio::test]
async fn a_body_takes_the_credentials_and_keeps_the_callers_digits() {
    let server = Server::always(OK).await;
    let (proxy, _) = proxy(client());
    let source = InBody(server.url(""));
    let sent = [
        // A caller's own key is not the connection's. What does not resolve is left out; numbers stay as they were written.
        (Method::POST, bytes(r#"{"n":12345678901234567890.10,"auth":{"key":"mine","more":[1]},"api":"v1"}"#)),
        (Method::PUT, CallBody::Empty),
        (Method::GET, CallBody::Empty),
        (Method::DELETE, CallBody::Empty),
    ];
    for (method, body) in sent {
        proxy.send(&source, call(method, body)).await.unwrap();
    }
    let seen: Vec<String> = server.requests().into_iter().map(|request| request.body).collect();
    let expected = [
        format!(r#"{{"n":12345678901234567890.10,"auth":{{"key":"{CANARY}","more":[1]}},"api":"v2"}}"#),
        format!(r#"{{"auth":{{"key":"{CANARY}"}},"api":"v2"}}"#),
        String::new(),
        String::new(),
    ];
    assert_eq!(seen, expected);
    assert!(server.requests()[1].head.contains("content-type: application/json"));
}

#[tokio::test]
async fn a_body_that_cannot_take_them_is_refused_and_one_of_another_type_is_sent() {
    let server = Server::always(OK).await;
    let (proxy, _) = proxy(client());
    let source = InBody(server.url(""));
    let stream = || CallBody::stream(futures_util::stream::iter([Ok(Bytes::from_static(b"{}"))]), None);
    for body in [bytes("[1]"), bytes("{"), bytes(r#"{"auth":"x"}"#), stream()] {
        let error = proxy.send(&source, call(Method::POST, body)).await.unwrap_err();
        assert_eq!(error.code(), "body_not_writable");
        assert!(!error.to_string().contains(CANARY), "{error}");
    }
    assert!(server.requests().is_empty());
    let mut form = call(Method::POST, bytes("a=b"));
    form.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    proxy.send(&source, form).await.unwrap();
    assert_eq!(server.requests()[0].body, "a=b");
}

#[tokio::test]
async fn a_redirect_to_another_host_does_not_get_them() {
    let other = Server::always(OK).await;
    let location = other.url("/there");
    let answer = move |_: usize, _: &crate::server::Request| {
        Answer::Close(format!("HTTP/1.1 307 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n").into())
    };
    let server = Server::start(answer).await;
    let (proxy, _) = proxy(client());
    let error = proxy.send(&InBody(server.url("")), call(Method::POST, bytes("{}"))).await.unwrap_err();
    assert_eq!(error.code(), "body_not_replayable");
    assert!(other.requests().is_empty());
}
