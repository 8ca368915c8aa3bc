//! Keys of the account: they open no environment, they make and delete them and their keys. Kept as hashes.

use syncline_domain::Timestamp;

use crate::database::{Row, values};
use crate::{Error, Store};

/// The account's keys.
pub struct AccountKeys<'s>(pub(crate) &'s Store);

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewAccountKey {
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
pub struct AccountKeyRow {
    /// Its row.
    pub id: i64,
    /// For people.
    pub display_name: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl AccountKeys<'_> {
    /// Makes a key, or gives the one that has this hash the name and the scopes.
    pub async fn ensure(&self, key: NewAccountKey) -> Result<(), Error> {
        let sql = "INSERT INTO account_keys (display_name, hash, scopes, created_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (hash) DO UPDATE SET display_name = excluded.display_name, scopes = excluded.scopes";
        let scopes = serde_json::to_string(&key.scopes).expect("strings are JSON");
        let values = values![key.display_name, key.hash.to_vec(), scopes, key.now];
        self.0.database().execute(sql, values).await.map(drop)
    }

    /// Finds a key by the SHA-256 of what a caller sent.
    pub async fn lookup_by_hash(&self, hash: &[u8; 32]) -> Result<Option<AccountKeyRow>, Error> {
        let sql = "SELECT * FROM account_keys WHERE hash = $1";
        self.0.database().row(sql, values![hash.to_vec()]).await?.as_ref().map(account_key).transpose()
    }
}

fn account_key(row: &Row) -> Result<AccountKeyRow, Error> {
    let id: i64 = row.get("id")?;
    let hash: Vec<u8> = row.get("hash")?;
    Ok(AccountKeyRow {
        id,
        display_name: row.get("display_name")?,
        hash: hash.try_into().map_err(|_| Error::inconsistency("account_keys", "hash", id))?,
        scopes: row.parse("account_keys", "scopes", |text| serde_json::from_str(text).ok())?,
        created_at: row.time("created_at")?,
    })
}
