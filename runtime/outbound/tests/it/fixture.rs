//! A connection to the stand-in provider.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use syncline_domain::{Credentials, ManualClock, Oauth2, Secret, Timestamp};
use syncline_outbound::{
    CredentialError, CredentialSource, EgressPolicy, HttpClient, Limits, Options, Pace, ProviderTarget, Proxy, ProxyCall, Refresh,
};

/// What no error, log or other origin may show.
pub(crate) const CANARY: &str = "canary-token";

pub(crate) fn client() -> HttpClient {
    HttpClient::new(Options::new(EgressPolicy { allow_private_network: true }))
}

/// With a short patience, for providers that fall silent.
pub(crate) fn impatient() -> HttpClient {
    let mut options = Options::new(EgressPolicy { allow_private_network: true });
    options.idle_timeout = Duration::from_millis(50);
    HttpClient::new(options)
}

/// Waits nothing and remembers what it should have waited.
#[derive(Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.0.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

#[async_trait]
impl Pace for Waits {
    async fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }

    fn fraction(&self) -> f64 {
        0.0
    }

    fn nonce(&self) -> [u8; 16] {
        [7; 16]
    }
}

pub(crate) fn proxy(client: HttpClient) -> (Proxy, Waits) {
    let waits = Waits::default();
    let clock = ManualClock::new(Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
    (Proxy::new(client, Arc::new(clock), Arc::new(waits.clone()), Limits::default()), waits)
}

/// Holds one token, and the next if it is made to refresh.
pub(crate) struct Source {
    base: String,
    token: Mutex<&'static str>,
    next: Option<&'static str>,
    pub(crate) refreshes: Mutex<u32>,
}

impl Source {
    pub(crate) fn new(base: String, next: Option<&'static str>) -> Self {
        Self { base, token: Mutex::new(CANARY), next, refreshes: Mutex::new(0) }
    }
}

#[async_trait]
impl CredentialSource for Source {
    async fn target(&self, refresh: Refresh) -> Result<ProviderTarget, CredentialError> {
        if refresh == Refresh::Force {
            *self.refreshes.lock().unwrap() += 1;
            if let Some(next) = self.next {
                *self.token.lock().unwrap() = next;
            }
        }
        let text = format!(
            "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  \
             mode: OAUTH2\n  authorization_url: https://acme.example/a\n  token_url: https://acme.example/t\n  pkce: true\nproxy:\n  \
             base_url: {}\n  headers:\n    authorization: Bearer ${{accessToken}}\n    x-second-key: ${{accessToken}}\n",
            self.base
        );
        Ok(ProviderTarget {
            entry: Arc::new(syncline_providers::parse_entry(Path::new("acme.yaml"), &text).unwrap()),
            connection_config: Arc::default(),
            credentials: Arc::new(Credentials::Oauth2(Oauth2 {
                access_token: Secret::new(*self.token.lock().unwrap()),
                refresh_token: None,
                expires_at: None,
                raw: None,
                config_override: None,
            })),
            client: None,
        })
    }
}

pub(crate) fn get(endpoint: &str) -> ProxyCall {
    ProxyCall { endpoint: endpoint.to_owned(), ..ProxyCall::default() }
}
