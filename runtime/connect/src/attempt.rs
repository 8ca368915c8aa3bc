//! One try to make a connection within a session: which integration, with which settings.

use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_domain::{ConnectionName, ConnectionRowId, IntegrationKey, Secret};
use syncline_outbound::ClientKeys;
use syncline_providers::Entry;
use syncline_store::{ConnectionRow, IntegrationRow};
use url::Url;

use crate::setting::{Client, Setting};
use crate::{Connect, ConnectError, Session, connection_config};

/// What a browser asks for.
#[derive(Debug)]
pub struct Attempt {
    /// Under which session.
    pub session: Session,
    /// The integration's key.
    pub integration: IntegrationKey,
    /// For the connection config. The session's own values win.
    pub params: Map<String, Value>,
    /// Scopes instead of the integration's, separated by commas. The session's own win.
    pub user_scopes: Option<String>,
}

/// A connection that was made or authorized again.
#[derive(Debug)]
pub struct Connected {
    /// As stored, without its credentials.
    pub row: ConnectionRow,
    /// Whether there was none of this id before.
    pub is_new: bool,
    /// Whether the provider still has to say yes.
    pub is_pending: bool,
}

/// An attempt that may go on.
pub(crate) struct Prepared {
    pub(crate) session: Session,
    pub(crate) integration: IntegrationRow,
    pub(crate) entry: Arc<Entry>,
    pub(crate) connection_config: Map<String, Value>,
    pub(crate) scopes: Option<String>,
    pub(crate) name: ConnectionName,
    /// The connection that is authorized again.
    pub(crate) target: Option<ConnectionRowId>,
}

impl Connect {
    /// Holds an attempt against its session, and what it brings against the entry.
    pub(crate) async fn prepare(&self, attempt: Attempt) -> Result<Prepared, ConnectError> {
        let Attempt { session, integration: key, params, user_scopes } = attempt;
        if session.is_used {
            return Err(ConnectError::SessionUsed);
        }
        let found = self.store().integrations().lookup(session.environment, &key).await?;
        let integration = found.ok_or_else(|| ConnectError::UnknownIntegration { key: key.to_string() })?;
        if !session.allows(&key) {
            return Err(ConnectError::IntegrationNotAllowed { key: key.to_string() });
        }
        let entry = self.entry(&integration.provider)?;
        let mut connection_config = Map::new();
        let name = match session.reconnect {
            Some(target) => {
                let row = self.store().connections().lookup_by_row_id(target).await?;
                let row = row.filter(|row| row.integration == integration.id).ok_or(ConnectError::ReconnectTargetGone)?;
                connection_config = serde_json::from_str(&row.connection_config).unwrap_or_default();
                row.name
            }
            None => self.new_name(),
        };
        connection_config.extend(params);
        let defaults = session.defaults(&key);
        connection_config.extend(defaults.map(|defaults| defaults.connection_config.clone()).unwrap_or_default());
        connection_config::complete(&entry, &mut connection_config)?;
        let scopes = defaults.and_then(|defaults| defaults.user_scopes.clone()).or(user_scopes);
        let target = session.reconnect;
        Ok(Prepared { session, integration, entry, connection_config, scopes, name, target })
    }

    /// What the mode's module works with, for an attempt. `own` is a client that the connection brings.
    pub(crate) fn setting_of<'a>(&'a self, urls: &'a Urls, prepared: &'a Prepared, own: Option<Map<String, Value>>) -> Setting<'a> {
        let client = Client::new(settings(&prepared.integration), own);
        let setting = self.setting(urls, &prepared.entry, &prepared.connection_config, client);
        Setting { scopes: prepared.scopes.clone(), ..setting }
    }

    /// The same without scopes, for what exists already.
    pub(crate) fn setting<'a>(&'a self, urls: &'a Urls, entry: &'a Arc<Entry>, of: &'a Map<String, Value>, client: Client) -> Setting<'a> {
        Setting {
            http: &self.options().http,
            clock: self.options().clock.as_ref(),
            randomness: self.options().randomness,
            callback_url: &urls.callback,
            client_metadata_url: &urls.client_metadata,
            entry,
            client,
            connection_config: of,
            scopes: None,
        }
    }

    /// Our addresses, as providers see them.
    pub(crate) async fn urls(&self, integration: &IntegrationRow) -> Result<Urls, ConnectError> {
        let found = self.store().environments().lookup(integration.environment).await?;
        let environment = found.ok_or(ConnectError::UnknownConnection)?.uuid;
        Ok(Urls {
            callback: self.callback_url(),
            client_metadata: self.below(&["oauth", "client-metadata", &environment.to_string(), integration.key.as_str()]),
        })
    }

    /// Where providers send browsers back to, for every integration.
    pub fn callback_url(&self) -> Url {
        self.below(&["oauth", "callback"])
    }

    fn below(&self, path: &[&str]) -> Url {
        let mut url = self.options().public_url.clone();
        url.path_segments_mut().expect("an http URL has a path").pop_if_empty().extend(path);
        url
    }
}

/// Our addresses, as providers see them.
pub(crate) struct Urls {
    pub(crate) callback: Url,
    pub(crate) client_metadata: Url,
}

/// Everything that is set in an integration, in one object: `client_id`, `scopes`, `app_id`, settings of its own.
pub(crate) fn settings(integration: &IntegrationRow) -> Map<String, Value> {
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let mut settings = integration.custom.as_deref().map(object).unwrap_or_default();
    settings.extend(integration.credentials.as_ref().map(|credentials| object(credentials.expose())).unwrap_or_default());
    settings
}

/// The same for the proxy, which signs requests with some of it.
pub(crate) fn client_keys(integration: &IntegrationRow) -> ClientKeys {
    let text = |(name, value): (String, Value)| Some((name, Secret::new(value.as_str()?)));
    settings(integration).into_iter().filter_map(text).collect()
}
