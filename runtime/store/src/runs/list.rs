//! Finding runs, and forgetting them.

use syncline_domain::{ConnectionRowId, Counts, EnvironmentId, FunctionId, IncomingWebhookId, JobId, RunId, RunState, Timestamp};

use super::{RunRow, Runs, run};
use crate::Error;
use crate::database::{Row, values};

/// Which runs; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct RunFilter {
    /// Where.
    pub environment: EnvironmentId,
    /// Of this function.
    pub function: Option<FunctionId>,
    /// On this connection.
    pub connection: Option<ConnectionRowId>,
    /// That stand here.
    pub state: Option<RunState>,
    /// Older than this one.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: u32,
}

impl Runs<'_> {
    /// Newest first, without input and output.
    pub async fn list(&self, filter: RunFilter) -> Result<Vec<RunRow>, Error> {
        let sql = "SELECT id, environment, function, function_name, kind, connection, connection_name, integration_key, sync, variant, trigger_kind,
                       state, attempt, job, error, counts, cpu_time_us, peak_memory_bytes, host_calls, started_at, finished_at
                   FROM runs
                   WHERE environment = $1 AND ($2 IS NULL OR function = $2) AND ($3 IS NULL OR connection = $3)
                       AND ($4 IS NULL OR state = $4) AND ($5 IS NULL OR id < $5)
                   ORDER BY id DESC LIMIT $6";
        let values = values![
            filter.environment,
            filter.function,
            filter.connection,
            filter.state.map(RunState::as_str),
            filter.before,
            i64::from(filter.limit)
        ];
        self.0.database().rows(sql, values).await?.iter().map(|row| run(row, self.0.cipher())).collect()
    }

    /// What a webhook of a provider's caused: newest first, at most `limit`, without input and output.
    pub async fn of_webhook(&self, webhook: IncomingWebhookId, limit: u32) -> Result<Vec<RunRow>, Error> {
        let sql = "SELECT id, environment, function, function_name, kind, connection, connection_name, integration_key, sync, variant, trigger_kind,
                       state, attempt, job, error, counts, cpu_time_us, peak_memory_bytes, host_calls, started_at, finished_at
                   FROM runs WHERE webhook = $1 ORDER BY id DESC LIMIT $2";
        self.0.database().rows(sql, values![webhook, i64::from(limit)]).await?.iter().map(|row| run(row, self.0.cipher())).collect()
    }

    /// What the runs before the last one of a job did, and when the first of them began: those that were interrupted, or lost with their
    /// worker. Of a lost one nobody knows what it did.
    pub async fn before_in_job(&self, job: JobId) -> Result<Option<(Timestamp, Vec<Counts>)>, Error> {
        let sql = "SELECT id, counts, started_at FROM runs WHERE job = $1 AND state IN ('interrupted', 'lost') ORDER BY started_at";
        let rows = self.0.database().rows(sql, values![job]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let counts = |row: &Row| row.parse("runs", "counts", |text| serde_json::from_str(text).ok());
        Ok(Some((first.time("started_at")?, rows.iter().map(counts).collect::<Result<_, _>>()?)))
    }

    /// Forgets runs that ended before `older_than`, with their logs; returns how many, at most `limit`.
    pub async fn prune(&self, older_than: Timestamp, limit: u32) -> Result<u64, Error> {
        let sql = "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
        let values = values![older_than, i64::from(limit)];
        self.0.database().execute(sql, values).await
    }
}
