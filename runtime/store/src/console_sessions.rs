//! Browsers that are signed in to the console. Their tokens are kept as hashes.

use syncline_domain::{Digest, Timestamp};

use crate::crypto::Place;
use crate::database::{Value, values};
use crate::{Error, Store};

/// The sessions.
pub struct ConsoleSessions<'s>(pub(crate) &'s Store);

/// A session.
#[derive(Clone)]
pub struct ConsoleSessionRow {
    /// What every form that changes something must repeat.
    pub csrf: String,
    /// Its end, unless it is used again.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for ConsoleSessionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleSessionRow").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl ConsoleSessions<'_> {
    /// Makes one, known by the SHA-256 of its token. The forms' token is encrypted.
    pub async fn insert(&self, token_hash: [u8; 32], expires_at: Timestamp, csrf: String) -> Result<(), Error> {
        let sealed = self.0.cipher().seal(place(&Digest(token_hash)), csrf.as_bytes());
        let sql = "INSERT INTO console_sessions (token_hash, csrf, expires_at) VALUES ($1, $2, $3)";
        self.write(sql, values![token_hash.to_vec(), sealed, expires_at]).await.map(drop)
    }

    /// Finds one that is not over.
    pub async fn lookup(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<ConsoleSessionRow>, Error> {
        let sql = "SELECT csrf, expires_at FROM console_sessions WHERE token_hash = $1 AND expires_at > $2";
        let Some(row) = self.0.database().row(sql, values![token_hash.to_vec(), now]).await? else { return Ok(None) };
        let csrf = self.0.cipher().open_text(place(&Digest(*token_hash)), row.get("csrf")?)?;
        Ok(Some(ConsoleSessionRow { csrf, expires_at: row.time("expires_at")? }))
    }

    /// Moves its end; `false` when it is gone.
    pub async fn touch(&self, token_hash: &[u8; 32], expires_at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE console_sessions SET expires_at = $2 WHERE token_hash = $1";
        Ok(self.write(sql, values![token_hash.to_vec(), expires_at]).await? > 0)
    }

    /// Signs one out; `false` when it is gone.
    pub async fn delete(&self, token_hash: &[u8; 32]) -> Result<bool, Error> {
        Ok(self.write("DELETE FROM console_sessions WHERE token_hash = $1", values![token_hash.to_vec()]).await? > 0)
    }

    /// Signs everybody out; returns how many.
    pub async fn delete_all(&self) -> Result<u64, Error> {
        self.write("DELETE FROM console_sessions", vec![]).await
    }

    async fn write(&self, sql: &'static str, values: Vec<Value>) -> Result<u64, Error> {
        self.0.database().write(move |transaction| Box::pin(transaction.execute(sql, values))).await
    }
}

fn place(token_hash: &Digest) -> Place<'_> {
    Place { table: "console_sessions", column: "csrf", row: token_hash }
}
