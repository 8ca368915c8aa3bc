//! GitHub's way of saying yes and no.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::listing::Page;

const DOCUMENTATION: &str = "https://docs.github.com/rest";

pub(super) fn page(page: Page<Value>) -> Response {
    let mut response = Json(page.items).into_response();
    if let Some(link) = page.link {
        response.headers_mut().insert(header::LINK, link.try_into().expect("URLs are ASCII"));
    }
    response
}

pub(super) fn created(issue: Value) -> Response {
    let location = issue["url"].as_str().unwrap_or_default().to_owned();
    (StatusCode::CREATED, [(header::LOCATION, location)], Json(issue)).into_response()
}

pub(super) fn refused(status: StatusCode, message: &str) -> Response {
    let body = json!({ "message": message, "documentation_url": DOCUMENTATION, "status": status.as_u16().to_string() });
    (status, Json(body)).into_response()
}

pub(super) fn invalid(resource: &str, field: &str) -> Response {
    let error = json!({ "resource": resource, "field": field, "code": "missing_field" });
    let body = json!({ "message": "Validation Failed", "errors": [error], "documentation_url": DOCUMENTATION, "status": "422" });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}
