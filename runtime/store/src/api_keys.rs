//! API keys, kept as hashes.

use syncline_domain::{ApiKeyId, EnvironmentId, EnvironmentName, Timestamp};

use crate::database::{Row, values};
use crate::{Error, Store};

/// The API keys.
pub struct ApiKeys<'s>(pub(crate) &'s Store);

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What it opens.
    pub environment: EnvironmentId,
    /// For people.
    pub display_name: String,
    /// SHA-256 of the key, which itself is kept nowhere.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// The present.
    pub now: Timestamp,
}

/// A key, without anything that opens a door.
#[derive(Clone, Debug)]
pub struct ApiKeyRow {
    /// Its row.
    pub id: ApiKeyId,
    /// What it opens.
    pub environment: EnvironmentId,
    /// Its environment's name.
    pub environment_name: EnvironmentName,
    /// For people.
    pub display_name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ApiKeys<'_> {
    /// Makes a key; [`crate::Constraint::ApiKey`] when the same key exists.
    pub async fn insert(&self, key: NewApiKey) -> Result<ApiKeyId, Error> {
        self.write(
            "INSERT INTO api_keys (environment, display_name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            key,
        )
        .await
    }

    /// Makes a key with the scope `*`, or leaves the one that has this hash; moved to `environment` if it was elsewhere.
    pub async fn ensure(&self, environment: EnvironmentId, display_name: &str, hash: [u8; 32], now: Timestamp) -> Result<ApiKeyId, Error> {
        let key = NewApiKey { environment, display_name: display_name.to_owned(), hash, scopes: vec!["*".to_owned()], now };
        self.write(
            "INSERT INTO api_keys (environment, display_name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (hash) DO UPDATE SET environment = excluded.environment RETURNING id",
            key,
        )
        .await
    }

    /// Finds a key by the SHA-256 of what a caller sent.
    pub async fn lookup_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiKeyRow>, Error> {
        let sql = "SELECT k.*, e.name AS environment_name FROM api_keys k JOIN environments e ON e.id = k.environment WHERE k.hash = $1";
        self.0.database().row(sql, values![hash.to_vec()]).await?.as_ref().map(api_key).transpose()
    }

    /// An environment's keys, oldest first.
    pub async fn list(&self, environment: EnvironmentId) -> Result<Vec<ApiKeyRow>, Error> {
        let sql = "SELECT k.*, e.name AS environment_name FROM api_keys k JOIN environments e ON e.id = k.environment
                   WHERE k.environment = $1 ORDER BY k.id";
        self.0.database().rows(sql, values![environment]).await?.iter().map(api_key).collect()
    }

    /// Ends a key; `false` when the environment has none of this id.
    pub async fn delete(&self, environment: EnvironmentId, id: ApiKeyId) -> Result<bool, Error> {
        let sql = "DELETE FROM api_keys WHERE environment = $1 AND id = $2";
        self.0
            .database()
            .write(move |transaction| Box::pin(async move { Ok(transaction.execute(sql, values![environment, id]).await? > 0) }))
            .await
    }

    async fn write(&self, sql: &'static str, key: NewApiKey) -> Result<ApiKeyId, Error> {
        let scopes = serde_json::to_string(&key.scopes).expect("strings are JSON");
        let values = values![key.environment, key.display_name, key.hash.to_vec(), scopes, key.now];
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
                    Ok(ApiKeyId(row.get("id")?))
                })
            })
            .await
    }
}

fn api_key(row: &Row) -> Result<ApiKeyRow, Error> {
    Ok(ApiKeyRow {
        id: ApiKeyId(row.get("id")?),
        environment: EnvironmentId(row.get("environment")?),
        environment_name: row.parse("api_keys", "environment_name", |text| EnvironmentName::new(text).ok())?,
        display_name: row.get("display_name")?,
        scopes: row.parse("api_keys", "scopes", |text| serde_json::from_str(text).ok())?,
        created_at: row.time("created_at")?,
    })
}
