//! Strict JSON bodies: `invalid_json` for what is no JSON, `invalid_body` for what is no such object.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::issue::{Issue, Unreadable, read_json};
use crate::state::App;

/// The body as `T`. Unknown keys are refused where `T` says `deny_unknown_fields`; an empty body is `{}`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        parse(&collect(request, app.options.max_body_bytes).await?).map(Self)
    }
}

/// The whole body, up to `limit` bytes.
pub(crate) async fn collect(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", format!("the body is larger than {limit} bytes")))
        }
        Err(error) => Err(ApiError::bad_request("invalid_body", "the body ended early or could not be read").caused_by(error)),
    }
}

/// 400 for a field with a text that not every database can hold. Kept inside of JSON, it would break every query that looks into that.
pub(crate) fn storable(path: &[&str], text: &str) -> Result<(), ApiError> {
    if text.contains('\0') { Err(ApiError::invalid_body(path, "holds a zero byte")) } else { Ok(()) }
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, ApiError> {
    let text = match text.trim_ascii() {
        [] => b"{}",
        text => text,
    };
    let not_json = |problem: String| ApiError::bad_request("invalid_json", format!("the body is not valid JSON: {problem}"));
    match text[0] {
        b'{' => read_json(text).map_err(|unreadable| match unreadable {
            Unreadable::Syntax(problem) => not_json(problem),
            Unreadable::Data(issue) => ApiError::invalid("invalid_body", issue),
        }),
        b'[' => match read_json::<serde::de::IgnoredAny>(text) {
            Ok(_) => Err(ApiError::invalid("invalid_body", Issue::new("invalid_type", &[], "expected an object, received an array"))),
            Err(_) => Err(not_json("an array that does not end".to_owned())),
        },
        _ => Err(not_json("expected an object".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::response::IntoResponse;
    use serde::Deserialize;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};
    use syncline_domain::IntegrationKey;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its shape matters")]
        limit: u32,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        key: IntegrationKey,
        #[serde(default)]
        #[expect(dead_code, reason = "only its shape matters")]
        list: Vec<Inner>,
        #[serde(default)]
        metadata: Option<Box<RawValue>>,
    }

    async fn refusal(text: &str) -> Value {
        let response = parse::<Outer>(text.as_bytes()).err().expect("must be refused").into_response();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{text}");
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 10_000).await.unwrap()).unwrap();
        json!({ "code": body["error"]["code"], "issue": body["error"]["errors"][0]["code"], "path": body["error"]["errors"][0]["path"] })
    }

    #[tokio::test]
    async fn each_mistake_is_named_with_its_place() {
        for text in ["{", "nul", "1", "\"a\"", "null", "[1", r#"{"key":"a"} x"#] {
            assert_eq!(refusal(text).await["code"], "invalid_json", "{text}");
        }
        let invalid = |issue: &str, path: Value| json!({ "code": "invalid_body", "issue": issue, "path": path });
        assert_eq!(refusal("").await, invalid("invalid_type", json!(["key"])));
        assert_eq!(refusal("[]").await, invalid("invalid_type", json!([])));
        assert_eq!(refusal(r#"{"key":1}"#).await, invalid("invalid_type", json!(["key"])));
        assert_eq!(refusal(r#"{"key":"a/b"}"#).await, invalid("custom", json!(["key"])));
        assert_eq!(refusal(r#"{"key":"a","kye":1}"#).await, invalid("unrecognized_keys", json!([])));
        assert_eq!(
            refusal(r#"{"key":"a","list":[{"limit":1},{"limit":"x"}]}"#).await,
            invalid("invalid_type", json!(["list", "1", "limit"]))
        );
        assert_eq!(refusal(r#"{"key":"a","list":[{}]}"#).await, invalid("invalid_type", json!(["list", "0", "limit"])));
    }

    #[test]
    fn free_json_keeps_every_digit() {
        let Ok(body) = parse::<Outer>(br#" {"key":"a","metadata":{"n":12345678901234567890123}} "#) else { panic!("is valid") };
        assert_eq!(body.metadata.unwrap().get(), r#"{"n":12345678901234567890123}"#);
        assert_eq!(body.key.as_str(), "a");
    }
}
