//! The connection that a request is made for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_domain::{Credentials, Secret, Timestamp};
use syncline_providers::{Entry, Moment, Name, Values};

use crate::CredentialError;

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
    /// Whether a request signed with `other` would look the same.
    pub(crate) fn signs_like(&self, other: &Self) -> bool {
        self.credentials.auth_mode() == other.credentials.auth_mode() && self.credentials.secrets() == other.credentials.secrets()
    }
}

impl Values for ProviderTarget {
    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        match name {
            Name::ConnectionConfig(key) => match self.connection_config.get(key) {
                Some(Value::String(text)) if !text.is_empty() => Some(text.into()),
                Some(Value::Number(number)) => Some(number.to_string().into()),
                Some(Value::Bool(flag)) => Some(flag.to_string().into()),
                _ => self.entry.connection_config.get(key)?.default_value.as_deref().map(Into::into),
            },
            Name::Credential(key) => self.credentials.field(key).map(Into::into),
            Name::Integration(key) => self.client.as_ref()?.get(key).map(Into::into),
            Name::Step(..) | Name::Random | Name::Now(_) => None,
        }
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
            Name::Now(Moment::Seconds) => Some(self.now.unix_millis().div_euclid(1000).to_string().into()),
            Name::Now(Moment::Millis) => Some(self.now.unix_millis().to_string().into()),
            Name::Now(Moment::Iso) => Some(format!("{}Z", &self.now.to_millis_z()[..19]).into()),
            _ => self.target.value(name),
        }
    }
}

impl fmt::Debug for ProviderTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTarget").field("provider", &self.entry.key).finish_non_exhaustive()
    }
}
