//! Every rule of "which answer belongs to a request".

use serde_json::{Value, json};
use syncline_outbound::{CallBody, ProxyCall};

use super::*;

fn recording(api: &Value) -> Recording {
    Recording::parse(&json!({ "api": api }).to_string()).unwrap()
}

fn request(method: &str, endpoint: &str, query: &str) -> Identity {
    Identity::of(&ProxyCall {
        method: method.parse().unwrap(),
        endpoint: endpoint.to_owned(),
        query: Some(query.to_owned()).filter(|query| !query.is_empty()),
        ..ProxyCall::default()
    })
}

fn with_body(body: &str) -> Identity {
    let call = ProxyCall { method: http::Method::POST, endpoint: "/a".to_owned(), ..ProxyCall::default() };
    Identity::of(&ProxyCall { body: CallBody::Bytes(body.to_owned().into()), ..call })
}

fn body_of(recording: &Recording, request: &Identity) -> Option<String> {
    let response = recording.answer(request)?.response("https://example.com/".parse().unwrap());
    Some(String::from_utf8(response.body.to_vec()).unwrap())
}

#[test]
fn the_first_answer_that_fits_is_given() {
    let by_hash = request("GET", "/a", "x=1").hash();
    let table = [
        // path, entries, query, expected
        (
            "/a",
            json!([{ "response": 1, "request": { "params": { "x": "1" } } }, { "response": 2, "request": { "params": { "x": "2" } } }]),
            "x=2",
            Some("2"),
        ),
        ("a", json!({ "response": 1, "request": { "params": { "x": 1 } } }), "x=1", Some("1")),
        ("/a", json!({ "response": 1, "request": { "params": [["x", "1"]] } }), "x=1", Some("1")),
        ("/a", json!({ "response": 1, "request": { "params": { "x": ["1", "2"] } } }), "x=1&x=2", Some("1")),
        ("/a", json!({ "response": 1, "request": { "params": { "x": "1" } } }), "x=1&y=2", None),
        ("/a", json!({ "response": 1, "request": { "params": { "x": "1", "y": "2" } } }), "x=1", None),
        ("/a", json!({ "response": 1, "request": {} }), "", Some("1")),
        ("/a", json!({ "response": 1, "request": {} }), "x=1", None),
        ("/a", json!([{ "response": 1, "hash": "0" }, { "response": 2, "hash": by_hash }]), "x=1", Some("2")),
        ("/a", json!({ "response": 1, "hash": "0", "request": { "params": { "x": "1" } } }), "x=1", Some("1")),
        ("/a", json!({ "response": 1 }), "", Some("1")),
        ("/a", json!([{ "response": 1 }]), "", Some("1")),
        ("/a", json!({ "response": 1 }), "x=1", None),
        ("/a", json!([{ "response": 1 }, { "response": 2 }]), "", None),
        ("/b", json!({ "response": 1 }), "", None),
        ("/a", json!({ "response": 1, "request": { "params": { "page": "2" } } }), "page=2&access_token=x", Some("1")),
    ];
    for (path, entries, query, expected) in table {
        let recording = recording(&json!({ "get": { path: entries } }));
        let found = body_of(&recording, &request("GET", "/a", query));
        assert_eq!(found.as_deref(), expected, "{path} {entries} for ?{query}");
        assert_eq!(body_of(&recording, &request("POST", "/a", query)), None, "another method");
    }
}

#[test]
fn headers_and_bodies_count_where_they_were_recorded() {
    let headers =
        recording(&json!({ "get": { "/a": { "response": 1, "request": { "headers": { "Nango-Proxy-X": "1", "accept": "y" } } } } }));
    let mut asked = request("GET", "/a", "");
    assert_eq!(body_of(&headers, &asked), None);
    asked.headers = vec![("x".to_owned(), "1".to_owned())];
    assert_eq!(body_of(&headers, &asked).as_deref(), Some("1"));

    let long = json!({ "text": "x".repeat(1_000) });
    let table = [
        (json!({ "b": 1, "a": 2 }), r#"{"b":1,"a":2}"#, true),
        (json!(r#"{"b":1}"#), r#"{ "b": 1 }"#, true),
        (json!({ "b": 1, "a": 2 }), r#"{"a":2.0,"b":1}"#, true),
        (json!({ "b": 1 }), r#"{"b":2}"#, false),
        (json!("a=1&b=2"), "a=1&b=2", true),
        (long.clone(), &long.to_string(), true),
        (with_body(&long.to_string()).data.into(), &long.to_string(), true),
        (Value::Null, "anything", true),
    ];
    for (data, sent, fits) in table {
        let recording = recording(&json!({ "post": { "/a": { "response": 1, "request": { "data": data } } } }));
        assert_eq!(recording.answer(&with_body(sent)).is_some(), fits, "{data} for {sent}");
    }
}

#[test]
fn an_answer_is_what_came_over_the_network() {
    let table = [
        (json!({ "id": 9_007_199_254_740_993_u64 }), r#"{"id":9007199254740993}"#),
        (json!("<html>"), "<html>"),
        (json!({ "type": "Buffer", "data": [104, 105] }), "hi"),
        (json!({ "type": "Buffer", "data": "aGk=" }), "hi"),
        (json!({ "type": "Buffer" }), r#"{"type":"Buffer"}"#),
        (json!(""), ""),
    ];
    for (response, body) in table {
        let recording = recording(&json!({ "get": { "/a": { "response": response, "status": 404, "headers": { "Link": "<x>" } } } }));
        let answer = recording.answer(&request("GET", "a", "")).unwrap().response("https://example.com/".parse().unwrap());
        assert_eq!((answer.status.as_u16(), &answer.headers["link"], &*answer.body), (404, &"<x>".parse().unwrap(), body.as_bytes()));
    }
}

#[test]
fn a_missing_answer_names_the_nearest_and_what_differs() {
    let known = recording(&json!({
        "get": { "/repos/acme/api/issues": [
            { "response": [], "request": { "params": { "state": "all", "per_page": "100" } } },
            { "response": [], "request": { "params": { "page": "7", "other": "x", "more": "y" } } },
        ] },
        "post": { "/graphql": { "response": {}, "request": { "data": { "query": "{ me }" } } } },
    }));
    let said = |method: &str, endpoint: &str, query: &str| known.missing(&request(method, endpoint, query));
    assert_eq!(
        said("GET", "/repos/acme/api/issues", "state=open&page=2"),
        "there is no recorded answer to GET /repos/acme/api/issues?page=2&state=open: the nearest is \
         GET /repos/acme/api/issues?per_page=100&state=all; the parameter `per_page` is missing, it was `100`; the parameter `state` was \
         `all`, now `open`; the parameter `page` is new: `2`"
    );
    assert!(
        said("GET", "/repos/acme/ap/issues", "").contains("nothing was recorded for this path; the nearest is GET /repos/acme/api/issues")
    );
    assert!(said("POST", "/graphql", "").contains(r#"the body was `{"query":"{ me }"}`, now nothing"#));
    assert!(Recording::default().missing(&request("GET", "/a", "")).ends_with("the recording has no answers at all"));
}

#[test]
fn the_hosts_of_all_links_are_known() {
    let file = r#"{"api":{"get":{
        "/a": {"response": {"next": "http://b.example:8080/x", "none": "https://"}, "headers": {"link": "<https://api.example.com/a>; rel=next"}},
        "/b": {"response": ["https:\/\/c.example\/"]}
    }}}"#;
    assert_eq!(Recording::parse(file).unwrap().hosts(), ["api.example.com", "b.example", "c.example"]);
}

#[test]
fn a_file_that_is_none_says_where() {
    assert!(Recording::parse("[]").unwrap_err().contains("is not a recording"));
    let wrong = Recording::parse(r#"{"api":{"get":{"/a":{"status":"x"}}}}"#).unwrap_err();
    assert!(wrong.starts_with("has an answer to get /a that is none: "), "{wrong}");
    let null = Recording::parse(r#"{"input":null,"output":null,"nango":null,"api":null}"#).unwrap();
    assert_eq!((null.input, null.output), (None, None));
}
