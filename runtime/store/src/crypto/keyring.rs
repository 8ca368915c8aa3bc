//! The data keys, wrapped in the database.

use std::collections::BTreeMap;

use aes_gcm_siv::Aes256GcmSiv;
use aes_gcm_siv::aead::KeyInit as _;
use syncline_domain::Timestamp;
use zeroize::Zeroizing;

use super::cipher::{self, Cipher};
use crate::database::{Database, Sql, Transaction, values};
use crate::{Error, MasterKey};

/// Unwraps the data keys; makes the first one in an empty database.
pub(crate) async fn open(database: &Database, master: &MasterKey, now: Timestamp) -> Result<Cipher, Error> {
    let wrapping = Aes256GcmSiv::new((&*cipher::derive(master.bytes(), b"wrapping")).into());
    let wrapped = database.write(move |transaction| Box::pin(wrapped_keys(transaction, wrapping, now))).await?;
    Cipher::new(&wrapped).ok_or_else(|| Error::inconsistency("data_keys", "wrapped", "none"))
}

async fn wrapped_keys(
    transaction: &mut Transaction,
    wrapping: Aes256GcmSiv,
    now: Timestamp,
) -> Result<BTreeMap<u32, Zeroizing<[u8; 32]>>, Error> {
    if !transaction.is_sqlite() {
        // Two nodes may start on an empty database at once; SQLite has one writer anyway.
        transaction.execute("LOCK TABLE data_keys IN EXCLUSIVE MODE", vec![]).await?;
    }
    let mut keys = BTreeMap::new();
    for row in transaction.rows("SELECT id, wrapped FROM data_keys ORDER BY id", vec![]).await? {
        let id: i64 = row.get("id")?;
        let key = cipher::open(&wrapping, &associated_data(id), row.get("wrapped")?).ok_or(Error::WrongKey)?;
        let key = Zeroizing::new(<[u8; 32]>::try_from(Zeroizing::new(key).as_slice()).map_err(|_| Error::WrongKey)?);
        keys.insert(u32::try_from(id).map_err(|_| Error::inconsistency("data_keys", "id", id))?, key);
    }
    if keys.is_empty() {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut()).expect("the system has randomness");
        let sql: Sql = "INSERT INTO data_keys (wrapped, created_at) VALUES ($1, $2) RETURNING id".into();
        let row = transaction.row(sql, values![Vec::<u8>::new(), now]).await?.expect("an insert returns its row");
        let id: i64 = row.get("id")?;
        let wrapped = cipher::seal(&wrapping, 0, &associated_data(id), key.as_ref());
        transaction.execute("UPDATE data_keys SET wrapped = $1 WHERE id = $2", values![wrapped, id]).await?;
        keys.insert(u32::try_from(id).expect("the first row of a table"), key);
    }
    Ok(keys)
}

fn associated_data(id: i64) -> Vec<u8> {
    format!("data_keys|wrapped|{id}").into_bytes()
}
