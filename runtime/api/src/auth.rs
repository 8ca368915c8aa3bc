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
use syncline_store::{ApiKeyRow, Deployer};

use crate::error::ApiError;
use crate::limit::{Bucket, Network, Standing};
use crate::scope;
use crate::state::App;

pub(crate) use account::{AccountCaller, authenticate_account};
pub(crate) use session::{SessionCaller, Viewer, session, session_token};

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

    /// Everything that the key may do, as one text.
    pub(crate) fn rights(&self) -> String {
        self.0.scopes.join(" ")
    }

    /// The key's, for people.
    pub(crate) fn name(&self) -> &str {
        &self.0.display_name
    }

    /// The key, as deployments remember who made them.
    pub(crate) fn deployer(&self) -> Deployer {
        Deployer { key: self.0.id, name: self.0.display_name.clone() }
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

/// Why a key does not open anything now.
pub(crate) enum Denied {
    /// It never will.
    Error(ApiError),
    /// So many did not, from the same address, that this one is not even looked up.
    UsedUp(Standing),
}

impl From<ApiError> for Denied {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl Principal {
    /// Whose requests are counted with its own.
    fn bucket(&self) -> Bucket {
        match self {
            Self::Environment(caller) => Bucket::Environment(caller.environment()),
            Self::Account(_) => Bucket::Account,
        }
    }

    /// The environment's key; 403 for the account's, which opens none.
    fn into_environment(self) -> Result<Caller, ApiError> {
        match self {
            Self::Environment(caller) => Ok(caller),
            Self::Account(_) => Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", "API key is not authorized for an environment")),
        }
    }
}

/// Lets the request through with its [`Caller`], or answers 401, 403 to a key of the account, or 429.
pub(crate) async fn authenticate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    admit(&app, request, next, Principal::into_environment).await
}

/// Lets the request through with the kind of caller that `admitted` makes of its key. The answer tells how the caller stands.
async fn admit<C>(app: &Arc<App>, mut request: Request, next: Next, admitted: impl FnOnce(Principal) -> Result<C, ApiError>) -> Response
where
    C: Clone + Send + Sync + 'static,
{
    let address = app.limiter.address_of(&request);
    let principal = match identify(app, request.headers(), address).await {
        Ok(principal) => principal,
        Err(Denied::Error(error)) => {
            // Not where the database failed.
            if error.status() == StatusCode::UNAUTHORIZED {
                app.limiter.note_failed_authentication(address).await;
            }
            return error.into_response();
        }
        Err(Denied::UsedUp(standing)) => return standing.refuse(request.method(), request.uri()),
    };
    let standing = match app.limiter.take(principal.bucket(), 1).await {
        Ok(standing) => standing,
        Err(standing) => return standing.refuse(request.method(), request.uri()),
    };
    let mut response = match admitted(principal) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// The key behind the request. The caller notes where one opens nothing.
async fn identify(app: &App, headers: &HeaderMap, address: Option<Network>) -> Result<Principal, Denied> {
    let now = app.clock.now();
    let key = bearer(headers).map(|key| (key, <[u8; 32]>::from(Sha256::digest(key))));
    let is_known = match key.as_ref().map_or(Memory::Unknown, |(_, hash)| app.keys.get(hash, now)) {
        Memory::Fresh(principal) => return Ok(principal),
        // Whoever shares an address with somebody who guesses can go on with a key that worked.
        Memory::Stale => true,
        Memory::Unknown => false,
    };
    if !is_known && let Some(standing) = app.limiter.used_up(address) {
        return Err(Denied::UsedUp(standing));
    }
    let refusal = match key {
        Ok((key, hash)) => {
            let generation = app.keys.generation();
            if let Some(principal) = lookup(app, &hash).await? {
                app.keys.insert(hash, principal.clone(), now, generation);
                return Ok(principal);
            }
            app.keys.remove(&hash);
            unknown(key)
        }
        Err(error) => error,
    };
    Err(refusal.into())
}

fn unknown(key: &str) -> ApiError {
    if uuid::Uuid::parse_str(key).is_ok() {
        return refused("unknown_account", "no account matches this API key");
    }
    let message = if syncline_connect::is_session_token(key) {
        "a connect session's token does not open this; send an environment's API key, from a backend"
    } else {
        "this is no API key of this server; send `Authorization: Bearer <key>`"
    };
    refused("invalid_secret_key_format", message)
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

/// What is known of a key.
enum Memory {
    /// Looked up a moment ago.
    Fresh(Principal),
    /// It worked a while ago.
    Stale,
    /// Nothing.
    Unknown,
}

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

    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Memory {
        let cached = self.lock();
        match cached.found.get(hash) {
            // A clock that was set back makes `found` lie in the future: look again then.
            Some((principal, found)) if *found <= now && now.since(*found) < TRUST => Memory::Fresh(principal.clone()),
            Some(_) => Memory::Stale,
            None => Memory::Unknown,
        }
    }

    fn remove(&self, hash: &[u8; 32]) {
        self.lock().found.remove(hash);
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
