//! The connection that a request is about, named in its headers.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use syncline_domain::{ConnectionName, ConnectionRef, IntegrationKey};
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::issue::Issue;

/// The two headers, described.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `Addressed` reads by hand")]
pub(crate) struct Address {
    /// Key of the integration
    #[param(rename = "Provider-Config-Key", max_length = 255)]
    provider_config_key: String,
    /// Id of the connection
    #[param(rename = "Connection-Id", max_length = 255)]
    connection_id: String,
}

/// `Provider-Config-Key` and `Connection-Id`, both required: 400 `invalid_headers`.
pub(crate) struct Addressed(pub(crate) ConnectionRef);

impl<S: Send + Sync> FromRequestParts<S> for Addressed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parse(&parts.headers).map(Self).map_err(|issues| ApiError::all_invalid("invalid_headers", issues))
    }
}

/// A header's text; `None` where it is absent. Names are ASCII by rule, so anything else is as good as a wrong name.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

fn parse(headers: &HeaderMap) -> Result<ConnectionRef, Vec<Issue>> {
    let mut issues = Vec::new();
    let mut read = |name: &'static str| {
        let text = header(headers, name);
        if text.is_none() {
            issues.push(Issue::new("invalid_type", &[name], "the header is missing"));
        }
        text
    };
    let (integration, connection) = (read("provider-config-key"), read("connection-id"));
    let integration = integration.and_then(|text| keep(IntegrationKey::new(text), "provider-config-key", &mut issues));
    let connection = connection.and_then(|text| keep(ConnectionName::new(text), "connection-id", &mut issues));
    integration.zip(connection).map(|(integration, connection)| ConnectionRef { integration, connection }).ok_or(issues)
}

fn keep<T, E: ToString>(parsed: Result<T, E>, name: &str, issues: &mut Vec<Issue>) -> Option<T> {
    parsed.inspect_err(|defect| issues.push(Issue::new("invalid_format", &[name], defect.to_string()))).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn both_headers_are_needed_and_each_defect_is_told() {
        let mut headers = HeaderMap::new();
        assert_eq!(parse(&headers).unwrap_err().len(), 2);
        headers.insert("provider-config-key", HeaderValue::from_static("git/hub"));
        assert_eq!(parse(&headers).unwrap_err().len(), 2);
        headers.insert("provider-config-key", HeaderValue::from_static("github"));
        headers.insert("connection-id", HeaderValue::from_bytes("hübsch".as_bytes()).unwrap());
        assert_eq!(parse(&headers).unwrap_err().len(), 1);
        headers.insert("connection-id", HeaderValue::from_static("a/b {c}"));
        assert_eq!(parse(&headers).unwrap().connection.as_str(), "a/b {c}");
    }
}
