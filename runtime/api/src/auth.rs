//! Who is calling: an environment's or the account's API key, looked up by its SHA-256, or a browser with a connect session's token.

mod account;
mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use syncline_domain::{EnvironmentId, Timestamp};
use syncline_store::ApiKeyRow;

use crate::error::ApiError;
use crate::scope;
use crate::state::App;

pub(crate) use account::{AccountCaller, authenticate_account};
pub(crate) use session::{SessionCaller, Viewer, session};

/// How long a key that was found is trusted without another look: a deleted key works at most this much longer.
const TRUST: Duration = Duration::from_secs(3);
/// A bound for memory only; an installation has a handful of keys.
const MAX_CACHED: usize = 4_096;
/// Far above any key, far below what is worth hashing.
const MAX_KEY_CHARS: usize = 512;

/// The environment's key behind the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Arc<ApiKeyRow>);

/// Whose key it is.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// An environment's.
    Environment(Caller),
    /// The account's.
    Account(AccountCaller),
}

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

/// Lets the request through with its [`Caller`], or answers 401, or 403 to a key of the account.
pub(crate) async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match identify_environment(&app, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// The environment's key behind the request; 403 for the account's, which opens none.
async fn identify_environment(app: &App, headers: &HeaderMap) -> Result<Caller, ApiError> {
    match identify(app, headers).await? {
        Principal::Environment(caller) => Ok(caller),
        Principal::Account(_) => Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", "API key is not authorized for an environment")),
    }
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<Principal, ApiError> {
    let key = bearer(headers)?;
    let hash: [u8; 32] = Sha256::digest(key).into();
    let now = app.clock.now();
    let cached = app.keys.get(&hash, now);
    if let Some(principal) = cached {
        return Ok(principal);
    }
    let generation = app.keys.generation();
    let Some(principal) = lookup(app, &hash).await? else {
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
    app.keys.insert(hash, principal.clone(), now, generation);
    Ok(principal)
}

/// The index finds a hash, in a time that depends on how much of it is right; so what was found is compared again, in a time that does not.
async fn lookup(app: &App, hash: &[u8; 32]) -> Result<Option<Principal>, ApiError> {
    if let Some(row) = app.store.api_keys().lookup_by_hash(hash).await?.filter(|row| row.hash.ct_eq(hash).into()) {
        return Ok(Some(Principal::Environment(Caller(Arc::new(row)))));
    }
    let row = app.store.account_keys().lookup_by_hash(hash).await?.filter(|row| row.hash.ct_eq(hash).into());
    Ok(row.map(|row| Principal::Account(AccountCaller::new(row))))
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
pub(crate) struct KeyCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    found: HashMap<[u8; 32], (Principal, Timestamp)>,
    /// Goes up when keys were deleted: what was looked up before that is not kept.
    generation: u64,
}

impl KeyCache {
    /// Trusts no key any more without another look: some were deleted.
    pub(crate) fn forget(&self) {
        let mut cached = self.lock();
        cached.found.clear();
        cached.generation += 1;
    }

    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Principal> {
        let cached = self.lock();
        let (principal, found) = cached.found.get(hash)?;
        // A clock that was set back makes `found` lie in the future: look again then.
        (*found <= now && now.since(*found) < TRUST).then(|| principal.clone())
    }

    fn generation(&self) -> u64 {
        self.lock().generation
    }

    fn insert(&self, hash: [u8; 32], principal: Principal, now: Timestamp, generation: u64) {
        let mut cached = self.lock();
        if cached.generation != generation {
            return;
        }
        if cached.found.len() >= MAX_CACHED {
            cached.found.clear();
        }
        cached.found.insert(hash, (principal, now));
    }

    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().expect("nothing panics while it holds this lock")
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
