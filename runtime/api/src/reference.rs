//! `GET /reference`: the API's description as a page for people, made from the document that programs get.
//!
//! ```text
//! OpenAPI document ──▶ operations · fields · example ──▶ the console's page struct ──▶ HTML, kept
//! ```

mod example;
mod fields;
mod operation;
mod page;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};

use crate::state::App;

/// Style and pictures of this server, and nothing else: the page has no script and no form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page. It depends on nothing but the code and the public URL, so it is made once.
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Response {
    let html = app.reference.get_or_init(|| {
        let base = app.options.public_url.path().trim_end_matches('/').to_owned();
        page::of(&crate::openapi::json(), base).render().into()
    });
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(html.clone())).into_response()
}
