//! `AWS_SIGV4`: keys of a role in the person's account, assumed for an hour or so with the integration's own keys.
//!
//! The person's role trusts our account under an external id, so that nobody else's connection can use it (the confused deputy problem).

mod answer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret};
use syncline_outbound::{AwsKeys, AwsRequest, Fetch};
use syncline_providers::AwsSigV4;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::setting::Setting;
use crate::supplied::{Known, Supplied, input, require};
use crate::{Grant, ModeError, supplied};

const MAX_REGION_CHARS: usize = 64;
/// Where the global endpoint signs.
const DEFAULT_REGION: &str = "us-east-1";
const TIMEOUT: Duration = Duration::from_secs(30);
/// An answer has about 2 KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

pub(crate) async fn exchange(setting: &Setting<'_>, aws: &AwsSigV4, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let supplied = supplied::read(setting, given, &[])?;
    check(&supplied)?;
    assume(setting, aws, supplied).await
}

/// Assumes the role again.
pub(crate) async fn renew(setting: &Setting<'_>, aws: &AwsSigV4, held: &Exchanged) -> Result<Grant, ModeError> {
    assume(setting, aws, held.supplied.clone()).await
}

/// The region becomes part of a host.
fn check(supplied: &Supplied) -> Result<(), ModeError> {
    let arn = require(supplied, "role_arn")?.expose();
    let is_role = arn.starts_with("arn:aws") && arn.split(':').nth(2) == Some("iam") && arn.contains(":role/");
    if !is_role || arn.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(input("role_arn", "must be a role such as arn:aws:iam::123456789012:role/NAME".to_owned()));
    }
    let is_region = |text: &str| text.len() <= MAX_REGION_CHARS && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    match supplied.get("region") {
        Some(region) if !is_region(region.expose()) => Err(input("region", "must be a region such as eu-central-1".to_owned())),
        _ => Ok(()),
    }
}

async fn assume(setting: &Setting<'_>, aws: &AwsSigV4, mut supplied: Supplied) -> Result<Grant, ModeError> {
    let Assume { fetch, region, service, external_id } = request(setting, aws, &supplied)?;
    let assumed = ask(setting, fetch).await?;

    supplied.insert("region".to_owned(), Secret::new(region));
    supplied.insert("service".to_owned(), Secret::new(service));
    supplied.insert("external_id".to_owned(), Secret::new(external_id));
    let raw = json!({ "Expiration": assumed.expires_at.to_millis_z(), "AssumedRoleUser": assumed.user });
    let obtained = Obtained {
        fields: BTreeMap::from([
            ("access_key_id".to_owned(), assumed.access_key_id),
            ("secret_access_key".to_owned(), assumed.secret_access_key),
            ("session_token".to_owned(), assumed.session_token),
        ]),
        expires_at: Some(assumed.expires_at),
        raw: Some(Secret::new(raw.to_string())),
    };
    Ok(Grant::new(Credentials::Exchanged(Exchanged { mode: AuthMode::AwsSigv4, supplied, obtained: Some(obtained) })))
}

/// One request to STS, and what it asks for.
pub(crate) struct Assume {
    pub(crate) fetch: Fetch,
    region: String,
    service: String,
    external_id: String,
}

/// `AssumeRole`, signed with the integration's keys.
pub(crate) fn request(setting: &Setting<'_>, aws: &AwsSigV4, supplied: &Supplied) -> Result<Assume, ModeError> {
    let external_id = setting.connection_config.get("external_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    let external_id = external_id.ok_or_else(|| input("external_id", "is missing: name it in the connection config".to_owned()))?;
    let known = Known { supplied, more: &[] };
    let values = setting.values(&known, &[]);
    let service = aws.service.resolve(&values).map_err(|unresolved| input("service", unresolved.to_string()))?;
    let url = setting.url(&aws.sts_url, &values)?;
    let configured = setting.connection_config.get("region").and_then(Value::as_str);
    let region = supplied.get("region").map(Secret::expose).or(configured).unwrap_or(DEFAULT_REGION).to_owned();
    let role = require(supplied, "role_arn")?.expose();
    let body = Serializer::new(String::new())
        .append_pair("Action", "AssumeRole")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", role)
        // Stands in the person's audit log.
        .append_pair("RoleSessionName", &format!("syncline-{:08x}", u128::from_be_bytes((setting.randomness)()) as u32))
        .append_pair("ExternalId", external_id)
        .append_pair("DurationSeconds", &aws.lifetime_s.to_string())
        .finish();
    Ok(Assume { fetch: signed(setting, url, body)?, region, service, external_id: external_id.to_owned() })
}

fn signed(setting: &Setting<'_>, url: Url, body: String) -> Result<Fetch, ModeError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let keys = AwsKeys {
        access_key_id: setting.client.require("access_key_id")?.to_owned(),
        secret_access_key: Secret::new(setting.client.require("secret_access_key")?),
        session_token: None,
        region: signing_region(&host).to_owned(),
        service: "sts".to_owned(),
    };
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        (ACCEPT, HeaderValue::from_static("application/xml")),
    ]);
    let request = AwsRequest { method: &Method::POST, url: &url, headers: &headers, body: Some(body.as_bytes()), at: setting.now() };
    let unsigned = |defect: syncline_outbound::SigningDefect| ModeError::Setup { problem: defect.to_string() };
    let signature = keys.sign(&request).map_err(unsigned)?;
    for (name, value) in signature {
        headers.insert(name, value);
    }
    Ok(Fetch {
        method: Method::POST,
        url: url.into(),
        headers,
        body: Bytes::from(body),
        hosts: Arc::from([host]),
        timeout: TIMEOUT,
        max_bytes: MAX_ANSWER_BYTES,
    })
}

async fn ask(setting: &Setting<'_>, fetch: Fetch) -> Result<answer::Assumed, ModeError> {
    let host = fetch.hosts.first().cloned().unwrap_or_default();
    let response = setting.http.fetch(fetch).await.map_err(|error| ModeError::Unavailable {
        code: error.code().to_owned(),
        message: error.to_string(),
        retry_after: None,
    })?;
    answer::read(response.status, &response.body, &host)
}

/// `sts.eu-central-1.amazonaws.com` signs for its region, all else for the default.
fn signing_region(host: &str) -> &str {
    let region = host.strip_prefix("sts.").and_then(|rest| rest.split_once(".amazonaws.")).map(|(region, _)| region);
    region.filter(|region| !region.is_empty()).unwrap_or(DEFAULT_REGION)
}
