//! Browsers that are signed in to the console. Their tokens are kept as hashes.

use syncline_domain::{Digest, OperatorId, OperatorName, Role, Timestamp};

use crate::crypto::Place;
use crate::database::values;
use crate::{Error, Store};

/// The sessions.
pub struct ConsoleSessions<'s>(pub(crate) &'s Store);

/// A browser that somebody signs in with.
#[derive(Clone)]
pub struct NewConsoleSession {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Who.
    pub operator: OperatorId,
    /// The hash that their password was compared with.
    pub password_hash: String,
    /// What every form that changes something must repeat. Encrypted.
    pub csrf: String,
    /// Its end, unless it is used again.
    pub expires_at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// A session, with what its operator is at this moment.
#[derive(Clone)]
pub struct ConsoleSessionRow {
    /// Whose.
    pub operator: OperatorId,
    /// Their name.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// What every form that changes something must repeat.
    pub csrf: String,
    /// Its end, unless it is used again.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for ConsoleSessionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleSessionRow").field("operator", &self.operator).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl ConsoleSessions<'_> {
    /// Makes one, and notes that its operator came in. `false` when their password has changed meanwhile, or they are gone.
    pub async fn insert(&self, new: NewConsoleSession) -> Result<bool, Error> {
        let sealed = self.0.cipher().seal(place(&Digest(new.token_hash)), new.csrf.as_bytes());
        let sql = "INSERT INTO console_sessions (token_hash, operator, csrf, expires_at) VALUES ($1, $2, $3, $4)";
        let values = values![new.token_hash.to_vec(), new.operator, sealed, new.expires_at];
        // The operator's row first, as whoever sets a password does: then one of the two waits for the other.
        let came_in = "UPDATE operators SET last_signed_in_at = $3 WHERE id = $1 AND password_hash = $2";
        let came_in_values = values![new.operator, new.password_hash, new.now];
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    Ok(transaction.execute(came_in, came_in_values).await? > 0 && transaction.execute(sql, values).await? > 0)
                })
            })
            .await
    }

    /// Finds one that is not over.
    pub async fn lookup(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<ConsoleSessionRow>, Error> {
        let sql = "SELECT s.csrf, s.expires_at, o.id, o.name, o.role FROM console_sessions s JOIN operators o ON o.id = s.operator
                   WHERE s.token_hash = $1 AND s.expires_at > $2";
        let Some(row) = self.0.database().row(sql, values![token_hash.to_vec(), now]).await? else { return Ok(None) };
        let csrf = self.0.cipher().open_text(place(&Digest(*token_hash)), row.get("csrf")?)?;
        Ok(Some(ConsoleSessionRow {
            operator: OperatorId(row.get("id")?),
            name: row.parse("operators", "name", |name| OperatorName::new(name).ok())?,
            role: row.parse("operators", "role", Role::parse)?,
            csrf,
            expires_at: row.time("expires_at")?,
        }))
    }

    /// Moves its end; `false` when it is gone.
    pub async fn touch(&self, token_hash: &[u8; 32], expires_at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE console_sessions SET expires_at = $2 WHERE token_hash = $1";
        Ok(self.0.database().execute(sql, values![token_hash.to_vec(), expires_at]).await? > 0)
    }

    /// Signs one out; `false` when it is gone.
    pub async fn delete(&self, token_hash: &[u8; 32]) -> Result<bool, Error> {
        Ok(self.0.database().execute("DELETE FROM console_sessions WHERE token_hash = $1", values![token_hash.to_vec()]).await? > 0)
    }

    /// Signs an operator out everywhere but in one browser; returns in how many.
    pub async fn delete_others(&self, operator: OperatorId, keep: &[u8; 32]) -> Result<u64, Error> {
        let sql = "DELETE FROM console_sessions WHERE operator = $1 AND token_hash <> $2";
        self.0.database().execute(sql, values![operator, keep.to_vec()]).await
    }

    /// Signs everybody out; returns how many.
    pub async fn delete_all(&self) -> Result<u64, Error> {
        self.0.database().execute("DELETE FROM console_sessions", vec![]).await
    }
}

fn place(token_hash: &Digest) -> Place<'_> {
    Place { table: "console_sessions", column: "csrf", row: token_hash }
}
