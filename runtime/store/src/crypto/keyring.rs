//! The data keys, wrapped in the database.

use std::collections::BTreeMap;
use std::time::Duration;

use aes_gcm_siv::Aes256GcmSiv;
use aes_gcm_siv::aead::KeyInit as _;
use syncline_domain::Timestamp;
use zeroize::Zeroizing;

use super::cipher::{self, Cipher, DataKey};
use crate::database::{Database, Row, Sql, Transaction, values};
use crate::{Error, MasterKey};

/// A new key encrypts from then on. Every node looks for new keys more often than this, so none meets a ciphertext that it cannot open.
const HEAD_START: Duration = Duration::from_secs(15);
/// How often a node looks for new keys.
pub(crate) const RELOAD_EVERY: Duration = Duration::from_secs(4);

type DataKeys = BTreeMap<u32, DataKey>;

/// Unwraps data keys and wraps new ones.
pub(crate) struct Keyring(Aes256GcmSiv);

impl Keyring {
    pub(crate) fn new(master: &MasterKey) -> Self {
        Self(Aes256GcmSiv::new((&*cipher::derive(master.bytes(), b"wrapping")).into()))
    }

    /// Unwraps the data keys; makes the first one in an empty database.
    pub(crate) async fn open(&self, database: &Database, now: Timestamp) -> Result<Cipher, Error> {
        let wrapping = self.0.clone();
        let keys: DataKeys = database
            .write(move |transaction| {
                Box::pin(async move {
                    lock(transaction).await?;
                    let keys = unwrap(&wrapping, &transaction.rows(SELECT, vec![]).await?, now)?;
                    if !keys.is_empty() {
                        return Ok(keys);
                    }
                    insert(transaction, &wrapping, now, now).await?;
                    unwrap(&wrapping, &transaction.rows(SELECT, vec![]).await?, now)
                })
            })
            .await?;
        Cipher::new(&keys).ok_or_else(|| Error::inconsistency("data_keys", "wrapped", "none"))
    }

    /// Takes over what other nodes, or this one, added since.
    pub(crate) async fn reload(&self, database: &Database, cipher: &Cipher, now: Timestamp) -> Result<(), Error> {
        cipher.replace(&unwrap(&self.0, &database.rows(SELECT, vec![]).await?, now)?);
        Ok(())
    }

    /// Adds a data key and says from when on it encrypts.
    pub(crate) async fn add(&self, transaction: &mut Transaction, now: Timestamp) -> Result<(u32, Timestamp), Error> {
        lock(transaction).await?;
        // One process has the SQLite file: nobody else needs time to learn of the key.
        let active_at = if transaction.is_sqlite() { now } else { now.plus(HEAD_START) };
        Ok((insert(transaction, &self.0, now, active_at).await?, active_at))
    }

    /// Wraps every data key under another master key as well.
    pub(crate) async fn wrap_next(&self, transaction: &mut Transaction, next: &Self, now: Timestamp) -> Result<(), Error> {
        lock(transaction).await?;
        for (id, key) in unwrap(&self.0, &transaction.rows(SELECT, vec![]).await?, now)? {
            let wrapped = cipher::seal(&next.0, 0, &associated_data(i64::from(id)), key.bytes.as_ref());
            transaction.execute("UPDATE data_keys SET wrapped_next = $2 WHERE id = $1", values![i64::from(id), wrapped]).await?;
        }
        Ok(())
    }
}

const SELECT: &str = "SELECT id, wrapped, wrapped_next, active_at FROM data_keys ORDER BY id";

async fn lock(transaction: &mut Transaction) -> Result<(), Error> {
    if !transaction.is_sqlite() {
        // Two nodes may start on an empty database at once; SQLite has one writer anyway.
        transaction.execute("LOCK TABLE data_keys IN EXCLUSIVE MODE", vec![]).await?;
    }
    Ok(())
}

async fn insert(transaction: &mut Transaction, wrapping: &Aes256GcmSiv, now: Timestamp, active_at: Timestamp) -> Result<u32, Error> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut()).expect("the system has randomness");
    let sql: Sql = "INSERT INTO data_keys (wrapped, created_at, active_at) VALUES ($1, $2, $3) RETURNING id".into();
    let row = transaction.row(sql, values![Vec::<u8>::new(), now, active_at]).await?.expect("an insert returns its row");
    let id: i64 = row.get("id")?;
    let wrapped = cipher::seal(wrapping, 0, &associated_data(id), key.as_ref());
    transaction.execute("UPDATE data_keys SET wrapped = $1 WHERE id = $2", values![wrapped, id]).await?;
    u32::try_from(id).map_err(|_| Error::inconsistency("data_keys", "id", id))
}

/// Under the master key of this server, or of the next one while servers move over.
fn unwrap(wrapping: &Aes256GcmSiv, rows: &[Row], now: Timestamp) -> Result<DataKeys, Error> {
    let mut keys = BTreeMap::new();
    for row in rows {
        let id: i64 = row.get("id")?;
        let open = |sealed: Vec<u8>| cipher::open(wrapping, &associated_data(id), sealed);
        let next = || row.get::<Option<Vec<u8>>>("wrapped_next").ok().flatten();
        let key = open(row.get("wrapped")?).or_else(|| open(next()?)).ok_or(Error::WrongKey)?;
        let bytes = Zeroizing::new(<[u8; 32]>::try_from(Zeroizing::new(key).as_slice()).map_err(|_| Error::WrongKey)?);
        // The first one has always been: a node whose clock is behind the one that made it must not be without a key.
        let is_active = keys.is_empty() || row.time("active_at")? <= now;
        keys.insert(u32::try_from(id).map_err(|_| Error::inconsistency("data_keys", "id", id))?, DataKey { bytes, is_active });
    }
    Ok(keys)
}

fn associated_data(id: i64) -> Vec<u8> {
    format!("data_keys|wrapped|{id}").into_bytes()
}
