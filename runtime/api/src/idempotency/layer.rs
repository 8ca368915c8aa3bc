//! The layer: inside of authentication and limits, around the endpoint.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use syncline_store::{BeginRequest, Begun, RequestFence};
use tracing::Instrument as _;

use super::answer::{self, Fate};
use super::fingerprint;
use crate::auth::{self, AccountCaller, Caller};
use crate::body;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::layers;
use crate::limit::Meter;
use crate::state::App;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const MAX_KEY_CHARS: usize = 255;
/// How soon to ask again while the first request is under way.
const RETRY_SECONDS: u32 = 1;

/// Who meets whose keys, and what they may do.
struct Who {
    scope: String,
    rights: String,
}

/// For routes that an API key opens: the keys of one environment's backends are one another's.
pub(crate) async fn of_key(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !asks(&request) {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<Caller>().expect("the layer is inside of authentication");
    let who = Who { scope: format!("environment:{}", caller.environment()), rights: caller.rights() };
    once(app, who, request, next).await.unwrap_or_else(ApiError::into_response)
}

/// For routes that a connect session's token opens. A request without one is the endpoint's to refuse.
pub(crate) async fn of_session(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !asks(&request) {
        return next.run(request).await;
    }
    let Some(token) = auth::session_token(request.uri(), request.headers()) else { return next.run(request).await };
    let meter = request.extensions().get::<Meter>().expect("the layer is inside of `metered`").clone();
    // Costs a point of the session's limit, and the endpoint takes another: a replay must not be free.
    let who = match auth::session(&app, &meter, &token).await {
        Ok(session) => Who { scope: format!("session:{}", session.id), rights: String::new() },
        Err(error) => return error.into_response(),
    };
    once(app, who, request, next).await.unwrap_or_else(ApiError::into_response)
}

/// For the account's routes.
pub(crate) async fn of_account(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !asks(&request) {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<AccountCaller>().expect("the layer is inside of authentication");
    let who = Who { scope: "account".to_owned(), rights: caller.rights() };
    once(app, who, request, next).await.unwrap_or_else(ApiError::into_response)
}

/// For the operator's routes.
pub(crate) async fn of_operator(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !asks(&request) {
        return next.run(request).await;
    }
    let who = Who { scope: "operator".to_owned(), rights: String::new() };
    once(app, who, request, next).await.unwrap_or_else(ApiError::into_response)
}

/// A request that changes nothing needs no key, and one that it has means nothing.
fn asks(request: &Request) -> bool {
    matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE) && request.headers().contains_key(&KEY)
}

/// The key; 400 `invalid_headers` where it is none.
fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut given = headers.get_all(&KEY).iter();
    let (first, second) = (given.next(), given.next());
    let fits = |key: &&HeaderValue| (1..=MAX_KEY_CHARS).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic);
    let text = first.filter(fits).filter(|_| second.is_none()).and_then(|key| key.to_str().ok());
    text.map(str::to_owned).ok_or_else(|| {
        let issue =
            Issue::new("invalid_format", &["idempotency-key"], "expected one key of 1 to 255 visible ASCII characters, such as a UUID");
        ApiError::invalid("invalid_headers", issue)
    })
}

async fn once(app: Arc<App>, who: Who, request: Request, next: Next) -> Result<Response, ApiError> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = body::collect(Request::new(body), app.options.max_body_bytes).await?;
    let fingerprint = fingerprint::of(&parts, &who.rights, &body);
    let now = app.clock.now();
    let begin = BeginRequest { scope: who.scope, key, fingerprint, lease_expires_at: now.plus(app.options.request_lease), now };
    let conflict = |code: &'static str, message: &'static str| Err(ApiError::new(StatusCode::CONFLICT, code, message));
    match app.store.idempotency_keys().begin(begin).await? {
        Begun::First(fence) => {
            let request = Request::from_parts(parts, Body::from(body));
            // On a task of its own: a caller that hangs up does not leave the outcome unknown.
            let work = perform(Arc::clone(&app), fence, request, next).in_current_span();
            app.tasks.spawn(work).await.map_err(ApiError::internal)
        }
        Begun::Answered(kept) => {
            let mut response = answer::decode(kept).ok_or_else(|| ApiError::internal("a kept answer cannot be read"))?;
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Begun::Running => {
            let message = "a request with this Idempotency-Key is under way; send it again a little later to get its answer";
            Err(ApiError::new(StatusCode::CONFLICT, "idempotency_key_in_use", message).retry_after(RETRY_SECONDS))
        }
        Begun::Unknown => conflict(
            "idempotency_outcome_unknown",
            "the server stopped while it worked on the request with this Idempotency-Key, and nobody knows whether it had its effect; look \
             whether it had, and if not, send it with a new key",
        ),
        Begun::NotKept => conflict(
            "idempotency_response_not_kept",
            "the request with this Idempotency-Key was answered, but the answer was too long to be kept; look what it did, and use a new key \
             for another request",
        ),
        Begun::Reused => {
            let message = "this Idempotency-Key was used for another request; use a new key for each request";
            Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message))
        }
    }
}

async fn perform(app: Arc<App>, fence: RequestFence, request: Request, next: Next) -> Response {
    let work = async {
        let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(layers::panicked);
        answer::keep(response).await
    };
    let (response, fate) = tokio::select! {
        done = work => done,
        never = hold(&app, fence) => match never {},
    };
    let keys = app.store.idempotency_keys();
    let written = match fate {
        Fate::Released => keys.release(fence).await,
        Fate::Kept(answer) => keys.finish(fence, Some(&answer), app.clock.now()).await,
        Fate::TooLong => keys.finish(fence, None, app.clock.now()).await,
    };
    if let Err(error) = written {
        // This caller still gets the answer; whoever asks again hears that the outcome is unknown, and nothing is done twice.
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be kept under its Idempotency-Key");
    }
    response
}

/// Says again and again that the request is worked on.
async fn hold(app: &App, fence: RequestFence) -> Infallible {
    let lease = app.options.request_lease;
    loop {
        tokio::time::sleep(lease / 3).await;
        if let Err(error) = app.store.idempotency_keys().prolong(fence, app.clock.now().plus(lease)).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the lease of a request with an Idempotency-Key could not be renewed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_and_there_is_one() {
        let read = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(KEY, HeaderValue::from_bytes(value).unwrap());
            }
            key(&headers).map_err(|error| error.code().to_owned())
        };
        assert_eq!(read(&[b"8e03978e-40d5-43e8-bc93-6894a57f9324"]).unwrap().len(), 36);
        assert_eq!(read(&[&[b'k'; 255]]).unwrap().len(), 255);
        for wrong in [&[b"" as &[u8]] as &[&[u8]], &[b"a b"], &[b"caf\xe9"], &[b"a", b"b"], &[&[b'k'; 256]]] {
            assert_eq!(read(wrong).unwrap_err(), "invalid_headers");
        }
    }
}
