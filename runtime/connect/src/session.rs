//! Connect sessions: short-lived tokens with which a browser makes one connection.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use syncline_domain::{ConnectSessionId, ConnectionRef, ConnectionRowId, EndUser, EnvironmentId, IntegrationKey, Secret, Tags, Timestamp};
use syncline_store::{ConnectSessionRow, NewConnectSession};
use url::Url;

use crate::{Connect, ConnectError};

/// Wire contract 1.2. Long enough for a person who first has to find a password, short enough to be of little use when found.
pub const SESSION_LIFE: Duration = Duration::from_mins(30);

const PREFIX: &str = "nango_connect_session_";

/// A session to open.
#[derive(Debug, Default)]
pub struct NewSession {
    /// Whose connection it will be.
    pub end_user: Option<EndUser>,
    /// Labels of the connection.
    pub tags: Tags,
    /// The integrations to choose from; `None` for all.
    pub allowed_integrations: Option<Vec<IntegrationKey>>,
    /// What the product knows better than its user.
    pub settings: SessionSettings,
    /// Where webhooks about the connection go instead.
    pub webhook_url_override: Option<String>,
    /// The connection to authorize again. Its integration is the only one allowed then.
    pub reconnect: Option<ConnectionRef>,
}

/// What a session says about the flows made with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionSettings {
    /// By integration key.
    pub defaults: BTreeMap<String, IntegrationDefaults>,
    /// Another page of help, by integration key.
    pub docs_connect: BTreeMap<String, String>,
    /// Where a browser without a popup goes at the end.
    pub return_to: Option<Url>,
}

/// What the product presets for one integration. Its values win over the browser's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntegrationDefaults {
    /// Scopes instead of the integration's.
    pub user_scopes: Option<String>,
    /// Added to the authorization request.
    pub authorization_params: BTreeMap<String, String>,
    /// Values that the user is not asked for.
    pub connection_config: Map<String, Value>,
}

/// A session that was opened. The token is shown once.
#[derive(Debug)]
pub struct CreatedSession {
    /// What the browser sends.
    pub token: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A live session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Its row.
    pub id: ConnectSessionId,
    /// Where its connection will be.
    pub environment: EnvironmentId,
    /// Whose connection it will be.
    pub end_user: Option<EndUser>,
    /// Labels of the connection.
    pub tags: Tags,
    /// `None` for all.
    pub allowed_integrations: Option<Vec<IntegrationKey>>,
    /// What the product presets.
    pub settings: SessionSettings,
    /// The connection to authorize again.
    pub reconnect: Option<ConnectionRowId>,
    /// Where webhooks about the connection go instead.
    pub webhook_url_override: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it has made its connection. It makes one.
    pub is_used: bool,
}

impl Session {
    /// Whether the session may make connections of this integration.
    pub fn allows(&self, integration: &IntegrationKey) -> bool {
        self.allowed_integrations.as_ref().is_none_or(|allowed| allowed.contains(integration))
    }

    /// What the product presets for the integration.
    pub fn defaults(&self, integration: &IntegrationKey) -> Option<&IntegrationDefaults> {
        self.settings.defaults.get(integration.as_str())
    }

    fn read(row: ConnectSessionRow) -> Result<Self, ConnectError> {
        let settings = serde_json::from_str(row.settings.expose()).map_err(|_| ConnectError::UnknownSession)?;
        Ok(Self {
            id: row.id,
            environment: row.environment,
            end_user: row.end_user,
            tags: row.tags,
            allowed_integrations: row.allowed_integrations,
            settings,
            reconnect: row.reconnect,
            webhook_url_override: row.webhook_url_override,
            expires_at: row.expires_at,
            is_used: row.used_at.is_some(),
        })
    }
}

impl Connect {
    /// Opens a session for [`SESSION_LIFE`]. Every integration named must exist.
    pub async fn create_session(&self, environment: EnvironmentId, new: NewSession) -> Result<CreatedSession, ConnectError> {
        let mut allowed = new.allowed_integrations;
        let mut reconnect = None;
        if let Some(of) = &new.reconnect {
            let row = self.store().connections().lookup(environment, of).await?.ok_or(ConnectError::UnknownConnection)?;
            reconnect = Some(row.id);
            allowed = Some(vec![of.integration.clone()]);
        }
        for (at, key) in allowed.iter().flatten().enumerate() {
            self.named(environment, key, || vec!["allowed_integrations".to_owned(), at.to_string()]).await?;
        }
        for (place, keys) in [
            ("integrations_config_defaults", new.settings.defaults.keys().collect::<Vec<_>>()),
            ("overrides", new.settings.docs_connect.keys().collect()),
        ] {
            for key in keys {
                let path = || vec![place.to_owned(), key.clone()];
                let known = IntegrationKey::new(key.as_str()).map_err(|_| ConnectError::SessionIntegration { path: path() })?;
                self.named(environment, &known, path).await?;
            }
        }
        let now = self.now();
        let token = self.new_token();
        let session = NewConnectSession {
            environment,
            token_hash: hash(token.expose()),
            end_user: new.end_user,
            tags: new.tags,
            allowed_integrations: allowed,
            settings: Secret::new(serde_json::to_string(&new.settings).expect("plain data has a JSON form")),
            reconnect,
            webhook_url_override: new.webhook_url_override,
            expires_at: now.plus(SESSION_LIFE),
            now,
        };
        let expires_at = self.store().connect_sessions().insert(session).await?.expires_at;
        Ok(CreatedSession { token, expires_at })
    }

    /// The session behind a token.
    pub async fn session(&self, token: &str) -> Result<Session, ConnectError> {
        if !is_session_token(token) {
            return Err(ConnectError::SessionTokenFormat);
        }
        let row = self.store().connect_sessions().lookup_by_hash(&hash(token), self.now()).await?;
        Session::read(row.ok_or(ConnectError::UnknownSession)?)
    }

    /// Ends a session. `false` when it had ended.
    pub async fn delete_session(&self, session: &Session) -> Result<bool, ConnectError> {
        Ok(self.store().connect_sessions().delete(session.id).await?)
    }

    async fn named(&self, environment: EnvironmentId, key: &IntegrationKey, path: impl Fn() -> Vec<String>) -> Result<(), ConnectError> {
        let found = self.store().integrations().lookup(environment, key).await?;
        found.map(drop).ok_or_else(|| ConnectError::SessionIntegration { path: path() })
    }

    fn new_token(&self) -> Secret {
        let mut token = String::with_capacity(PREFIX.len() + 64);
        token.push_str(PREFIX);
        for byte in [self.random(), self.random()].as_flattened() {
            write!(token, "{byte:02x}").expect("a string takes everything");
        }
        Secret::new(token)
    }
}

/// `nango_connect_session_` and 64 hexadecimal digits: wire contract 1.2.
pub fn is_session_token(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 64 && rest.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()))
}

/// 256 random bits need no slow hash.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
