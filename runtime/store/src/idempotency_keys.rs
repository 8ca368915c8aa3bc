//! Requests that have one effect however often they are sent: whose key is in use, and what the first was answered.
//!
//! ```text
//! begin ─▶ running ─finish─▶ answered (or too long to be kept)       ─ a day ─▶ gone
//!             ├─release──▶ gone: it had no effect
//!             └─ lease over, nobody finished: its outcome is unknown  ─ a day ─▶ gone
//! ```

use std::time::Duration;

use syncline_domain::Timestamp;

use crate::crypto::Place;
use crate::database::values;
use crate::{Error, Store};

/// How long an answer is given again, counted from its end; and how long a key is taken whose request nobody finished.
const KEPT: Duration = Duration::from_hours(24);

/// The keys.
pub struct IdempotencyKeys<'s>(pub(crate) &'s Store);

/// A request that begins.
#[derive(Clone, Debug)]
pub struct BeginRequest {
    /// Who may meet whose keys.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// Of everything in the request that has a meaning.
    pub fingerprint: [u8; 32],
    /// When whoever works on it is taken for gone.
    pub lease_expires_at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// What is known of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Begun {
    /// Nothing yet: the caller goes on, and finishes or releases.
    First(RequestFence),
    /// Another works on it.
    Running,
    /// Another worked on it and is gone.
    Unknown,
    /// It was used for another request.
    Reused,
    /// It was answered with this.
    Answered(Vec<u8>),
    /// It was answered with more than is kept.
    NotKept,
}

/// Whoever holds it works on the request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestFence {
    id: i64,
    fence: i64,
}

impl IdempotencyKeys<'_> {
    /// Takes the key, or says what became of it. That it is taken is on disk when this returns.
    pub async fn begin(&self, request: BeginRequest) -> Result<Begun, Error> {
        let cipher = self.0.cipher().clone();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let take = "INSERT INTO idempotency_keys (scope, key, fingerprint, fence, state, lease_expires_at, expires_at)
                                VALUES ($1, $2, $3, 1, 'running', $4, $5)
                                ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                                    fence = idempotency_keys.fence + 1, state = 'running', lease_expires_at = excluded.lease_expires_at,
                                    answer = NULL, expires_at = excluded.expires_at
                                WHERE idempotency_keys.expires_at <= $6
                                RETURNING id, fence";
                    let values = values![
                        request.scope.as_str(),
                        request.key.as_str(),
                        request.fingerprint.to_vec(),
                        request.lease_expires_at,
                        request.now.plus(KEPT),
                        request.now
                    ];
                    if let Some(row) = transaction.row(take, values).await? {
                        return Ok(Begun::First(RequestFence { id: row.get("id")?, fence: row.get("fence")? }));
                    }
                    let find = "SELECT * FROM idempotency_keys WHERE scope = $1 AND key = $2";
                    let found = transaction.row(find, values![request.scope, request.key]).await?;
                    // Released between the two statements: the next try gets it.
                    let Some(row) = found else { return Ok(Begun::Running) };
                    if row.get::<Vec<u8>>("fingerprint")? != request.fingerprint {
                        return Ok(Begun::Reused);
                    }
                    let (id, state): (i64, String) = (row.get("id")?, row.get("state")?);
                    match state.as_str() {
                        "running" if row.time("lease_expires_at")? >= request.now => Ok(Begun::Running),
                        "running" => Ok(Begun::Unknown),
                        "answered" => Ok(Begun::Answered(cipher.open(place(&id), row.get("answer")?)?)),
                        "not_kept" => Ok(Begun::NotKept),
                        _ => Err(Error::inconsistency("idempotency_keys", "state", id)),
                    }
                })
            })
            .await
    }

    /// Says that the request is still worked on.
    pub async fn prolong(&self, fence: RequestFence, until: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE idempotency_keys SET lease_expires_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
        self.change(sql, values![fence.id, fence.fence, until]).await
    }

    /// Keeps the answer, encrypted; `None` is one that is too long to be kept.
    pub async fn finish(&self, fence: RequestFence, answer: Option<&[u8]>, now: Timestamp) -> Result<(), Error> {
        let state = if answer.is_some() { "answered" } else { "not_kept" };
        let sealed = answer.map(|answer| self.0.cipher().seal(place(&fence.id), answer));
        let sql = "UPDATE idempotency_keys SET state = $3, answer = $4, expires_at = $5 WHERE id = $1 AND fence = $2 AND state = 'running'";
        self.change(sql, values![fence.id, fence.fence, state, sealed, now.plus(KEPT)]).await
    }

    /// Gives the key back: the request was refused before it had any effect.
    pub async fn release(&self, fence: RequestFence) -> Result<(), Error> {
        let sql = "DELETE FROM idempotency_keys WHERE id = $1 AND fence = $2 AND state = 'running'";
        self.change(sql, values![fence.id, fence.fence]).await
    }

    /// [`Error::Fenced`] when the key is another request's by now.
    async fn change(&self, sql: &'static str, values: Vec<crate::database::Value>) -> Result<(), Error> {
        let changed = self.0.database().execute(sql, values).await?;
        if changed == 0 { Err(Error::Fenced) } else { Ok(()) }
    }
}

fn place(id: &i64) -> Place<'_> {
    Place { table: "idempotency_keys", column: "answer", row: id }
}
