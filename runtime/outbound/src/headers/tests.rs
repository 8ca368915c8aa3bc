use std::path::Path;
use std::sync::Arc;

use http::HeaderName;
use serde_json::json;
use syncline_domain::{Secret, Timestamp};

use super::*;
use crate::ProviderTarget;

fn target(headers: &str) -> ProviderTarget {
    let text = format!(
        "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  mode: \
         API_KEY\nproxy:\n  base_url: https://acme.example\n  headers: {headers}\nconnection_config:\n  org:\n    title: O\n    \
         description: O\n"
    );
    ProviderTarget {
        entry: Arc::new(syncline_providers::parse_entry(Path::new("acme.yaml"), &text).unwrap()),
        connection_config: Arc::new(json!({"org": "a\r\nx-evil: 1"}).as_object().unwrap().clone()),
        credentials: Arc::new(Credentials::ApiKey { api_key: Secret::new("the-key") }),
        client: None,
    }
}

fn sent(target: &ProviderTarget, caller: &HeaderMap) -> (HeaderMap, Vec<HeaderName>) {
    let now = Timestamp::parse("2026-01-01T12:00:00.5Z").unwrap();
    outgoing(&RequestValues { target, now, random: "a-uuid".to_owned() }, caller, "syncline")
}

fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
}

/// P5
#[test]
fn a_caller_cannot_replace_the_credential_or_reach_the_transport() {
    let target = target("{x-api-key: '${apiKey}', x-version: '1'}");
    let caller = map(&[
        ("x-api-key", "evil"),
        ("x-version", "2"),
        ("x-own", "a"),
        ("x-own", "b"),
        ("user-agent", "mine"),
        ("host", "evil.example"),
        ("content-length", "3"),
        ("transfer-encoding", "chunked"),
        ("connection", "close, X-Hop"),
        ("x-hop", "1"),
        ("te", "trailers"),
        ("upgrade", "h2c"),
        ("x-forwarded-for", "1.1.1.1"),
        ("forwarded", "for=1.1.1.1"),
        ("connection-id", "c"),
        ("provider-config-key", "p"),
        ("nango-is-sync", "true"),
        ("accept-encoding", "gzip"),
    ]);
    let (sent, credentials) = sent(&target, &caller);
    assert_eq!(credentials, ["x-api-key"]);
    let mut lines: Vec<String> = sent.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    let expected =
        ["accept: application/json, text/plain, */*", "user-agent: mine", "x-api-key: the-key", "x-own: a", "x-own: b", "x-version: 2"];
    assert_eq!(lines, expected);
}

#[test]
fn a_header_may_tell_the_moment_and_a_number_used_once() {
    let target = target("{x-api-key: '${apiKey}', x-id: '${random}', x-at: '${now}', x-ms: '${now.ms}', date: '${now.iso}'}");
    let (sent, credentials) = sent(&target, &HeaderMap::new());
    let value = |name: &str| sent[name].to_str().unwrap().to_owned();
    assert_eq!(
        [value("x-id"), value("x-at"), value("x-ms"), value("date")],
        ["a-uuid", "1767268800", "1767268800500", "2026-01-01T12:00:00Z"]
    );
    assert_eq!(credentials, ["x-api-key"]);
}

#[test]
fn the_entrys_user_agent_stays() {
    let (sent, _) = sent(&target("{x-api-key: '${apiKey}', user-agent: demanded}"), &map(&[("user-agent", "mine")]));
    assert_eq!(sent[USER_AGENT], "demanded");
}

/// P4: a value with a line end would be a header of its own.
#[test]
fn a_templated_value_cannot_add_a_header() {
    let (sent, _) = sent(&target("{x-api-key: '${apiKey}', x-org: '${connectionConfig.org}'}"), &HeaderMap::new());
    assert!(!sent.contains_key("x-org") && !sent.contains_key("x-evil"));
}

#[test]
fn a_response_keeps_what_is_end_to_end() {
    let received = map(&[
        ("content-type", "text/plain"),
        ("x-ratelimit-remaining", "3"),
        ("set-cookie", "a=b"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("keep-alive", "timeout=5"),
        ("content-length", "4"),
        ("strict-transport-security", "max-age=1"),
        ("access-control-allow-origin", "*"),
    ]);
    let kept: Vec<String> = incoming(received).keys().map(ToString::to_string).collect();
    assert_eq!(kept, ["content-type", "x-ratelimit-remaining", "set-cookie"]);
}
