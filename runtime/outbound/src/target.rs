//! The connection that a request is made for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_domain::{Credentials, Secret, Timestamp};
use syncline_providers::{Entry, Moment, Name, Values};
use url::Url;

use crate::{CredentialError, ProxyCall, ProxyError, address};

/// A provider as one connection sees it: what templates read.
#[derive(Clone)]
pub struct ProviderTarget {
    /// The provider.
    pub entry: Arc<Entry>,
    /// The connection's `connection_config`.
    pub connection_config: Arc<Map<String, Value>>,
    /// Usable now.
    pub credentials: Arc<Credentials>,
    /// The integration's own settings: what OAuth 1.0a signs with besides the connection's token, and what `${integration.KEY}` reads.
    pub client: Option<Arc<ClientKeys>>,
}

/// An integration's settings under the wire's names: `client_id`, `client_secret`, `app_id`, ... and those of its own making.
#[derive(Clone, Default, Debug)]
pub struct ClientKeys(BTreeMap<String, Secret>);

impl ClientKeys {
    /// One setting; empty ones count as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose).filter(|text| !text.is_empty())
    }
}

impl FromIterator<(String, Secret)> for ClientKeys {
    fn from_iter<I: IntoIterator<Item = (String, Secret)>>(settings: I) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// Whether credentials must be new.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refresh {
    /// Only if they are about to end.
    IfNeeded,
    /// The provider has just refused them.
    Force,
}

/// Gives usable credentials, refreshing them where it can.
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// The connection with its credentials. With [`Refresh::Force`], credentials that cannot be refreshed come back as they are.
    async fn target(&self, refresh: Refresh) -> Result<ProviderTarget, CredentialError>;
}

impl ProviderTarget {
    /// Where a call would go, for a caller that does not send it itself. Parameters that carry credentials are missing where those are.
    pub fn url(&self, call: &ProxyCall) -> Result<Url, ProxyError> {
        address::build(&RequestValues { target: self, now: Timestamp::default(), random: String::new() }, call)
    }

    /// Whether a request signed with `other` would look the same.
    pub(crate) fn signs_like(&self, other: &Self) -> bool {
        self.credentials.auth_mode() == other.credentials.auth_mode() && self.credentials.secrets() == other.credentials.secrets()
    }
}

impl Values for ProviderTarget {
    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        match name {
            Name::ConnectionConfig(key) => config_value(&self.entry, &self.connection_config, key),
            Name::Credential(key) => self.credentials.field(key).map(Into::into),
            Name::Integration(key) => self.client.as_ref()?.get(key).map(Into::into),
            Name::Step(..) | Name::Random | Name::Now(_) => None,
        }
    }
}

/// What `${connectionConfig.KEY}` reads: the connection's value, or the entry's default.
pub fn config_value<'a>(entry: &'a Entry, config: &'a Map<String, Value>, key: &str) -> Option<Cow<'a, str>> {
    let own = config.get(key).and_then(written_value);
    own.or_else(|| entry.connection_config.get(key)?.default_value.as_deref().map(Into::into))
}

/// JSON as a template writes it; an empty text, `null`, a list and an object are no value.
pub fn written_value(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()).map(Into::into),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    }
}

/// The present as a template writes it.
pub fn written_moment(moment: Moment, now: Timestamp) -> String {
    match moment {
        Moment::Seconds => now.unix_millis().div_euclid(1000).to_string(),
        Moment::Millis => now.unix_millis().to_string(),
        Moment::Iso => format!("{}Z", &now.to_millis_z()[..19]),
    }
}

/// What the templates of one request read: the connection, and what belongs to this moment alone.
pub(crate) struct RequestValues<'a> {
    pub(crate) target: &'a ProviderTarget,
    pub(crate) now: Timestamp,
    /// A UUID.
    pub(crate) random: String,
}

impl Values for RequestValues<'_> {
    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        match name {
            Name::Random => Some(self.random.as_str().into()),
            Name::Now(moment) => Some(written_moment(*moment, self.now).into()),
            _ => self.target.value(name),
        }
    }
}

impl fmt::Debug for ProviderTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTarget").field("provider", &self.entry.key).finish_non_exhaustive()
    }
}
