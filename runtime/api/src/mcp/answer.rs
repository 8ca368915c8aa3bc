//! What rmcp answers, in the form that this API's clients know.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;

use crate::error::ApiError;

/// Events get their name, refusals in plain text become errors with a code, all else stays.
pub(super) async fn ours(response: Response<BoxBody<Bytes, Infallible>>) -> Result<Response, ApiError> {
    let (parts, body) = response.into_parts();
    let is = |kind: &str| parts.headers.get(CONTENT_TYPE).is_some_and(|given| given.as_bytes().starts_with(kind.as_bytes()));
    if is("text/event-stream") {
        return Ok(Response::from_parts(parts, Body::new(body.map_frame(|frame| frame.map_data(named)))));
    }
    if parts.status.is_success() || is("application/json") {
        return Ok(Response::from_parts(parts, Body::new(body)));
    }
    let Ok(text) = body.collect().await;
    Err(refusal(parts.status, &String::from_utf8_lossy(&text.to_bytes())))
}

/// rmcp leaves out the name of the event where it is the default one; readers that are no full parsers look for it. One frame is one event, or a
/// comment that keeps the stream alive.
fn named(event: Bytes) -> Bytes {
    if event.starts_with(b"data:") { [b"event: message\n".as_slice(), &event].concat().into() } else { event }
}

fn refusal(status: StatusCode, text: &str) -> ApiError {
    match status {
        StatusCode::NOT_ACCEPTABLE => ApiError::new(status, "not_acceptable", "send `Accept: application/json, text/event-stream`"),
        // It means the message; the type of its content was looked at before.
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::bad_request("invalid_body", "the body is not a JSON-RPC 2.0 message"),
        StatusCode::BAD_REQUEST => ApiError::bad_request("invalid_headers", text),
        _ => ApiError::internal(format!("rmcp answered {status}: {text}")),
    }
}
