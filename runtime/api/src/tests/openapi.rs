//! The description of the API against the API.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    serde_json::to_value(crate::openapi::document()).unwrap()
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().filter(|(method, _)| METHODS.contains(&method.as_str())).map(move |(m, o)| (path, m, o))
    })
}

/// Sends a request with each method to each path of the router: whatever does not answer 405 is an endpoint.
#[tokio::test]
async fn the_description_has_the_routers_endpoints_and_no_others() {
    let app = TestApp::new().await;
    let mut served = BTreeSet::new();
    for path in routes::paths(&app.state) {
        let key = match path {
            _ if path.starts_with("/operator") || path == "/metrics" => OPERATOR_TOKEN,
            _ if path.starts_with("/environments") || path == "/environment/api-keys" => ACCOUNT_KEY,
            _ => KEY,
        };
        let target = path.replace("{*", "{").replace(['{', '}'], "");
        for method in METHODS {
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(&target);
            let request = request.header("authorization", format!("Bearer {key}")).header("content-type", "application/json");
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            if answer.status != StatusCode::METHOD_NOT_ALLOWED {
                served.insert(format!("{method} {}", path.replace("{*", "{")));
            }
        }
    }
    let document = document();
    let described: BTreeSet<String> = operations(&document).map(|(path, method, _)| format!("{method} {path}")).collect();
    let missing: Vec<_> = served.difference(&described).collect();
    let invented: Vec<_> = described.difference(&served).collect();
    assert!(missing.is_empty() && invented.is_empty(), "not described: {missing:#?}\nnot served: {invented:#?}");
}

#[test]
fn every_endpoint_says_what_it_is_about() {
    let document = document();
    let tags: BTreeSet<&str> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeMap::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let tag = operation["tags"][0].as_str().unwrap_or_else(|| panic!("{at} has no tag"));
        assert!(tags.contains(tag), "{at} has the tag `{tag}`, which no section describes");
        assert!(operation["summary"].is_string(), "{at} has no summary");
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{at} has no id"));
        if let Some(other) = ids.insert(id.to_owned(), at.clone()) {
            panic!("{at} and {other} have the same id `{id}`");
        }
        let named: BTreeSet<&str> = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let declared: BTreeSet<&str> =
            parameters.iter().filter(|parameter| parameter["in"] == "path").map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(named, declared, "{at}: parameters of the path");
        assert!(
            operation["responses"].as_object().unwrap().keys().any(|status| status == "default" || status.starts_with(['1', '2', '3'])),
            "{at} says nothing of success"
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(document: &Value, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
                }
                fields.values().for_each(|value| check(document, value));
            }
            Value::Array(values) => values.iter().for_each(|value| check(document, value)),
            _ => {}
        }
    }
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    check(&document, &document);
}
