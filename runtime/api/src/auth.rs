//! Who is calling: an environment's API key, looked up by its SHA-256, or a browser with a connect session's token.

mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use syncline_domain::{EnvironmentId, Timestamp};
use syncline_store::ApiKeyRow;

use crate::error::ApiError;
use crate::scope;
use crate::state::App;

pub(crate) use session::{SessionCaller, Viewer, session};

/// How long a key that was found is trusted without another look: a deleted key works at most this much longer.
const TRUST: Duration = Duration::from_secs(3);
/// A bound for memory only; an installation has a handful of keys.
const MAX_CACHED: usize = 4_096;
/// Far above any key, far below what is worth hashing.
const MAX_KEY_CHARS: usize = 512;

/// The key behind the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Arc<ApiKeyRow>);

impl Caller {
    /// Where everything that the caller sees lives.
    pub(crate) fn environment(&self) -> EnvironmentId {
        self.0.environment
    }

    /// 403 unless the key has the scope `environment:{scope}`.
    pub(crate) fn require(&self, scope: &'static str) -> Result<(), ApiError> {
        scope::require_any(&self.0.scopes, &[scope])
    }

    /// 403 unless the key has one of the scopes.
    pub(crate) fn require_any(&self, scopes: &[&'static str]) -> Result<(), ApiError> {
        scope::require_any(&self.0.scopes, scopes)
    }

    /// Whether the key has the scope.
    pub(crate) fn may(&self, scope: &str) -> bool {
        scope::covers(&self.0.scopes, scope)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Self>().expect("every route with a caller is behind `authenticate`").clone())
    }
}

/// Lets the request through with its [`Caller`], or answers 401.
pub(crate) async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match identify(&app, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let key = bearer(headers)?;
    let hash: [u8; 32] = Sha256::digest(key).into();
    let now = app.clock.now();
    if let Some(caller) = app.keys.get(&hash, now) {
        return Ok(caller);
    }
    let Some(row) = app.store.api_keys().lookup_by_hash(&hash).await? else {
        return Err(if uuid::Uuid::parse_str(key).is_ok() {
            refused("unknown_account", "no account matches this API key")
        } else if syncline_connect::is_session_token(key) {
            refused(
                "invalid_secret_key_format",
                "a connect session's token does not open this; send an environment's API key, from a backend",
            )
        } else {
            refused("invalid_secret_key_format", "this is no API key of this server; send `Authorization: Bearer <key>`")
        });
    };
    let caller = Caller(Arc::new(row));
    app.keys.insert(hash, caller.clone(), now);
    Ok(caller)
}

/// The text after the last `Bearer `; a header without that word is the key itself.
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or_else(|| refused("missing_auth_header", "the Authorization header is missing"))?;
    let header = header.to_str().map_err(|_| refused("malformed_auth_header", "the Authorization header is not ASCII"))?;
    let key = header.rsplit_once("Bearer ").map_or(header, |(_, key)| key).trim();
    if key.is_empty() || key == "Bearer" {
        return Err(refused("malformed_auth_header", "the Authorization header holds no key"));
    }
    if key.len() > MAX_KEY_CHARS || key.contains(char::is_whitespace) {
        return Err(refused("invalid_secret_key_format", "this is not an API key; send `Authorization: Bearer <key>`"));
    }
    Ok(key)
}

fn refused(code: &'static str, message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, code, message)
}

/// Keys that were found a moment ago. Only hits are kept: a key works from the moment it is made.
#[derive(Debug, Default)]
pub(crate) struct KeyCache(Mutex<HashMap<[u8; 32], (Caller, Timestamp)>>);

impl KeyCache {
    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Caller> {
        let cached = self.0.lock().expect("nothing panics while it holds this lock");
        let (caller, found) = cached.get(hash)?;
        // A clock that was set back makes `found` lie in the future: look again then.
        (*found <= now && now.since(*found) < TRUST).then(|| caller.clone())
    }

    fn insert(&self, hash: [u8; 32], caller: Caller, now: Timestamp) {
        let mut cached = self.0.lock().expect("nothing panics while it holds this lock");
        if cached.len() >= MAX_CACHED {
            cached.clear();
        }
        cached.insert(hash, (caller, now));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(header: Option<&[u8]>) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, HeaderValue::from_bytes(header).unwrap());
        }
        bearer(&headers).map(str::to_owned).map_err(|error| error.code().to_owned())
    }

    #[test]
    fn the_key_is_what_follows_the_last_bearer() {
        assert_eq!(read(Some(b"Bearer abc")).as_deref(), Ok("abc"));
        assert_eq!(read(Some(b"Bearer Bearer abc")).as_deref(), Ok("abc"));
        assert_eq!(read(Some(b"abc")).as_deref(), Ok("abc"));
        assert_eq!(read(Some(b"bearer abc")).unwrap_err(), "invalid_secret_key_format");
        assert_eq!(read(Some(b"Basic YTpi")).unwrap_err(), "invalid_secret_key_format");
        assert_eq!(read(Some(b"Bearer ")).unwrap_err(), "malformed_auth_header");
        assert_eq!(read(Some(b"Bearer \xff")).unwrap_err(), "malformed_auth_header");
        assert_eq!(read(Some("x".repeat(513).as_bytes())).unwrap_err(), "invalid_secret_key_format");
        assert_eq!(read(None).unwrap_err(), "missing_auth_header");
    }
}
