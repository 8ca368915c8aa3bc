//! The caller's request, as a call to the provider.

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use futures_util::TryStreamExt;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Uri};
use http_body_util::BodyExt;
use syncline_outbound::{CallBody, ProxyCall};

use crate::addressed::header;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::query::Flag;

/// A body up to this size is kept, so that the request can be repeated after a 401 or a failure; a larger one passes through once.
const MAX_REPEATABLE_BYTES: u64 = 1024 * 1024;
const PREFIX: &str = "nango-proxy-";

/// The call, or 400 `invalid_headers`.
pub(super) async fn call(request: Request) -> Result<ProxyCall, ApiError> {
    let (parts, body) = request.into_parts();
    let mut call = ProxyCall {
        method: parts.method,
        endpoint: endpoint(&parts.uri).to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: forwarded(&parts.headers),
        ..ProxyCall::default()
    };
    options(&parts.headers, &mut call)?;
    call.body = repeatable(body).await?;
    Ok(call)
}

/// What follows `/proxy`, byte for byte: the provider's path may hold encoded slashes that mean something to it.
pub(super) fn endpoint(uri: &Uri) -> &str {
    let path = uri.path().strip_prefix("/proxy").unwrap_or_default();
    let absolute = path.trim_start_matches('/');
    if absolute.starts_with("https://") || absolute.starts_with("http://") { absolute } else { path }
}

/// `Nango-Proxy-X` as `X`, and the content type. Nothing else, and above all not our API key.
fn forwarded(headers: &HeaderMap) -> HeaderMap {
    let mut forwarded = HeaderMap::new();
    if let Some(content_type) = headers.get(CONTENT_TYPE) {
        forwarded.insert(CONTENT_TYPE, content_type.clone());
    }
    for name in headers.keys() {
        let Some(own) = name.as_str().strip_prefix(PREFIX).and_then(|own| HeaderName::from_bytes(own.as_bytes()).ok()) else { continue };
        forwarded.remove(&own);
        for value in headers.get_all(name) {
            forwarded.append(own.clone(), value.clone());
        }
    }
    forwarded
}

/// An empty header is as good as none: clients of the field send them.
fn options(headers: &HeaderMap, call: &mut ProxyCall) -> Result<(), ApiError> {
    let given = |name: &str| header(headers, name).map(str::trim).filter(|text| !text.is_empty());
    let wrong = |name: &str, message: &str| Err(ApiError::invalid("invalid_headers", Issue::new("invalid_format", &[name], message)));
    if let Some(text) = given("retries") {
        let Ok(retries) = text.parse() else { return wrong("retries", "expected a whole number, 0 or more") };
        call.retries = retries;
    }
    if let Some(text) = given("retry-on") {
        let Ok(statuses) = text.split(',').map(str::parse).collect() else {
            return wrong("retry-on", "expected statuses, as in `404,409`");
        };
        call.retry_on = statuses;
    }
    // Bodies always arrive decoded, whatever this says: contract 11.1 P2.
    if given("decompress").is_some_and(|text| !matches!(text, "true" | "false")) {
        return wrong("decompress", "expected `true` or `false`");
    }
    if let Some(text) = given("forward-headers-on-redirect") {
        let Some(Flag(forward)) = Flag::parse(text) else { return wrong("forward-headers-on-redirect", "expected `true` or `false`") };
        call.forward_headers_on_redirect = forward;
    }
    call.base_url_override = given("base-url-override").map(str::to_owned);
    Ok(())
}

async fn repeatable(body: Body) -> Result<CallBody, ApiError> {
    match body.size_hint().exact() {
        Some(0) => Ok(CallBody::Empty),
        Some(length) if length <= MAX_REPEATABLE_BYTES => {
            let broken = |error| ApiError::bad_request("invalid_body", "the body ended early or could not be read").caused_by(error);
            Ok(CallBody::Bytes(body.collect().await.map_err(broken)?.to_bytes()))
        }
        length => Ok(CallBody::stream(TryStreamExt::map_err(body.into_data_stream(), Into::into), length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(headers: &[(&str, &str)]) -> Result<ProxyCall, ApiError> {
        let request = Request::post("/proxy/v1/a%2Fb?q=%20&q");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        call(request.body(Body::from("{}")).unwrap()).await
    }

    /// P5
    #[tokio::test]
    async fn only_what_is_meant_for_the_provider_goes_there() {
        let call = read(&[
            ("authorization", "Bearer our-key"),
            ("cookie", "a=b"),
            ("accept", "text/html"),
            ("content-type", "application/json"),
            ("nango-proxy-accept", "text/csv"),
            ("nango-proxy-content-type", "text/csv"),
            ("provider-config-key", "github"),
            ("base-url-override", ""),
            ("nango-activity-log-id", ""),
            ("retries", "3"),
            ("retry-on", "404,409"),
        ])
        .await
        .unwrap();
        let mut sent: Vec<_> = call.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        sent.sort();
        assert_eq!(sent, ["accept: text/csv", "content-type: text/csv"]);
        assert_eq!((call.endpoint.as_str(), call.query.as_deref()), ("/v1/a%2Fb", Some("q=%20&q")));
        assert_eq!((call.retries, call.retry_on.as_slice(), call.base_url_override), (3, [404, 409].as_slice(), None));
        assert!(matches!(call.body, CallBody::Bytes(_)));
    }

    #[tokio::test]
    async fn an_option_that_cannot_be_read_is_refused() {
        let wrong =
            [("retries", "-1"), ("retries", "x"), ("retry-on", "4xx"), ("decompress", "yes"), ("forward-headers-on-redirect", "maybe")];
        for (name, value) in wrong {
            assert_eq!(read(&[(name, value)]).await.unwrap_err().code(), "invalid_headers", "{name}: {value}");
        }
    }

    #[test]
    fn an_absolute_address_is_handed_on_whole() {
        let of = |uri: &'static str| endpoint(&Uri::from_static(uri)).to_owned();
        assert_eq!(of("/proxy/https://api.example.com/v1"), "https://api.example.com/v1");
        assert_eq!(of("/proxy"), "");
        assert_eq!(of("/proxy//v1/"), "//v1/");
    }
}
