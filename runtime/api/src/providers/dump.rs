//! `GET /providers.json`: the catalogue for everybody, as one file that caches keep.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};
use syncline_providers::Language;

use crate::openapi::Envelope;
use crate::providers::wire::Provider;
use crate::state::App;

/// The tag of the one text that everybody gets; hashed once.
#[derive(Default)]
pub(crate) struct Tag(OnceLock<HeaderValue>);

impl Tag {
    fn of(&self, text: &[u8]) -> HeaderValue {
        let made = || {
            let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..12]));
            HeaderValue::from_str(&tag).expect("Base64 in quotes is a header's text")
        };
        self.0.get_or_init(made).clone()
    }
}

/// Get the catalogue
///
/// Every provider, as `GET /providers` lists them. Nobody needs to say who is asking; `If-None-Match` spares the transfer.
#[utoipa::path(
    get,
    path = "/providers.json",
    operation_id = "getCatalogue",
    tag = "catalogue",
    security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer")),
    responses(
        (status = 200, description = "The providers", body = Envelope<Vec<Provider>>),
        (status = 304, description = "What the caller has is still right")
    )
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let text = app.listings.get(&app, Language::En).await.all();
    let tag = app.dump_tag.of(&text);
    // A cache between may have made the tag a weak one, or have several.
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let fresh = known.map(|known| known.trim().trim_start_matches("W/")).any(|known| known == "*" || known.as_bytes() == tag.as_bytes());
    let cached = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    if fresh {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    (cached, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
