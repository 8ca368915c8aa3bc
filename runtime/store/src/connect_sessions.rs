//! Sessions in which a customer's user connects accounts. Their tokens are kept as hashes.

use std::sync::Arc;

use syncline_domain::{ConnectSessionId, ConnectionRowId, EndUser, EnvironmentId, IntegrationKey, Secret, Tags, Timestamp};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
use crate::jobs::payload;
use crate::{Constraint, Error, Store};

/// The sessions.
pub struct ConnectSessions<'s>(pub(crate) &'s Store);

/// A session to make.
#[derive(Clone, Debug)]
pub struct NewConnectSession {
    /// Where.
    pub environment: EnvironmentId,
    /// SHA-256 of the token, which itself is kept nowhere.
    pub token_hash: [u8; 32],
    /// Whose accounts are connected.
    pub end_user: Option<EndUser>,
    /// Labels of the connections that come of it.
    pub tags: Tags,
    /// Which integrations may be connected; `None` for all.
    pub allowed_integrations: Option<Vec<IntegrationKey>>,
    /// Defaults of single integrations and overrides of their clients, as a JSON object. Encrypted.
    pub settings: Secret,
    /// The connection that is connected again.
    pub reconnect: Option<ConnectionRowId>,
    /// Where the connections' webhooks go.
    pub webhook_url_override: Option<String>,
    /// Its end.
    pub expires_at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// A session.
#[derive(Clone, Debug)]
pub struct ConnectSessionRow {
    /// Its row.
    pub id: ConnectSessionId,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose accounts are connected.
    pub end_user: Option<EndUser>,
    /// Labels of the connections that come of it.
    pub tags: Tags,
    /// Which integrations may be connected; `None` for all.
    pub allowed_integrations: Option<Vec<IntegrationKey>>,
    /// Defaults of single integrations and overrides of their clients, as a JSON object.
    pub settings: Secret,
    /// The connection that is connected again.
    pub reconnect: Option<ConnectionRowId>,
    /// Where the connections' webhooks go.
    pub webhook_url_override: Option<String>,
    /// Its end.
    pub expires_at: Timestamp,
    /// When a connection came of it; it makes no second one.
    pub used_at: Option<Timestamp>,
}

impl ConnectSessions<'_> {
    /// Makes one; [`Constraint::ConnectSession`] when the token exists already.
    pub async fn insert(&self, new: NewConnectSession) -> Result<ConnectSessionRow, Error> {
        let cipher = self.0.cipher().clone();
        self.0.database().write(move |transaction| Box::pin(async move { insert(transaction, &cipher, new).await })).await
    }

    /// Finds one by the SHA-256 of what a caller sent, unless it is over. A used one is found.
    pub async fn lookup_by_hash(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<ConnectSessionRow>, Error> {
        let sql = "SELECT * FROM connect_sessions WHERE token_hash = $1 AND expires_at > $2";
        let row = self.0.database().row(sql, values![token_hash.to_vec(), now]).await?;
        row.map(|row| session(&row, self.0.cipher())).transpose()
    }

    /// Ends one; `false` when it is gone. No connection can come of it then.
    pub async fn delete(&self, id: ConnectSessionId) -> Result<bool, Error> {
        let sql = "DELETE FROM connect_sessions WHERE id = $1";
        Ok(self.0.database().execute(sql, values![id]).await? > 0)
    }
}

/// Uses a session up, in the transaction that makes its connection; [`Constraint::ConnectSession`] when that was done or it is gone.
///
/// Not when it is over: whoever went to the provider in time may come back a little late, and the state of that trip has its own end.
pub(crate) async fn mark_used_in(transaction: &mut Transaction, id: ConnectSessionId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE connect_sessions SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    if transaction.execute(sql, values![id, now]).await? == 0 {
        return Err(Error::Conflict { constraint: Constraint::ConnectSession });
    }
    Ok(())
}

async fn insert(transaction: &mut Transaction, cipher: &Arc<Cipher>, new: NewConnectSession) -> Result<ConnectSessionRow, Error> {
    let sql =
        "INSERT INTO connect_sessions (environment, token_hash, end_user, tags, allowed_integrations, reconnect, webhook_url_override,
                   created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let values = values![
        new.environment,
        new.token_hash.to_vec(),
        new.end_user.as_ref().map(payload::json),
        payload::json(&new.tags),
        new.allowed_integrations.as_ref().map(|keys| payload::json(&keys.iter().map(IntegrationKey::as_str).collect::<Vec<_>>())),
        new.reconnect,
        new.webhook_url_override.as_deref(),
        new.now,
        new.expires_at
    ];
    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
    let id = ConnectSessionId(row.get("id")?);
    let sealed = cipher.seal(place(&id), new.settings.expose().as_bytes());
    let sql = "UPDATE connect_sessions SET settings = $2 WHERE id = $1 RETURNING *";
    let row = transaction.row(sql, values![id, sealed]).await?.expect("inserted above");
    session(&row, cipher)
}

fn place(id: &ConnectSessionId) -> Place<'_> {
    Place { table: "connect_sessions", column: "settings", row: id }
}

fn session(row: &Row, cipher: &Cipher) -> Result<ConnectSessionRow, Error> {
    let id = ConnectSessionId(row.get("id")?);
    let keys = |text: &str| {
        let keys: Vec<String> = serde_json::from_str(text).ok()?;
        keys.into_iter().map(|key| IntegrationKey::new(key).ok()).collect()
    };
    Ok(ConnectSessionRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        end_user: row.parse_optional("connect_sessions", "end_user", |text| serde_json::from_str(text).ok())?,
        tags: row.parse("connect_sessions", "tags", |text| serde_json::from_str(text).ok())?,
        allowed_integrations: row.parse_optional("connect_sessions", "allowed_integrations", keys)?,
        settings: Secret::new(cipher.open_text(place(&id), row.get("settings")?)?),
        reconnect: row.get::<Option<i64>>("reconnect")?.map(ConnectionRowId),
        webhook_url_override: row.get("webhook_url_override")?,
        expires_at: row.time("expires_at")?,
        used_at: row.optional_time("used_at")?,
    })
}
