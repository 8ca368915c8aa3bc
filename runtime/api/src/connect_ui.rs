//! `GET /connect/`: the Connect UI, which products embed in a frame and open as a link. Wire contract 7.2.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use syncline_console::{Asset, asset};
use url::Url;

use crate::error::ApiError;
use crate::state::App;

/// The page and its files.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/connect", get(redirect)).route("/connect/", get(page)).route("/connect/{*file}", get(file))
}

/// Relative, so that it also holds behind a proxy that puts a path of its own in front.
async fn redirect(RawQuery(query): RawQuery) -> Redirect {
    Redirect::permanent(&query.map_or_else(|| "connect/".to_owned(), |query| format!("connect/?{query}")))
}

async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, ApiError> {
    let page = asset("connect/index.html").expect("it is embedded");
    Ok(respond(&app, page, &headers))
}

async fn file(State(app): State<Arc<App>>, Path(file): Path<String>, headers: HeaderMap, uri: Uri) -> Result<Response, ApiError> {
    let found = asset(&format!("connect/{file}")).ok_or_else(|| ApiError::not_found(format!("there is nothing at {}", uri.path())))?;
    Ok(respond(&app, found, &headers))
}

fn respond(app: &App, asset: Asset, headers: &HeaderMap) -> Response {
    let kept = if asset.is_versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
    let answer = [
        (CACHE_CONTROL, HeaderValue::from_static(kept)),
        (ETAG, HeaderValue::from_static(asset.etag)),
        (CONTENT_SECURITY_POLICY, policy(&app.options.public_url)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    if headers.get_all(IF_NONE_MATCH).iter().any(|known| matches(known, asset.etag)) {
        return (StatusCode::NOT_MODIFIED, answer).into_response();
    }
    (answer, [(CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
}

/// RFC 9110, 13.1.2: a list of tags, weak or not, or `*`.
fn matches(known: &HeaderValue, etag: &str) -> bool {
    let tags = known.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == etag || tag == "*")
}

/// Loads nothing from elsewhere and talks to nobody else. Any page may frame it: what it can do depends on the session that the framing page
/// hands over. The socket is named because not every browser counts `ws:` to `'self'`.
fn policy(public_url: &Url) -> HeaderValue {
    let socket = match (public_url.scheme(), public_url.host_str(), public_url.port()) {
        (scheme, Some(host), port) => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!(" {}://{host}{port}", if scheme == "https" { "wss" } else { "ws" })
        }
        _ => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{socket}; frame-ancestors *; \
         base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    HeaderValue::from_str(&policy).expect("a URL's host and port are ASCII")
}
