//! Actions that run while nobody waits for them: accepted, run by a job, looked up by their id.
//!
//! What came of one is in its last run, which ends together with it; here is only which run that was.

use std::time::Duration;

use syncline_domain::{
    AsyncActionId, AsyncActionState, ConnectionName, ConnectionRowId, EnvironmentId, FunctionId, IntegrationKey, JobId, RunId, Timestamp,
};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::{self, Fence, JobDecision, payload};
use crate::{Error, Store};

/// One that has not begun by then is given up: wire contract 4.6.
const WAIT: Duration = Duration::from_hours(24);
/// How many of one connection may wait, because claiming a job passes over those that are not first. As the field's queue: 4.4.
const MAX_WAITING: i64 = 10_000;

/// The asynchronous actions.
pub struct AsyncActions<'s>(pub(crate) &'s Store);

/// An action to accept.
#[derive(Clone, Debug)]
pub struct NewAsyncAction {
    /// Its id, made by the caller.
    pub id: AsyncActionId,
    /// Where.
    pub environment: EnvironmentId,
    /// On what.
    pub connection: ConnectionRowId,
    /// The connection's public id.
    pub connection_name: ConnectionName,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Where the connection's webhooks go, if not where all go.
    pub webhook_url_override: Option<String>,
    /// The action.
    pub function: FunctionId,
    /// JSON. Encrypted.
    pub input: String,
    /// How often it is tried again when it fails.
    pub max_retries: u32,
    /// The present.
    pub now: Timestamp,
}

/// What became of the wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acceptance {
    /// It is on disk, and so is its job.
    Accepted,
    /// The connection was deleted a moment ago.
    NoConnection,
    /// Too many of this connection wait already.
    Full,
}

/// An asynchronous action.
#[derive(Clone, Debug)]
pub struct AsyncActionRow {
    /// Its id.
    pub id: AsyncActionId,
    /// Where.
    pub environment: EnvironmentId,
    /// On what.
    pub connection: ConnectionRowId,
    /// The connection's public id.
    pub connection_name: ConnectionName,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Where the connection's webhooks went when it was accepted, if not where all go.
    pub webhook_url_override: Option<String>,
    /// The action.
    pub function: FunctionId,
    /// Where it stands.
    pub state: AsyncActionState,
    /// The run that it ended with.
    pub run: Option<RunId>,
    /// JSON; `None` when it has ended.
    pub input: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

// Differs because in PostgreSQL others could accept or delete meanwhile; see the claim for what depends on this lock.
const LOCK_CONNECTION: Sql = Sql::differs(
    "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
);

// Differs because only PostgreSQL has several nodes that look for them at once.
const EXPIRE: Sql = Sql::differs(
    "DELETE FROM jobs
     WHERE id IN (SELECT jobs.id FROM async_actions JOIN jobs ON jobs.id = async_actions.job
                  WHERE async_actions.state = 'waiting' AND async_actions.created_at < $1 AND jobs.state = 'available' AND jobs.attempt = 0
                  ORDER BY async_actions.created_at LIMIT $2)
     RETURNING id",
    "WITH late AS MATERIALIZED (
         SELECT jobs.id FROM async_actions JOIN jobs ON jobs.id = async_actions.job
         WHERE async_actions.state = 'waiting' AND async_actions.created_at < $1 AND jobs.state = 'available' AND jobs.attempt = 0
         ORDER BY async_actions.created_at LIMIT $2 FOR UPDATE OF jobs SKIP LOCKED)
     DELETE FROM jobs USING late WHERE jobs.id = late.id
     RETURNING jobs.id",
);

impl AsyncActions<'_> {
    /// Accepts an action: it and its job are one transaction.
    pub async fn insert(&self, new: NewAsyncAction) -> Result<Acceptance, Error> {
        let input = self.0.cipher().seal(place(&new.id), new.input.as_bytes());
        let acceptance = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if transaction.row(LOCK_CONNECTION, values![new.connection]).await?.is_none() {
                        return Ok(Acceptance::NoConnection);
                    }
                    let last = "SELECT id FROM jobs WHERE connection = $1 AND kind = 'run_action' AND state IN ('available', 'running')
                                ORDER BY id LIMIT 1 OFFSET $2";
                    if transaction.row(last, values![new.connection, MAX_WAITING - 1]).await?.is_some() {
                        return Ok(Acceptance::Full);
                    }
                    let job = payload::run_action(new.environment, new.connection, new.id, new.function, 1 + new.max_retries, new.now);
                    let job = jobs::insert_in(transaction, job).await?.expect("a job without a unique key is always inserted");
                    let sql = "INSERT INTO async_actions (id, environment, connection, connection_name, integration_key,
                                   webhook_url_override, function, job, state, input, created_at)
                               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10)";
                    let values = values![
                        new.id,
                        new.environment,
                        new.connection,
                        new.connection_name.as_str(),
                        new.integration_key.as_str(),
                        new.webhook_url_override,
                        new.function,
                        job,
                        input,
                        new.now
                    ];
                    transaction.execute(sql, values).await?;
                    Ok(Acceptance::Accepted)
                })
            })
            .await?;
        self.0.wake();
        Ok(acceptance)
    }

    /// Finds one.
    pub async fn lookup(&self, id: AsyncActionId) -> Result<Option<AsyncActionRow>, Error> {
        let row = self.0.database().row("SELECT * FROM async_actions WHERE id = $1", values![id]).await?;
        row.map(|row| action(&row, self.0.cipher())).transpose()
    }

    /// Ends one that cannot run any more, and its job with it.
    pub async fn cancel(&self, fence: Fence, now: Timestamp) -> Result<(), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await?;
                    end_in(transaction, fence.job, AsyncActionState::Cancelled, None, now).await
                })
            })
            .await?;
        self.0.wake();
        Ok(())
    }

    /// Gives up those that waited for a day and never began. Returns how many, at most `limit`.
    pub async fn expire(&self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let values = values![now.minus(WAIT), i64::from(limit)];
        let expired = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let jobs = transaction.rows(EXPIRE, values).await?;
                    for job in &jobs {
                        end_in(transaction, JobId(job.get("id")?), AsyncActionState::Expired, None, now).await?;
                    }
                    Ok(jobs.len() as u64)
                })
            })
            .await?;
        if expired > 0 {
            self.0.wake();
        }
        Ok(expired)
    }
}

/// Ends the action of a job that is over, and owes its webhook. The job comes first, as everywhere.
pub(crate) async fn end_in(
    transaction: &mut Transaction,
    job: JobId,
    state: AsyncActionState,
    run: Option<RunId>,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE async_actions SET state = $2, run = $3, input = NULL, finished_at = $4
               WHERE job = $1 AND state = 'waiting' RETURNING id, environment";
    let Some(row) = transaction.row(sql, values![job, state.as_str(), run, now]).await? else { return Ok(()) };
    let id = row.parse("async_actions", "id", |text| text.parse().ok())?;
    jobs::insert_in(transaction, payload::notify_async_action(EnvironmentId(row.get("environment")?), id, now)).await.map(drop)
}

fn place(id: &AsyncActionId) -> Place<'_> {
    Place { table: "async_actions", column: "input", row: id }
}

fn action(row: &Row, cipher: &Cipher) -> Result<AsyncActionRow, Error> {
    let id = row.parse("async_actions", "id", |text| text.parse().ok())?;
    let input: Option<Vec<u8>> = row.get("input")?;
    Ok(AsyncActionRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        connection: ConnectionRowId(row.get("connection")?),
        connection_name: row.parse("async_actions", "connection_name", |text| ConnectionName::new(text).ok())?,
        integration_key: row.parse("async_actions", "integration_key", |text| IntegrationKey::new(text).ok())?,
        webhook_url_override: row.get("webhook_url_override")?,
        function: FunctionId(row.get("function")?),
        state: row.parse("async_actions", "state", AsyncActionState::parse)?,
        run: row.parse_optional("async_actions", "run", |text| text.parse().ok())?,
        input: input.map(|sealed| cipher.open_text(place(&id), sealed)).transpose()?,
        created_at: row.time("created_at")?,
        finished_at: row.optional_time("finished_at")?,
    })
}
