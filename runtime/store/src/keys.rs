//! The keys of encryption at rest: adding one, moving everything over to it, and changing the key that wraps them.

mod reencrypt;

use syncline_domain::Timestamp;

pub use reencrypt::Reencryption;

use crate::crypto::Keyring;
use crate::database::values;
use crate::jobs::{self, payload};
use crate::{Error, MasterKey, Store};

/// The data keys.
pub struct DataKeys<'s>(pub(crate) &'s Store);

/// A data key, as shown to an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataKeyRow {
    /// Its number, which every ciphertext names.
    pub id: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it encrypts.
    pub active_at: Timestamp,
    /// When nothing was left that an older key encrypts.
    pub reencrypted_at: Option<Timestamp>,
    /// Whether it is wrapped under a next master key too.
    pub has_next_master: bool,
}

impl DataKeys<'_> {
    /// All, oldest first.
    pub async fn list(&self) -> Result<Vec<DataKeyRow>, Error> {
        let sql = "SELECT id, created_at, active_at, reencrypted_at, wrapped_next IS NOT NULL AS has_next FROM data_keys ORDER BY id";
        let rows = self.0.database().rows(sql, vec![]).await?;
        let read = |row: &crate::database::Row| {
            Ok(DataKeyRow {
                id: row.get("id")?,
                created_at: row.time("created_at")?,
                active_at: row.time("active_at")?,
                reencrypted_at: row.optional_time("reencrypted_at")?,
                has_next_master: row.get("has_next")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Adds a data key, and the job that re-encrypts everything with it. [`Error::MasterKeyChanging`] while servers move to another master
    /// key: those that have not would not know the new data key.
    pub async fn rotate(&self, now: Timestamp) -> Result<DataKeyRow, Error> {
        let keyring = self.0.keyring().clone();
        let (id, active_at) = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if transaction.row("SELECT id FROM data_keys WHERE wrapped_next IS NOT NULL", vec![]).await?.is_some() {
                        return Err(Error::MasterKeyChanging);
                    }
                    let (id, active_at) = keyring.add(transaction, now).await?;
                    jobs::insert_in(transaction, payload::reencrypt(active_at, now)).await?;
                    Ok((id, active_at))
                })
            })
            .await?;
        self.reload(now).await?;
        self.0.wake();
        Ok(DataKeyRow { id: i64::from(id), created_at: now, active_at, reencrypted_at: None, has_next_master: false })
    }

    /// Takes over keys that other nodes added. The server does this by itself every few seconds.
    pub async fn reload(&self, now: Timestamp) -> Result<(), Error> {
        self.0.keyring().reload(self.0.database(), self.0.cipher(), now).await
    }

    /// Wraps the data keys under `next` as well: servers may start with either master key from now on.
    pub async fn begin_master_change(&self, next: &MasterKey, now: Timestamp) -> Result<(), Error> {
        let (keyring, next) = (self.0.keyring().clone(), Keyring::new(next));
        self.0.database().write(move |transaction| Box::pin(async move { keyring.wrap_next(transaction, &next, now).await })).await
    }

    /// Forgets the old master key: from now on only the next one opens the database. `false` if no change had begun.
    pub async fn end_master_change(&self) -> Result<bool, Error> {
        let sql = "UPDATE data_keys SET wrapped = wrapped_next, wrapped_next = NULL WHERE wrapped_next IS NOT NULL";
        Ok(self.0.database().execute(sql, vec![]).await? > 0)
    }

    /// The key that encrypts on this node.
    pub fn current(&self) -> i64 {
        i64::from(self.0.cipher().current())
    }

    /// Notes that nothing is left under keys older than `id`.
    pub async fn note_reencrypted(&self, id: i64, now: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE data_keys SET reencrypted_at = $2 WHERE id = $1";
        self.0.database().execute(sql, values![id, now]).await.map(drop)
    }
}
