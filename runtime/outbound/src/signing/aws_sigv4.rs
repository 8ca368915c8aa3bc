//! AWS Signature Version 4, with Amazon's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use syncline_domain::{Secret, Timestamp};
use url::Url;

use super::SigningDefect;
use super::oauth1::encode;

/// All that a signature may add.
pub(super) static HEADERS: [HeaderName; 4] = [
    AUTHORIZATION,
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-amz-content-sha256"),
];

/// Who signs, and for what.
#[derive(Clone, Debug)]
pub struct AwsKeys {
    /// Names the secret.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret,
    /// Sent with temporary keys.
    pub session_token: Option<Secret>,
    /// `eu-central-1`
    pub region: String,
    /// The service's name in the scope: `s3`, `sts`.
    pub service: String,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct AwsRequest<'a> {
    /// HTTP method.
    pub method: &'a Method,
    /// Final, as it will be sent.
    pub url: &'a Url,
    /// All that will be sent, besides `Host`. Those of an earlier signature are passed over.
    pub headers: &'a HeaderMap,
    /// Whole; `None` if it is streamed. It then travels unsigned, which S3 allows over TLS and most other services refuse.
    pub body: Option<&'a [u8]>,
    /// Now.
    pub at: Timestamp,
}

impl AwsKeys {
    /// The headers that sign the request, `Authorization` among them.
    pub fn sign(&self, request: &AwsRequest<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, SigningDefect> {
        let unsignable = |problem| SigningDefect::Request { problem };
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        let identity = Credentials::new(&self.access_key_id, self.secret_access_key.expose(), token, None, "syncline").into();
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(system_time(request.at))
            .settings(self.settings(request.body.is_some()))
            .build()
            .expect("identity, region, name, time and settings are all there are")
            .into();
        let headers = signable(request.headers)?;
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = request.body.map_or(SignableBody::UnsignedPayload, SignableBody::Bytes);
        let url = if self.is_s3() { strictly_encoded(request.url) } else { request.url.clone() };
        let signable = SignableRequest::new(request.method.as_str(), url.as_str(), headers, body)
            .map_err(|_| unsignable("the URL has characters that must be percent-encoded"))?;
        let (instructions, _) = sign(signable, &params).map_err(|_| unsignable("a header has an unusable value"))?.into_parts();
        let (added, _) = instructions.into_parts();
        added
            .into_iter()
            .map(|header| {
                let mut value = HeaderValue::from_str(header.value()).map_err(|_| unsignable("a key is not a header's text"))?;
                value.set_sensitive(true);
                Ok((HeaderName::from_static(header.name()), value))
            })
            .collect()
    }

    /// S3 and what belongs to it: `s3express`, `s3-outposts`.
    fn is_s3(&self) -> bool {
        self.service.starts_with("s3")
    }

    /// S3 takes paths encoded once and wants the body's hash in a header; all other services take paths as sent, encoded once more.
    fn settings(&self, is_whole: bool) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.is_s3() {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if self.is_s3() || !is_whole {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }
}

/// Each name once, several values joined: the signer would cover only the first of them.
fn signable(headers: &HeaderMap) -> Result<IndexMap<String, String>, SigningDefect> {
    let mut joined: IndexMap<String, String> = IndexMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| !HEADERS.contains(name)) {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| SigningDefect::Request { problem: "a header is not UTF-8" })?;
        joined.entry(name.as_str().to_owned()).and_modify(|all| *all = format!("{all},{value}")).or_insert_with(|| value.to_owned());
    }
    Ok(joined)
}

/// A URL may leave `$` or `@` in a path as they are; S3 signs them encoded.
fn strictly_encoded(url: &Url) -> Url {
    let mut strict = url.clone();
    let segments: Vec<String> = url.path().split('/').map(|segment| encode(&percent_decode_str(segment).collect::<Vec<u8>>())).collect();
    strict.set_path(&segments.join("/"));
    strict
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at.unix_micros()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
