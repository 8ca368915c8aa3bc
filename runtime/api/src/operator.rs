//! What only the operator may do, across all environments. Who holds the installation's encryption key is the operator: a token made from it
//! opens these routes, so that there is no further secret to keep.

pub(crate) mod keys;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac as _};
use http::StatusCode;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use syncline_domain::Secret;

use crate::error::ApiError;
use crate::state::App;

const PREFIX: &str = "syncline_operator_";

/// The operator's token of an installation with this encryption key.
pub fn operator_token(encryption_key: &[u8; 32]) -> Secret {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(encryption_key).expect("HMAC takes keys of any length");
    mac.update(b"syncline operator token");
    let hex = mac.finalize().into_bytes().iter().fold(String::from(PREFIX), |text, byte| format!("{text}{byte:02x}"));
    Secret::new(hex)
}

/// Lets the operator through, or answers 401.
pub(crate) async fn authenticate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given: [u8; 32] = Sha256::digest(header.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default()).into();
    let known = app.options.operator_token_hash.is_some_and(|hash| hash.ct_eq(&given).into());
    if known {
        return next.run(request).await;
    }
    let address = app.limiter.address_of(&request);
    if let Some(standing) = app.limiter.used_up(address) {
        return standing.refuse(request.method(), request.uri());
    }
    app.limiter.note_failed_authentication(address).await;
    let message =
        "this needs the operator's token, which is made from the server's encryption key; use `syncline keys` where that key is known";
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_operator_token", message).into_response()
}
