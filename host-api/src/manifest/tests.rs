use super::*;

fn parse(functions: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(&format!(r#"{{"functions": [{functions}]}}"#))
}

#[test]
fn a_full_manifest_keeps_every_field_and_ignores_unknown_ones() {
    let manifest = Manifest::parse(
        r#"{"sdk": {"name": "syncline-functions", "version": "0.1.0", "language": "rust", "new": 1}, "integration": "github",
            "functions": [{"name": "issues", "kind": "sync", "schedule": "every 1h", "time_zone": "Europe/Berlin", "auto_start": false,
              "models": [{"name": "GithubIssue", "schema": {"type": "object", "required": ["id"]}}],
              "input": null, "egress": ["*.example.com"], "grants": ["credentials"], "limits": {"memory_mb": 64}, "later": true}]}"#,
    )
    .unwrap();
    let function = manifest.function(FunctionKind::Sync, "issues").unwrap();
    assert_eq!(manifest.sdk.language, "rust");
    assert_eq!(function.schedule.as_deref(), Some("every 1h"));
    assert!(!function.auto_start && function.input.is_none());
    assert_eq!(function.models[0].schema.get(), r#"{"type": "object", "required": ["id"]}"#);
    assert_eq!(function.limits, FunctionLimits { memory_mb: Some(64), ..FunctionLimits::default() });
}

#[test]
fn what_is_wrong_is_named_by_function_and_field() {
    let cases = [
        (r#"{"name": "a b", "kind": "sync"}"#, "a b", "name"),
        (r#"{"name": "a", "kind": "event"}"#, "\"a\"", "event"),
        (r#"{"name": "a", "kind": "action", "event": "validate-connection"}"#, "\"a\"", "event"),
        (r#"{"name": "a", "kind": "action", "schedule": "every 1h"}"#, "\"a\"", "schedule"),
        (r#"{"name": "a", "kind": "cron"}"#, "\"a\"", "cron"),
        (r#"{"name": "a"}"#, "\"a\"", "kind"),
        (r#"{"kind": "sync"}"#, "number 1", "name"),
        (r#"{"name": "a", "kind": "sync", "models": [{"name": "issue", "schema": {}}]}"#, "\"a\"", "models[0].name"),
        (r#"{"name": "a", "kind": "sync", "models": [{"name": "Issue", "schema": 1}]}"#, "\"a\"", "models[0].schema"),
        (
            r#"{"name": "a", "kind": "sync", "models": [{"name": "Issue", "schema": {}}, {"name": "Issue", "schema": {}}]}"#,
            "\"a\"",
            "models[1].name",
        ),
        (r#"{"name": "a", "kind": "sync", "limits": {"memory_mb": 0}}"#, "\"a\"", "limits.memory_mb"),
        (r#"{"name": "a", "kind": "action", "input": "string"}"#, "\"a\"", "input"),
        (
            r#"{"name": "a", "kind": "action", "endpoints": [{"method": "GET", "path": "/a"}, {"method": "get", "path": "/b"}]}"#,
            "\"a\"",
            "endpoints[1]",
        ),
        (r#"{"name": "a", "kind": "action", "endpoints": [{"method": "GET", "path": "a"}]}"#, "\"a\"", "endpoints[0]"),
        (r#"{"name": "a", "kind": "action", "endpoints": [{"method": "GET", "path": "/a?b"}]}"#, "\"a\"", "endpoints[0]"),
        (r#"{"name": "a", "kind": "sync", "endpoints": [{"method": "POST", "path": "/a"}]}"#, "\"a\"", "endpoints[0]"),
        (
            r#"{"name": "a", "kind": "event", "event": "validate-connection", "endpoints": [{"method": "GET", "path": "/a"}]}"#,
            "\"a\"",
            "endpoints",
        ),
        (r#"{"name": "a", "kind": "sync", "egress": ["a.example", "https://b.example"]}"#, "\"a\"", "egress[1]"),
        (r#"{"name": "a", "kind": "sync", "egress": ["*example.com"]}"#, "\"a\"", "egress[0]"),
        (r#"{"name": "a", "kind": "sync", "egress": ["a.example:8080"]}"#, "\"a\"", "egress[0]"),
    ];
    for (functions, name, field) in cases {
        let message = parse(functions).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(field), "{functions}: {message}");
    }
}

#[test]
fn a_name_may_serve_one_function_of_each_kind_but_not_two_of_one() {
    assert!(parse(r#"{"name": "a", "kind": "sync"}, {"name": "a", "kind": "action"}"#).is_ok());
    let error = parse(r#"{"name": "a", "kind": "sync"}, {"name": "a", "kind": "sync"}"#).unwrap_err();
    assert_eq!(error.code(), "duplicate_function");
    assert_eq!(error.to_string(), r#"the manifest describes the sync "a" twice"#);
}

#[test]
fn a_manifest_without_functions_is_refused() {
    assert!(matches!(parse(""), Err(ManifestError::Empty)));
    assert!(matches!(Manifest::parse("{}"), Err(ManifestError::Malformed(_))));
    assert!(matches!(Manifest::parse("not json"), Err(ManifestError::Malformed(_))));
}

#[test]
fn an_endpoint_belongs_to_one_function() {
    let function = |name: &str, method: &str| {
        format!(r#"{{"name": "{name}", "kind": "action", "endpoints": [{{"method": "{method}", "path": "/x"}}]}}"#)
    };
    assert!(parse(&format!("{}, {}", function("a", "GET"), function("b", "POST"))).is_ok());
    let error = parse(&format!("{}, {}", function("a", "GET"), function("b", "GET"))).unwrap_err();
    assert_eq!(error.code(), "duplicate_endpoint");
    assert!(error.to_string().contains("GET /x") && error.to_string().contains("\"b\""), "{error}");
}

#[test]
fn a_function_may_reach_hosts_their_subdomains_or_any() {
    assert!(parse(r#"{"name": "a", "kind": "sync", "egress": ["*", "*.files.example.com", "127.0.0.1", "example.com."]}"#).is_ok());
}
