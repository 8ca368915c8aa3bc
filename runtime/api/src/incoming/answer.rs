//! What a provider is answered.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use syncline_providers::webhook::{HandshakeAnswer, Refusal, SecretSource};

use crate::error::ApiError;

/// Why it may not pass: wire contract 1.19, and what whoever set it up can do about it.
pub(super) fn refused(refusal: Refusal) -> ApiError {
    let (code, message) = match refusal {
        Refusal::MissingSignature => {
            ("webhook_missing_signature", "the signature is missing; set the secret of this webhook at the provider")
        }
        Refusal::MissingToken => ("webhook_missing_token", "the token is missing; set the secret of this webhook at the provider"),
        Refusal::Invalid => (
            "webhook_invalid_signature",
            "the signature is not of this body with the integration's secret; set the secret that the provider signs with",
        ),
        Refusal::Stale => (
            "webhook_invalid_signature",
            "the signature is too old or not yet valid; check this server's clock, and have the provider send the event again",
        ),
        Refusal::NoSecret(SecretSource::Webhook) => (
            "webhook_secret_missing",
            "the integration has no webhook secret, so that nobody can tell who sent this; set `webhook_secret` in its credentials or its \
             `integration_config`",
        ),
        Refusal::NoSecret(SecretSource::Client) => (
            "webhook_secret_missing",
            "the integration has no client secret, with which the provider signs; set `client_secret` in its credentials",
        ),
    };
    ApiError::new(StatusCode::UNAUTHORIZED, code, message)
}

/// Never anything that a browser would take for a page.
pub(super) fn handshake(answer: HandshakeAnswer) -> Response {
    let mut response = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK).into_response();
    if let Some((content_type, text)) = answer.body {
        response = (StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK), text).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some((name, value)) = answer.header
        && let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
    {
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
