//! `/console/assets/...`: style, script and pictures. Open to all: the sign-in page needs them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use syncline_console::asset;

use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// One file; for ever under an address with its version.
pub(super) async fn handle(State(_): State<Arc<Console>>, Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    let asset = asset(&format!("console/{file}")).ok_or_else(|| Refusal::not_found("There is no such file"))?;
    let kept = if asset.is_versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == asset.etag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(CACHE_CONTROL, kept), (ETAG, asset.etag)]).into_response());
    }
    Ok(([(CACHE_CONTROL, kept), (ETAG, asset.etag), (CONTENT_TYPE, asset.content_type)], asset.bytes).into_response())
}
