use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use syncline_domain::{Credentials, Secret};

use super::*;

fn values(target: &ProviderTarget) -> RequestValues<'_> {
    RequestValues { target, now: syncline_domain::Timestamp::default(), random: String::new() }
}

fn target(base: &str, query: &str) -> ProviderTarget {
    let text = format!(
        "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  mode: \
         API_KEY\nproxy:\n  base_url: {base}\n  headers:\n    x-key: ${{apiKey}}\n  query: {query}\nconnection_config:\n  region:\n    \
         title: R\n    description: R\n"
    );
    ProviderTarget {
        entry: Arc::new(syncline_providers::parse_entry(Path::new("acme.yaml"), &text).unwrap()),
        connection_config: Arc::new(json!({"region": "eu"}).as_object().unwrap().clone()),
        credentials: Arc::new(Credentials::ApiKey { api_key: Secret::new("se&cret") }),
        client: None,
    }
}

fn call(endpoint: &str, query: Option<&str>) -> ProxyCall {
    ProxyCall { endpoint: endpoint.to_owned(), query: query.map(str::to_owned), ..ProxyCall::default() }
}

fn url(base: &str, call: &ProxyCall) -> Result<String, ProxyError> {
    build(&values(&target(base, "{}")), call).map(String::from)
}

#[test]
fn base_endpoint_and_query_become_one_url() {
    let table = [
        ("https://${connectionConfig.region}.acme.example/v1/", "/users", None, "https://eu.acme.example/v1/users"),
        ("https://acme.example/v1", "users?a=1", Some("b=%20c&b=d"), "https://acme.example/v1/users?a=1&b=%20c&b=d"),
        ("https://acme.example/v1", "", None, "https://acme.example/v1"),
        ("https://acme.example", "///a//b/", None, "https://acme.example/a//b/"),
        ("https://acme.example", "a b/ü%2F?q=ü#x", None, "https://acme.example/a%20b/%C3%BC%2F?q=%C3%BC"),
        ("https://acme.example", "@evil.example/x", None, "https://acme.example/@evil.example/x"),
        ("https://acme.example", "\\\\evil.example", None, "https://acme.example///evil.example"),
        ("https://acme.example/v1", "https://acme.example/v1/users?a=1", None, "https://acme.example/v1/users?a=1"),
    ];
    for (base, endpoint, query, expected) in table {
        let built = url(base, &call(endpoint, query)).unwrap_or_else(|error| panic!("{endpoint}: {error}"));
        assert_eq!(built, expected, "{endpoint}");
    }
}

#[test]
fn an_endpoint_cannot_leave_the_base() {
    for endpoint in ["https://evil.example/x", "HTTPS://evil.example", "https://acme.example.evil.example/", "http://acme.example/"] {
        assert!(matches!(url("https://acme.example", &call(endpoint, None)), Err(ProxyError::EgressDenied { .. })), "{endpoint}");
    }
    for endpoint in ["../admin", "x/../../admin", "%2e%2e/admin", "..\\admin", "a\tb", "a\r\nHost: evil", "a?b\nc"] {
        assert!(matches!(url("https://acme.example/v1", &call(endpoint, None)), Err(ProxyError::InvalidUrl { .. })), "{endpoint}");
    }
    assert!(matches!(url("https://acme.example", &call("x", Some("a\nb"))), Err(ProxyError::InvalidUrl { .. })));
    assert!(matches!(url("https://acme.example", &call(&"x".repeat(40_000), None)), Err(ProxyError::InvalidUrl { .. })));
}

#[test]
fn a_function_reaches_declared_hosts_only() {
    let mut call = call("https://files.acme.example/x", None);
    call.extra_hosts = Some(Arc::from(["files.acme.example".to_owned()]));
    assert_eq!(url("https://acme.example", &call).unwrap(), "https://files.acme.example/x");
    call.endpoint = "/x".to_owned();
    call.base_url_override = Some("https://evil.example".to_owned());
    assert!(matches!(url("https://acme.example", &call), Err(ProxyError::EgressDenied { .. })));
    call.base_url_override = Some("https://acme.example".to_owned());
    assert_eq!(url("https://acme.example/v1", &call).unwrap(), "https://acme.example/x");
    call.extra_hosts = Some(Arc::from(["*".to_owned()]));
    call.base_url_override = Some("https://elsewhere.example/api".to_owned());
    assert_eq!(url("https://acme.example", &call).unwrap(), "https://elsewhere.example/api/x");
    call.endpoint = "https://third.example/y".to_owned();
    assert_eq!(url("https://acme.example", &call).unwrap(), "https://third.example/y");
}

/// P5: a key in the query is as much the provider's as one in a header.
#[test]
fn a_caller_cannot_replace_the_key_in_the_query() {
    let target = target("https://acme.example", "{key: '${apiKey}', v: '2'}");
    let url = build(&values(&target), &call("x?key=evil&a=1", Some("k%65y=evil&V=3"))).unwrap();
    assert_eq!(url.as_str(), "https://acme.example/x?a=1&V=3&key=se%26cret&v=2");
    assert!(!crate::error::place(&url).contains("cret"));
}

#[test]
fn a_missing_value_is_named() {
    let mut target = target("https://${connectionConfig.region}.acme.example", "{}");
    target.connection_config = Arc::default();
    let error = build(&values(&target), &call("x", None)).unwrap_err();
    assert_eq!(error.code(), "unresolved_base_url");
    assert!(error.to_string().contains("connectionConfig.region"), "{error}");
}
