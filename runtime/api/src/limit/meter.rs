//! Limits around routes whose endpoints find out for themselves who is calling.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use super::{Bucket, Limiter, Network, Standing};
use crate::error::ApiError;
use crate::state::App;

/// Goes with a request: an endpoint says who it is, and the layer around it tells how they stand.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Reading>);

#[derive(Debug)]
struct Reading {
    address: Option<Network>,
    taken: OnceLock<Result<Option<Standing>, Standing>>,
}

impl Meter {
    /// Where the request comes from.
    pub(crate) fn address(&self) -> Option<Network> {
        self.0.address
    }

    /// Takes a point of the caller's bucket.
    pub(crate) async fn take(&self, limiter: &Arc<Limiter>, bucket: Bucket) -> Result<(), ApiError> {
        let taken = limiter.take(bucket, 1).await;
        let _ = self.0.taken.set(taken);
        taken.map(drop).map_err(|_| used_up())
    }

    /// Refuses an address that has used up its window.
    pub(crate) fn check_address(&self, limiter: &Limiter) -> Result<(), ApiError> {
        limiter.used_up(self.0.address).map_or(Ok(()), |standing| Err(self.refuse(standing)))
    }

    /// Has the layer answer that the window is used up.
    pub(crate) fn refuse(&self, standing: Standing) -> ApiError {
        let _ = self.0.taken.set(Err(standing));
        used_up()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Meter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Self>().expect("every route with a browser's caller is behind `metered`").clone())
    }
}

/// Stands for the answer that the layer makes, which knows more.
fn used_up() -> ApiError {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_request", "too many requests in this minute")
}

impl Limiter {
    /// Where the request comes from; `None` where the server was not told.
    pub(crate) fn address_of(&self, request: &Request) -> Option<Network> {
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        Some(self.limits().trusted_proxies.client(*peer, request.headers()))
    }
}

/// Lets the endpoint say who is calling.
pub(crate) async fn metered(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let meter = Meter(Arc::new(Reading { address: app.limiter.address_of(&request), taken: OnceLock::new() }));
    request.extensions_mut().insert(meter.clone());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    match meter.0.taken.get() {
        Some(Ok(Some(standing))) => standing.write(response.headers_mut()),
        Some(Err(standing)) => return standing.refuse(&method, &uri),
        // Nobody's: a provider's 401 comes after somebody was found.
        None if response.status() == StatusCode::UNAUTHORIZED => {
            app.limiter.note_failed_authentication(meter.address()).await;
        }
        Some(Ok(None)) | None => {}
    }
    response
}

/// One point of the address for every request, whoever it is.
pub(crate) async fn per_address(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let address = app.limiter.address_of(&request);
    match take_of(&app, address).await {
        Ok(standing) => {
            let mut response = next.run(request).await;
            if let Some(standing) = standing {
                standing.write(response.headers_mut());
            }
            response
        }
        Err(standing) => standing.refuse(request.method(), request.uri()),
    }
}

/// The same for browsers on their way, which do not read headers: wire contract 11.1, H1.
pub(crate) async fn per_address_silently(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let address = app.limiter.address_of(&request);
    match take_of(&app, address).await {
        Ok(_) => next.run(request).await,
        Err(standing) => standing.refuse(request.method(), request.uri()),
    }
}

async fn take_of(app: &App, address: Option<Network>) -> Result<Option<Standing>, Standing> {
    match address {
        Some(address) => app.limiter.take(Bucket::Address(address), 1).await,
        None => Ok(None),
    }
}
