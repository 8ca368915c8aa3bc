//! A connection whose requests are signed with OAuth 1.0a.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use syncline_domain::{Credentials, Oauth1, Secret, Timestamp};
use syncline_outbound::{ClientKeys, CredentialError, CredentialSource, OAuth1Keys, OAuth1Request, OAuth1Token, ProviderTarget, Refresh};
use syncline_providers::{Auth, Entry, OAuth1, OAuth1Signature, Template, Templates};

pub(crate) struct Signed(Entry);

impl Signed {
    pub(crate) fn new(base: &str) -> Self {
        let text = format!(
            "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  \
             mode: NONE\nproxy:\n  base_url: {base}\n"
        );
        let mut entry = syncline_providers::parse_entry(Path::new("acme.yaml"), &text).unwrap();
        let template = || Template::parse("https://acme.example").unwrap();
        entry.auth = Auth::OAuth1(Box::new(OAuth1 {
            request_url: template(),
            request_params: Templates::new(),
            authorization_url: template(),
            authorization_params: Templates::new(),
            token_url: template(),
            signature_method: OAuth1Signature::HmacSha1,
            token_response_metadata: Vec::new(),
        }));
        Self(entry)
    }

    /// The header of a GET at the fixture's moment and with its nonce, in the server's lower case.
    pub(crate) fn expected(url: &str) -> String {
        let keys = OAuth1Keys {
            method: OAuth1Signature::HmacSha1,
            consumer_key: "client".to_owned(),
            consumer_secret: Secret::new("client-secret"),
            token: Some(OAuth1Token { token: Secret::new("token"), secret: Secret::new("token-secret") }),
            realm: None,
        };
        let (url, nonce) = (url.parse().unwrap(), "07".repeat(16));
        let at = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        let ask = OAuth1Request { method: &Method::GET, url: &url, form: None, protocol: &[], at, nonce: &nonce };
        format!("authorization: {}", keys.authorization(&ask)).to_lowercase()
    }
}

#[async_trait]
impl CredentialSource for Signed {
    async fn target(&self, _: Refresh) -> Result<ProviderTarget, CredentialError> {
        let client = [("client_id", "client"), ("client_secret", "client-secret")];
        let client: ClientKeys = client.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect();
        Ok(ProviderTarget {
            entry: Arc::new(self.0.clone()),
            connection_config: Arc::default(),
            credentials: Arc::new(Credentials::Oauth1(Oauth1 {
                oauth_token: Secret::new("token"),
                oauth_token_secret: Secret::new("token-secret"),
                raw: None,
            })),
            client: Some(Arc::new(client)),
        })
    }
}
