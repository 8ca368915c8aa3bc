//! A request of a connection that has signed in.

use super::exchange::token;
use super::{Draft, DryStep, with_query};
use crate::Entry;
use crate::entry::auth::{Auth, BodyFormat, OAuth1Signature};

pub(super) fn with_credentials(entry: &Entry) -> DryStep {
    let proxy = &entry.proxy;
    let base = proxy.base_url.as_ref().map_or_else(|| "<base URL of the call>".to_owned(), crate::Template::sketch);
    let (what, method, endpoint) = match &proxy.verification {
        Some(verification) => {
            let endpoint = verification.endpoints.first().map_or("<endpoint>", String::as_str);
            ("The request that tells whether the credentials work", verification.method.as_str(), endpoint)
        }
        None => ("A request of the connection", if proxy.body.is_empty() { "GET" } else { "POST" }, "<endpoint>"),
    };
    let slash = if endpoint.starts_with('/') { "" } else { "/" };
    let mut draft = Draft::new(what, method, format!("{}{slash}{endpoint}", base.trim_end_matches('/'))).headers(&proxy.headers);
    if let Some(verification) = &proxy.verification {
        draft = draft.headers(&verification.headers);
    }
    if let Some(value) = signed(entry) {
        draft = draft.header("authorization", value);
    }
    let query: Vec<String> = proxy.query.iter().map(|(name, value)| format!("{name}={}", value.sketch())).collect();
    draft.url = with_query(&draft.url, &query);
    // Only what carries a body carries these fields.
    if draft.method == "GET" || draft.method == "HEAD" {
        draft.done()
    } else {
        Draft { format: BodyFormat::Json, ..draft }.fields(&proxy.body).done()
    }
}

/// What the mode itself puts into `Authorization`.
fn signed(entry: &Entry) -> Option<String> {
    let oauth1 = |method: &str, realm: &str| {
        format!("OAuth {realm}oauth_consumer_key=\"<client_id>\", oauth_token=\"<token>\", oauth_signature_method=\"{method}\", ...")
    };
    match &entry.auth {
        Auth::OAuth1(oauth) => Some(oauth1(
            match oauth.signature_method {
                OAuth1Signature::HmacSha1 => "HMAC-SHA1",
                OAuth1Signature::HmacSha256 => "HMAC-SHA256",
                OAuth1Signature::Plaintext => "PLAINTEXT",
            },
            "",
        )),
        Auth::Tba => Some(oauth1("HMAC-SHA256", "realm=\"<accountId>\", ")),
        Auth::AwsSigV4(aws) => Some(format!("AWS4-HMAC-SHA256 <signature for {} in <region>>", aws.service.sketch())),
        _ if !entry.uses_default_authorization() => None,
        Auth::OAuth2(_) | Auth::Mcp(_) | Auth::App(_) => Some("Bearer <access_token>".to_owned()),
        Auth::Jwt(jwt) if jwt.exchange.is_none() => Some(format!("Bearer {}", token(jwt))),
        Auth::ClientCredentials(_) | Auth::Jwt(_) | Auth::TwoStep(_) | Auth::Signature(_) => Some("Bearer <token>".to_owned()),
        Auth::Basic | Auth::InstallPlugin { .. } => Some("Basic base64(<username>:<password>)".to_owned()),
        Auth::ApiKey | Auth::Bill(_) | Auth::AppWithUser(_) | Auth::None => None,
    }
}
