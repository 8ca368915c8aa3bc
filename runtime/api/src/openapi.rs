//! `GET /openapi.json`: the API's description, OpenAPI 3.1, put together from the handlers' own annotations.
//!
//! Each endpoint says what it takes and what it answers when it succeeds, and the errors that are its own. What every endpoint of a kind
//! has in common is added in one place, [`conventions`]. A test holds the document against the router: neither has a route that the other lacks.

mod alias;
mod conventions;
mod names;
mod proxy;
mod sections;

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use utoipa::{OpenApi, ToSchema};

use crate::authorize::supplied;

use self::conventions::Common;
pub(crate) use self::conventions::{CONNECT_SESSION_QUERY, Error};
pub(crate) use self::names::{Alive, ConnectionIdText, FunctionNameText, IdText, IntegrationKeyText, ModelNameText, Success, VariantText};

/// The document, as text. It depends on nothing but the code, so that one text serves for ever.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_json().expect("a document of plain data has a JSON form"));

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Syncline",
        description = "Connections to other companies' APIs, requests through them, actions, and records that syncs keep fresh.\n\n\
                       Every error has the form `{\"error\": {\"code\", \"message\"}}`; `code` is stable, `message` is for people and may change."
    ),
    modifiers(&Common)
)]
struct Everything;

/// How most answers are wrapped.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that endpoints write by hand")]
pub(crate) struct Envelope<T> {
    data: T,
}

/// The whole description.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Everything::openapi();
    for section in sections::all() {
        document.merge(section);
    }
    supplied::describe(&mut document);
    alias::add(&mut document);
    proxy::expand(&mut document);
    conventions::complete(&mut document);
    document
}

/// The document as JSON text, as `GET /openapi.json` answers it.
pub fn text() -> &'static str {
    &DOCUMENT
}

/// The document as a value.
pub(crate) fn json() -> serde_json::Value {
    serde_json::from_str(&DOCUMENT).expect("the document is JSON")
}

/// Describe the API
///
/// This document: OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenApi",
    tag = "server",
    security(()),
    responses((status = 200, description = "This document", body = serde_json::Value))
)]
pub(crate) async fn handle() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
