use std::path::Path;

use http::{HeaderMap, StatusCode};
use syncline_providers::{Entry, parse_entry};

use super::*;

fn entry(paginate: &str) -> Entry {
    let text = format!(
        "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  mode: \
         API_KEY\nproxy:\n  base_url: https://acme.example\n  query: {{key: '${{apiKey}}'}}\n{paginate}"
    );
    parse_entry(Path::new("acme.yaml"), &text).unwrap()
}

fn paginator(config: &str, call: ProxyCall) -> Paginator {
    Paginator::new(PaginateConfig::new(&entry(""), Some(config), None).unwrap(), call).unwrap()
}

fn get(endpoint: &str) -> ProxyCall {
    ProxyCall { endpoint: endpoint.to_owned(), ..ProxyCall::default() }
}

fn answer(url: &str, body: &str) -> BufferedResponse {
    BufferedResponse {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
        attempts: 1,
        url: url.parse().unwrap(),
    }
}

const URL: &str = "https://acme.example/items";

#[test]
fn a_cursor_is_followed_to_its_end_and_numbers_keep_their_digits() {
    let config = r#"{"type": "cursor", "cursor_name_in_request": "after", "cursor_path_in_response": "paging.next", "response_path": "data",
        "limit": 2, "limit_name_in_request": "size"}"#;
    let mut pages = paginator(config, get("/items?after=old&q=1"));
    assert_eq!(pages.next_call().unwrap().query.unwrap(), "after=old&q=1&size=2");
    let page = pages.accept(&answer(URL, r#"{"data":[{"id":12345678901234567890.0},2],"paging":{"next":"a&b"}}"#)).unwrap().unwrap();
    assert_eq!((page.items.get(), page.len, page.next.as_deref()), (r#"[{"id":12345678901234567890.0},2]"#, 2, Some("a&b")));
    let call = pages.next_call().unwrap();
    assert_eq!((call.endpoint.as_str(), call.query.as_deref()), ("/items", Some("q=1&size=2&after=a%26b")));
    pages.accept(&answer(URL, r#"{"data":[3],"paging":{"next":98765432109876543210}}"#)).unwrap().unwrap();
    assert_eq!(pages.next_call().unwrap().query.unwrap(), "q=1&size=2&after=98765432109876543210");
    let last = pages.accept(&answer(URL, r#"{"data":[4],"paging":{"next":""}}"#)).unwrap().unwrap();
    assert_eq!(last.next, None);
    assert!(pages.next_call().is_none());
}

#[test]
fn an_empty_page_ends_a_cursor_and_an_offset_but_not_a_link() {
    let mut cursor =
        paginator(r#"{"type":"cursor","cursor_name_in_request":"c","cursor_path_in_response":"n","response_path":"d"}"#, get("/"));
    assert!(cursor.accept(&answer(URL, r#"{"d":[],"n":"x"}"#)).unwrap().is_none());
    assert!(cursor.next_call().is_none());
    let mut link = paginator(r#"{"type":"link","link_path_in_response_body":"n","response_path":"d"}"#, get("/"));
    let page = link.accept(&answer(URL, r#"{"d":[],"n":"/items?p=2"}"#)).unwrap().unwrap();
    assert_eq!((page.len, page.next.as_deref()), (0, Some("https://acme.example/items?p=2")));
    assert_eq!(link.next_call().unwrap().query.unwrap(), "p=2");
}

#[test]
fn the_last_items_id_can_be_the_cursor() {
    let mut pages = paginator(
        r#"{"type":"cursor","cursor_name_in_request":"after","cursor_path_in_response":"data.-1.id","response_path":"data"}"#,
        get("/"),
    );
    let page = pages.accept(&answer(URL, r#"{"data":[{"id":"a"},{"id":"b"}]}"#)).unwrap().unwrap();
    assert_eq!(page.next.as_deref(), Some("b"));
}

/// OData names its next page with a dot in the key.
#[test]
fn a_path_finds_keys_with_dots() {
    let mut top = paginator(r#"{"type":"link","link_path_in_response_body":"@odata.nextLink","response_path":"value"}"#, get("/"));
    let page = top.accept(&answer(URL, r#"{"value":[1],"@odata.nextLink":"https://acme.example/items?$skip=1"}"#)).unwrap().unwrap();
    assert_eq!(page.next.as_deref(), Some("https://acme.example/items?$skip=1"));
    let mut below = paginator(r#"{"type":"link","link_path_in_response_body":"d.@odata.nextLink","response_path":"d.value"}"#, get("/"));
    let page = below.accept(&answer(URL, r#"{"d":{"value":[1],"@odata.nextLink":"/items?p=2"}}"#)).unwrap().unwrap();
    assert_eq!(page.next.as_deref(), Some("https://acme.example/items?p=2"));
}

#[test]
fn an_offset_counts_items_or_pages_and_a_short_page_is_the_last() {
    let mut items = paginator(r#"{"type":"offset","offset_name_in_request":"skip","limit":2,"limit_name_in_request":"top"}"#, get("/"));
    assert_eq!(items.next_call().unwrap().query.unwrap(), "top=2&skip=0");
    items.accept(&answer(URL, "[1,2]")).unwrap().unwrap();
    assert_eq!(items.next_call().unwrap().query.unwrap(), "top=2&skip=2");
    assert_eq!(items.accept(&answer(URL, "[3]")).unwrap().unwrap().next, None);
    assert!(items.next_call().is_none());
    let config = r#"{"type":"offset","offset_name_in_request":"page","offset_start_value":1,"offset_calculation_method":"per-page"}"#;
    let mut pages = paginator(config, get("/"));
    pages.accept(&answer(URL, "[1,2,3]")).unwrap();
    assert_eq!(pages.next_call().unwrap().query.unwrap(), "page=2");
}

#[test]
fn parameters_of_a_post_go_into_its_body_which_stays_exact() {
    let body = CallBody::Bytes(r#"{"filter":{"n":12345678901234567890123},"page":{"x":1}}"#.into());
    let call = ProxyCall { method: Method::POST, body, ..get("/search") };
    let config = r#"{"type":"cursor","cursor_name_in_request":"page.after","cursor_path_in_response":"n","response_path":"d"}"#;
    let mut pages = paginator(config, call);
    pages.accept(&answer(URL, r#"{"d":[1],"n":"x\"y"}"#)).unwrap();
    let CallBody::Bytes(bytes) = pages.next_call().unwrap().body else { panic!() };
    assert_eq!(bytes, r#"{"filter":{"n":12345678901234567890123},"page":{"x":1,"after":"x\"y"}}"#);
}

#[test]
fn a_link_header_is_read_as_rfc_8288_writes_it() {
    let mut pages = paginator(r#"{"type":"link","link_rel_in_response_header":"next"}"#, get("/items?page=1"));
    let mut response = answer("https://acme.example/items?page=1&key=secret", "[1]");
    let value = r#"<https://acme.example/a?x=1,2>; title="a, b; rel=next"; rel="prev last", </items?page=2&key=secret>; REL="next foo""#;
    response.headers.insert(LINK, value.parse().unwrap());
    let page = pages.accept(&response).unwrap().unwrap();
    assert_eq!(page.next.as_deref(), Some("https://acme.example/items?page=2"), "the provider's own parameter is not shown");
    let call = pages.next_call().unwrap();
    assert_eq!((call.base_url_override.as_deref(), call.endpoint.as_str()), (Some("https://acme.example"), "/items"));
    // A page that links to itself is the last.
    response.url = "https://acme.example/items?page=2".parse().unwrap();
    assert_eq!(pages.accept(&response).unwrap().unwrap().next, None);
    assert!(pages.next_call().is_none());
}

/// Sentry links on from its last page, to an empty one that links on again, and says that there is nothing there.
#[test]
fn a_link_to_no_results_is_none() {
    let mut pages = paginator(r#"{"type":"link","link_rel_in_response_header":"next"}"#, get("/items"));
    let linked = |results: bool| {
        let mut response = answer(URL, "[1]");
        let link = format!(
            "<https://acme.example/items?cursor=0:0:1>; rel=\"previous\"; results=\"false\"; cursor=\"0:0:1\", \
             <https://acme.example/items?cursor=0:100:0>; rel=\"next\"; results=\"{results}\"; cursor=\"0:100:0\""
        );
        response.headers.insert(LINK, link.parse().unwrap());
        response
    };
    assert!(pages.accept(&linked(true)).unwrap().unwrap().next.is_some());
    assert_eq!(pages.next_call().unwrap().query.as_deref(), Some("cursor=0:100:0"));
    let last = pages.accept(&linked(false)).unwrap().unwrap();
    assert_eq!((last.len, last.next, pages.next_call().is_none()), (1, None, true));
}

/// A provider that answers the last page with the cursor that it was asked with would be asked for it for ever.
#[test]
fn a_cursor_that_stays_is_the_end() {
    let config = r#"{"type":"cursor","cursor_name_in_request":"c","cursor_path_in_response":"n","response_path":"d"}"#;
    let mut pages = paginator(config, get("/items"));
    assert_eq!(pages.accept(&answer(URL, r#"{"d":[1],"n":"x"}"#)).unwrap().unwrap().next.as_deref(), Some("x"));
    assert_eq!(pages.accept(&answer(URL, r#"{"d":[2],"n":"y"}"#)).unwrap().unwrap().next.as_deref(), Some("y"));
    assert_eq!(pages.accept(&answer(URL, r#"{"d":[3],"n":"y"}"#)).unwrap().unwrap().next, None);
    assert!(pages.next_call().is_none());
}

#[test]
fn credentials_do_not_follow_a_link_to_another_host() {
    let config = r#"{"type":"link","link_path_in_response_body":"next","response_path":"d"}"#;
    let body = r#"{"d":[1],"next":"https://evil.example/items"}"#;
    let defect = paginator(config, get("/")).accept(&answer(URL, body)).unwrap_err();
    assert_eq!(defect, PaginateDefect::ForeignLink { host: "evil.example".to_owned() });
    // A function that may reach any host has not chosen this one.
    let any = PaginateConfig::new(&entry(""), Some(config), Some(["*".to_owned()].into())).unwrap();
    assert_eq!(Paginator::new(any, get("/")).unwrap().accept(&answer(URL, body)).unwrap_err(), defect);
    let hosts = Some(["evil.example".to_owned()].into());
    let declared = PaginateConfig::new(&entry(""), Some(config), hosts).unwrap();
    assert!(Paginator::new(declared, get("/")).unwrap().accept(&answer(URL, body)).is_ok());
}

#[test]
fn what_is_not_a_list_is_said_so() {
    let config = r#"{"type":"cursor","cursor_name_in_request":"c","cursor_path_in_response":"n"}"#;
    let mut html = answer(URL, "<html>Please log in</html>");
    html.headers.insert(CONTENT_TYPE, "text/html".parse().unwrap());
    let defect = paginator(config, get("/")).accept(&html).unwrap_err();
    assert_eq!(defect.to_string(), "the provider answered text/html instead of JSON");
    assert_eq!(paginator(config, get("/")).accept(&answer(URL, r#"{"a":1}"#)).unwrap_err(), PaginateDefect::NotAList { path: None });
    let mut failed = answer(URL, "[]");
    failed.status = StatusCode::BAD_GATEWAY;
    assert_eq!(paginator(config, get("/")).accept(&failed).unwrap_err(), PaginateDefect::Status(502));
}

#[test]
fn the_call_is_laid_over_the_providers_default() {
    let entry = entry("  paginate: {type: cursor, cursor_name_in_request: c, cursor_path_in_response: next, response_path: items}\n");
    let config = PaginateConfig::new(&entry, Some(r#"{"response_path": "rows", "on_page": {}}"#), None).unwrap();
    let mut pages = Paginator::new(config, get("/")).unwrap();
    assert_eq!(pages.accept(&answer(URL, r#"{"rows":[1],"next":"x"}"#)).unwrap().unwrap().len, 1);
    let without_name = PaginateConfig::new(&entry, Some(r#"{"limit": 5}"#), None).unwrap_err();
    assert_eq!(without_name, PaginateDefect::Missing("limit_name_in_request"));
}

#[test]
fn without_any_configuration_the_defect_names_the_provider() {
    let defect = PaginateConfig::new(&entry(""), None, None).unwrap_err();
    assert_eq!(defect, PaginateDefect::NotConfigured { provider: "acme".to_owned() });
}
