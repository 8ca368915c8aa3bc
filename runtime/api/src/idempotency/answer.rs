//! Answers as they are kept, and which of them are.

use axum::body::Body;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;

/// Longer answers pass through and are not kept: they are files, which nobody fetches with a key.
const MAX_KEPT_BYTES: usize = 1024 * 1024;
/// They belong to one transmission.
const NOT_KEPT: [HeaderName; 4] = [header::CONNECTION, header::CONTENT_LENGTH, header::DATE, header::TRANSFER_ENCODING];

/// What becomes of the key of a request that was answered.
pub(super) enum Fate {
    /// The request had no effect.
    Released,
    /// Its answer can be given again.
    Kept(Vec<u8>),
    /// Its answer is too long for that, or broke off.
    TooLong,
}

#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    /// Values byte for byte, as Latin-1: they need not be UTF-8.
    headers: Vec<(String, String)>,
}

/// The answer as it goes out, and what becomes of its key.
pub(super) async fn keep(response: Response) -> (Response, Fate) {
    if is_without_effect(&response) {
        return (response, Fate::Released);
    }
    let (parts, body) = response.into_parts();
    let mut body = body.into_data_stream();
    let mut whole = BytesMut::new();
    loop {
        let rest = match body.next().await {
            None => {
                let fate = Fate::Kept(encode(&parts, &whole));
                return (Response::from_parts(parts, Body::from(whole.freeze())), fate);
            }
            Some(Ok(chunk)) if whole.len() + chunk.len() <= MAX_KEPT_BYTES => {
                whole.extend_from_slice(&chunk);
                continue;
            }
            other => other,
        };
        let begin = stream::iter([Ok(whole.freeze())]);
        let body = Body::from_stream(begin.chain(stream::iter(rest)).chain(body));
        return (Response::from_parts(parts, body), Fate::TooLong);
    }
}

/// Refused before anything happened, and by us: what a provider answers comes through without a code of ours. The caller may mend the request,
/// or come back later, and use the key again.
fn is_without_effect(response: &Response) -> bool {
    let Some(ErrorCode(code)) = response.extensions().get() else { return false };
    match response.status() {
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::BAD_REQUEST => {
            matches!(code.as_ref(), "invalid_json" | "invalid_body" | "invalid_query_params" | "invalid_uri_params" | "invalid_headers")
        }
        StatusCode::SERVICE_UNAVAILABLE => code == "server_busy",
        _ => false,
    }
}

fn encode(parts: &Parts, body: &[u8]) -> Vec<u8> {
    let headers = parts.headers.iter().filter(|(name, _)| !NOT_KEPT.contains(name));
    let latin1 = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    let headers = headers.map(|(name, value)| (name.as_str().to_owned(), latin1(value))).collect();
    let head = Head { status: parts.status.as_u16(), headers };
    let mut text = serde_json::to_vec(&head).expect("a head of plain data has a JSON form");
    text.push(b'\n');
    text.extend_from_slice(body);
    text
}

/// The inverse of what [`keep`] made; `None` for anything else.
pub(super) fn decode(kept: Vec<u8>) -> Option<Response> {
    let end = kept.iter().position(|byte| *byte == b'\n')?;
    let Head { status, headers } = serde_json::from_slice(&kept[..end]).ok()?;
    let mut response = Response::new(Body::from(Bytes::from(kept).slice(end + 1..)));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    *response.headers_mut() = headers.iter().map(|(name, value)| read(name, value)).collect::<Option<HeaderMap>>()?;
    Some(response)
}

fn read(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let bytes: Vec<u8> = value.chars().map(|char| u8::try_from(char).ok()).collect::<Option<_>>()?;
    Some((name.parse().ok()?, HeaderValue::from_bytes(&bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::response::IntoResponse;

    use super::*;
    use crate::error::ApiError;

    #[tokio::test]
    async fn a_kept_answer_comes_back_to_the_byte() {
        let given = (StatusCode::CREATED, [("x-odd", HeaderValue::from_bytes(b"caf\xe9").unwrap())], "a\nb\0").into_response();
        let (sent, Fate::Kept(kept)) = keep(given).await else { panic!("it is short") };
        let again = decode(kept).unwrap();
        assert_eq!((again.status(), again.headers()), (sent.status(), sent.headers()));
        assert_eq!(to_bytes(again.into_body(), 99).await.unwrap(), "a\nb\0");
        assert_eq!(to_bytes(sent.into_body(), 99).await.unwrap(), "a\nb\0");
        assert!(decode(b"{}".to_vec()).is_none());
    }

    #[tokio::test]
    async fn a_long_answer_passes_whole_and_is_not_kept() {
        let chunk = Bytes::from(vec![b'x'; MAX_KEPT_BYTES / 2 + 1]);
        let chunks = (0..4).map(move |_| Ok::<_, std::convert::Infallible>(chunk.clone()));
        let (sent, fate) = keep(Response::new(Body::from_stream(stream::iter(chunks)))).await;
        assert!(matches!(fate, Fate::TooLong));
        assert_eq!(to_bytes(sent.into_body(), usize::MAX).await.unwrap().len(), 2 * MAX_KEPT_BYTES + 4);
        let limit = Response::new(Body::from(vec![b'x'; MAX_KEPT_BYTES]));
        assert!(matches!(keep(limit).await.1, Fate::Kept(_)));
    }

    #[tokio::test]
    async fn only_our_own_refusals_before_any_effect_give_the_key_back() {
        let of = |status: u16, code: &'static str| ApiError::new(StatusCode::from_u16(status).unwrap(), code, "no").into_response();
        for (status, code) in
            [(400, "invalid_body"), (400, "invalid_json"), (401, "x"), (403, "x"), (413, "x"), (415, "x"), (429, "x"), (503, "server_busy")]
        {
            assert!(matches!(keep(of(status, code)).await.1, Fate::Released), "{status} {code}");
            let foreign = (StatusCode::from_u16(status).unwrap(), "as a provider says it").into_response();
            assert!(matches!(keep(foreign).await.1, Fate::Kept(_)), "{status} of a provider's");
        }
        for (status, code) in
            [(400, "invalid_action_input"), (400, "unknown_connection"), (404, "not_found"), (409, "x"), (500, "x"), (503, "not_ready")]
        {
            assert!(matches!(keep(of(status, code)).await.1, Fate::Kept(_)), "{status} {code}");
        }
    }
}
