//! `GET /providers.json`: the catalogue for everybody, as one file that caches keep.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use syncline_providers::Language;

use crate::openapi::Envelope;
use crate::providers::show::wire;
use crate::providers::wire::Provider;
use crate::state::App;

/// Made once: the catalogue does not change while the server runs.
#[derive(Default)]
pub(crate) struct Dump(OnceLock<(Bytes, HeaderValue)>);

impl Dump {
    fn get(&self, app: &App) -> &(Bytes, HeaderValue) {
        self.0.get_or_init(|| {
            let all: Vec<Value> = app.catalogue.iter().map(|entry| wire(app, entry, Language::En)).collect();
            let text = Bytes::from(json!({ "data": all }).to_string());
            let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&text)[..12]));
            (text, HeaderValue::from_str(&tag).expect("Base64 in quotes is a header's text"))
        })
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
    let (text, tag) = app.dump.get(&app).clone();
    // A cache between may have made the tag a weak one, or have several.
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let fresh = known.map(|known| known.trim().trim_start_matches("W/")).any(|known| known == "*" || known.as_bytes() == tag.as_bytes());
    let cached = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    if fresh {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    (cached, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
