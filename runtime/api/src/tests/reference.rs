//! The page of the API's description.

use super::*;

/// What an attribute holds, wherever it stands.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_page_has_every_operation_and_loads_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let answer = app.send(Request::get("/reference").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let html = answer.text;
    assert!(!html.contains("<script") && !html.contains(" style=") && !html.contains("<style"), "all style is a file's");

    let document = crate::openapi::json();
    let ids = attributes(&html, "id");
    let mut operations = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            assert_eq!(ids.iter().filter(|found| **found == id).count(), 1, "{id}");
            operations += 1;
        }
    }
    assert_eq!(html.matches("<article").count(), operations, "each is of a topic");
    let links = [attributes(&html, "href"), attributes(&html, "src")].concat();
    for link in &links {
        match link.strip_prefix('#') {
            Some(place) => assert!(ids.contains(&place), "{link} leads nowhere"),
            None => assert!(link.starts_with('/') && !link.starts_with("//"), "{link} leaves this server"),
        }
    }
    assert!(links.contains(&"/openapi.json"));
    for link in links.iter().filter(|link| link.starts_with("/console/")) {
        let file = app.send(Request::get(*link).body(Body::empty()).unwrap()).await;
        assert_eq!(file.status, StatusCode::OK, "{link}");
    }
}
