//! Executions of functions.
//!
//! Where one run is looked up that has to be under way, `(state = 'running') IS TRUE` keeps PostgreSQL from the index of those that run. Its
//! figures say that it is nearly empty; but whatever has ended since the last vacuum is still in it, ten thousand at a time.

mod alone;
mod browse;
mod end_of_job;
mod finish;
mod list;
mod whole;

use syncline_domain::{
    ConnectionName, ConnectionRowId, Counts, EnvironmentId, FunctionId, FunctionKind, FunctionName, IncomingWebhookId, IntegrationKey,
    JobId, RunError, RunId, RunState, SyncId, Timestamp, Trigger, Variant,
};

pub use browse::{RunPage, RunSearch};
pub(crate) use end_of_job::end_of_job_in;
pub use finish::{FinishRun, RunUsage};
pub use list::RunFilter;

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::Fence;
use crate::payload::RunWebhook;
use crate::{Error, Store};

/// The runs.
pub struct Runs<'s>(pub(crate) &'s Store);

/// A run that begins.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id, made by the caller.
    pub id: RunId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub function: FunctionId,
    /// The function's name.
    pub function_name: FunctionName,
    /// The function's kind.
    pub kind: FunctionKind,
    /// On what.
    pub connection: Option<ConnectionRowId>,
    /// The connection's public id.
    pub connection_name: Option<ConnectionName>,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Which sync.
    pub sync: Option<SyncId>,
    /// Which partition.
    pub variant: Option<Variant>,
    /// Who asked.
    pub trigger: Trigger,
    /// The job's try, from 1.
    pub attempt: u32,
    /// The job.
    pub job: Option<Fence>,
    /// JSON. Encrypted.
    pub input: Option<String>,
    /// The present.
    pub now: Timestamp,
}

/// A run.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub function: FunctionId,
    /// The function's name.
    pub function_name: FunctionName,
    /// The function's kind.
    pub kind: FunctionKind,
    /// On what.
    pub connection: Option<ConnectionRowId>,
    /// The connection's public id.
    pub connection_name: Option<ConnectionName>,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Which sync.
    pub sync: Option<SyncId>,
    /// Which partition.
    pub variant: Option<Variant>,
    /// Who asked.
    pub trigger: Trigger,
    /// Where it stands.
    pub state: RunState,
    /// The job's try, from 1.
    pub attempt: u32,
    /// The job.
    pub job: Option<JobId>,
    /// JSON. Absent in lists.
    pub input: Option<String>,
    /// JSON. Absent in lists.
    pub output: Option<String>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// What it did, by model.
    pub counts: Counts,
    /// What it took.
    pub usage: RunUsage,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

macro_rules! insert {
    ($from:literal) => {
        concat!(
            "INSERT INTO runs (id, environment, function, function_name, kind, connection, connection_name, integration_key, sync, variant,
                 trigger_kind, state, attempt, job, input, counts, started_at) ",
            $from
        )
    };
}

const INSERT: &str = insert!("VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'running', $12, $13, $14, '{}', $15)");

/// With the check of the lease.
// Differs because in PostgreSQL a rescuer could take the job between this check and the commit; and it takes types from VALUES, not from SELECT.
const INSERT_FENCED: Sql = Sql::differs(
    insert!(
        "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'running', $12, $13, $14, '{}', $15 FROM jobs
         WHERE id = $13 AND fence = $16 AND state = 'running'"
    ),
    insert!(
        "SELECT $1, $2::bigint, $3::bigint, $4, $5, $6::bigint, $7, $8, $9, $10, $11, 'running', $12::bigint, $13::bigint, $14::bytea,
             '{}', $15::bigint FROM jobs WHERE id = $13 AND fence = $16 AND state = 'running' FOR SHARE"
    ),
);

impl Runs<'_> {
    /// Begins a run; it is its sync's last one from now on. [`Error::Fenced`] when its job was taken back meanwhile.
    pub async fn insert(&self, new: NewRun) -> Result<(), Error> {
        let input = new.input.as_ref().map(|input| self.0.cipher().seal(place(&new.id, "input"), input.as_bytes()));
        let mut values = values![
            new.id,
            new.environment,
            new.function,
            new.function_name.as_str(),
            new.kind.as_str(),
            new.connection,
            new.connection_name.as_ref().map(ConnectionName::as_str),
            new.integration_key.as_str(),
            new.sync,
            new.variant.as_ref().map(Variant::as_str),
            new.trigger.as_str(),
            i64::from(new.attempt),
            new.job.map(|fence| fence.job),
            input,
            new.now
        ];
        // A webhook's run is one beside the sync's own.
        let of_sync = new.sync.filter(|_| new.trigger != Trigger::Webhook);
        let database = self.0.database();
        if let Some(fence) = new.job {
            if !database.is_sqlite() && new.trigger != Trigger::Webhook {
                return alone::begin(database, values, fence, of_sync).await;
            }
            values.push(fence.fence.into());
        }
        database
            .write(move |transaction| {
                Box::pin(async move {
                    // The sync before its job, as everywhere. It is undone when the lease turns out to be lost.
                    if let Some(sync) = of_sync {
                        transaction.execute("UPDATE syncs SET last_run = $2 WHERE id = $1", values![sync, new.id]).await?;
                    }
                    let inserted = transaction.execute(if new.job.is_some() { INSERT_FENCED } else { INSERT.into() }, values).await?;
                    if inserted == 0 {
                        return Err(Error::Fenced);
                    }
                    if let Some(webhook) = webhook_of(transaction, &new).await? {
                        transaction.execute("UPDATE runs SET webhook = $2 WHERE id = $1", values![new.id, webhook]).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Finds one, with its input and output.
    pub async fn lookup(&self, id: RunId) -> Result<Option<RunRow>, Error> {
        let Some(row) = self.0.database().row("SELECT * FROM runs WHERE id = $1", values![id]).await? else { return Ok(None) };
        let mut found = run(&row, self.0.cipher())?;
        let open = |column| -> Result<Option<String>, Error> {
            let sealed: Option<Vec<u8>> = row.get(column)?;
            sealed.map(|sealed| self.0.cipher().open_text(place(&id, column), sealed)).transpose()
        };
        (found.input, found.output) = (open("input")?, open("output")?);
        Ok(Some(found))
    }

    /// The webhook that caused one, if one did.
    pub async fn caused_by(&self, id: RunId) -> Result<Option<IncomingWebhookId>, Error> {
        let row = self.0.database().row("SELECT webhook FROM runs WHERE id = $1", values![id]).await?;
        row.map_or(Ok(None), |row| row.parse_optional("runs", "webhook", |text| text.parse().ok()))
    }
}

/// What a webhook's run was caused by: its job knows, and is gone when the run has ended.
async fn webhook_of(transaction: &mut Transaction, new: &NewRun) -> Result<Option<IncomingWebhookId>, Error> {
    let Some(fence) = new.job.filter(|_| new.trigger == Trigger::Webhook) else { return Ok(None) };
    let job = transaction.row("SELECT payload FROM jobs WHERE id = $1", values![fence.job]).await?;
    let payload: Option<String> = job.map(|row| row.get("payload")).transpose()?;
    Ok(payload.and_then(|payload| serde_json::from_str::<RunWebhook>(&payload).ok()).map(|payload| payload.webhook))
}

fn place<'a>(id: &'a RunId, column: &'static str) -> Place<'a> {
    Place { table: "runs", column, row: id }
}

/// An error holds what the provider answered, which can be anything: it is encrypted like the rest.
pub(crate) fn open_error(cipher: &Cipher, id: RunId, sealed: Option<Vec<u8>>) -> Result<Option<RunError>, Error> {
    let Some(sealed) = sealed else { return Ok(None) };
    let text = cipher.open_text(place(&id, "error"), sealed)?;
    serde_json::from_str(&text).map(Some).map_err(|_| Error::inconsistency("runs", "error", id))
}

fn run(row: &Row, cipher: &Cipher) -> Result<RunRow, Error> {
    let id = row.parse("runs", "id", |text| text.parse().ok())?;
    Ok(RunRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        function: FunctionId(row.get("function")?),
        function_name: row.parse("runs", "function_name", |text| FunctionName::new(text).ok())?,
        kind: row.parse("runs", "kind", FunctionKind::parse)?,
        connection: row.get::<Option<i64>>("connection")?.map(ConnectionRowId),
        connection_name: row.parse_optional("runs", "connection_name", |text| ConnectionName::new(text).ok())?,
        integration_key: row.parse("runs", "integration_key", |text| IntegrationKey::new(text).ok())?,
        sync: row.parse_optional("runs", "sync", |text| text.parse().ok())?,
        variant: row.parse_optional("runs", "variant", |text| Variant::new(text).ok())?,
        trigger: row.parse("runs", "trigger_kind", Trigger::parse)?,
        state: row.parse("runs", "state", RunState::parse)?,
        attempt: row.get::<i64>("attempt")? as u32,
        job: row.get::<Option<i64>>("job")?.map(JobId),
        input: None,
        output: None,
        error: open_error(cipher, id, row.get("error")?)?,
        counts: row.parse("runs", "counts", |text| serde_json::from_str(text).ok())?,
        usage: RunUsage::read(row)?,
        started_at: row.time("started_at")?,
        finished_at: row.optional_time("finished_at")?,
    })
}
