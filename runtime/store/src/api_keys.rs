//! API keys, kept as hashes.

use syncline_domain::{ApiKeyId, EnvironmentId, EnvironmentName, Timestamp};

use crate::database::{Row, Sql, Transaction, values};
use crate::{Constraint, Error, Store};

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

/// What to do with a key of the same name in the same environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It stays, and the new one gets another name.
    Rename,
    /// It stops working: the name stands for the new one.
    Replace,
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
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ApiKeys<'_> {
    /// Makes a key; [`Error::Full`] when the environment has `limit` already, [`crate::Constraint::ApiKey`] when the name is taken there or the
    /// same key exists, [`crate::Constraint::Reference`] when the environment is gone.
    pub async fn insert(&self, key: NewApiKey, limit: u32) -> Result<ApiKeyRow, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let environment = key.environment;
                    lock_in(transaction, environment).await?;
                    let id = insert_in(transaction, key).await?;
                    let sql = "SELECT COUNT(*) AS present FROM api_keys WHERE environment = $1";
                    let count = transaction.row(sql, values![environment]).await?.expect("a count has one row");
                    if count.get::<i64>("present")? > i64::from(limit) {
                        return Err(Error::Full { limit });
                    }
                    let sql = "SELECT k.*, e.name AS environment_name FROM api_keys k JOIN environments e ON e.id = k.environment
                               WHERE k.id = $1";
                    api_key(&transaction.row(sql, values![id]).await?.expect("inserted above"))
                })
            })
            .await
    }

    /// Sees to it that the environment has this key, by this name as far as `taken` allows it, with these scopes. The key is elsewhere no more.
    /// Its name and scopes are what they were where it was there already under another name.
    pub async fn ensure(&self, key: NewApiKey, taken: Taken) -> Result<(), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    lock_in(transaction, key.environment).await?;
                    let elsewhere = "DELETE FROM api_keys WHERE hash = $1 AND environment <> $2";
                    transaction.execute(elsewhere, values![key.hash.to_vec(), key.environment]).await?;
                    let same = "SELECT id, display_name FROM api_keys WHERE hash = $1";
                    let same = transaction.row(same, values![key.hash.to_vec()]).await?;
                    if let Some(row) = same {
                        if taken == Taken::Rename || row.get::<String>("display_name")? == key.display_name {
                            let sql = "UPDATE api_keys SET scopes = $2 WHERE id = $1 AND scopes <> $2";
                            return transaction.execute(sql, values![row.get::<i64>("id")?, scopes(&key)]).await.map(drop);
                        }
                        transaction.execute("DELETE FROM api_keys WHERE id = $1", values![row.get::<i64>("id")?]).await?;
                    }
                    let named = "SELECT id FROM api_keys WHERE environment = $1 AND display_name = $2";
                    let named = transaction.row(named, values![key.environment, key.display_name.clone()]).await?;
                    let mut key = key;
                    match (named, taken) {
                        (None, _) => {}
                        (Some(row), Taken::Replace) => {
                            transaction.execute("DELETE FROM api_keys WHERE id = $1", values![row.get::<i64>("id")?]).await?;
                        }
                        // Says nothing of the key, and two have never the same.
                        (Some(_), Taken::Rename) => {
                            let [a, b, c, d, ..] = key.hash;
                            key.display_name = format!("{} {a:02x}{b:02x}{c:02x}{d:02x}", key.display_name);
                        }
                    }
                    insert_in(transaction, key).await.map(drop)
                })
            })
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
        Ok(self.0.database().execute(sql, values![environment, id]).await? > 0)
    }
}

/// Until the end of the transaction nobody else makes a key there, and the environment stays. [`crate::Constraint::Reference`] when it is gone.
async fn lock_in(transaction: &mut Transaction, environment: EnvironmentId) -> Result<(), Error> {
    // Differs because SQLite has one writer anyway.
    const LOCK: Sql = Sql::differs(
        "SELECT id FROM environments WHERE id = $1 AND deleted_at IS NULL",
        "SELECT id FROM environments WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
    );
    let found = transaction.row(LOCK, values![environment]).await?;
    found.map(drop).ok_or(Error::Conflict { constraint: Constraint::Reference })
}

async fn insert_in(transaction: &mut Transaction, key: NewApiKey) -> Result<ApiKeyId, Error> {
    let sql = "INSERT INTO api_keys (environment, display_name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let scopes = scopes(&key);
    let values = values![key.environment, key.display_name, key.hash.to_vec(), scopes, key.now];
    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
    Ok(ApiKeyId(row.get("id")?))
}

fn scopes(key: &NewApiKey) -> String {
    serde_json::to_string(&key.scopes).expect("strings are JSON")
}

fn api_key(row: &Row) -> Result<ApiKeyRow, Error> {
    let id = ApiKeyId(row.get("id")?);
    let hash: Vec<u8> = row.get("hash")?;
    Ok(ApiKeyRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        environment_name: row.parse("api_keys", "environment_name", |text| EnvironmentName::new(text).ok())?,
        display_name: row.get("display_name")?,
        hash: hash.try_into().map_err(|_| Error::inconsistency("api_keys", "hash", id))?,
        scopes: row.parse("api_keys", "scopes", |text| serde_json::from_str(text).ok())?,
        created_at: row.time("created_at")?,
    })
}
