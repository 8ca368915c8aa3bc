//! Syncs on connections.

mod due;
mod trigger;
mod update;

use syncline_domain::{
    ConnectionName, ConnectionRowId, Counts, EnvironmentId, FunctionId, FunctionName, IntegrationId, IntegrationKey, RunError, RunId,
    RunState, SyncId, SyncState, Timestamp, Variant,
};

pub use due::{DueSync, NextDue};
pub use trigger::{TriggerSync, Triggered};

use crate::crypto::Cipher;
use crate::database::{Row, Sql, Transaction, values};
use crate::{Error, Store, jobs};

/// The syncs.
pub struct Syncs<'s>(pub(crate) &'s Store);

/// A sync to make on a connection.
#[derive(Clone, Debug)]
pub struct NewSync {
    /// What it runs.
    pub function: FunctionId,
    /// The function's name.
    pub name: FunctionName,
    /// Which partition.
    pub variant: Variant,
    /// Whether its schedule is on.
    pub state: SyncState,
    /// Instead of the function's schedule.
    pub frequency_override: Option<String>,
    /// When it is due; never if there is no schedule.
    pub next_run_at: Option<Timestamp>,
}

/// A sync.
#[derive(Clone, Debug)]
pub struct SyncRow {
    /// Its id.
    pub id: SyncId,
    /// Where.
    pub environment: EnvironmentId,
    /// On what.
    pub connection: ConnectionRowId,
    /// The connection's public id.
    pub connection_name: ConnectionName,
    /// Of what.
    pub integration: IntegrationId,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// What it runs.
    pub function: FunctionId,
    /// The function's name.
    pub name: FunctionName,
    /// Which partition.
    pub variant: Variant,
    /// Whether its schedule is on.
    pub state: SyncState,
    /// Instead of the function's schedule.
    pub frequency_override: Option<String>,
    /// When it is due next by its schedule.
    pub next_run_at: Option<Timestamp>,
    /// Its latest run, unless that was forgotten.
    pub last_run: Option<RunSummary>,
    /// When the last run that ended well began.
    pub last_success_started_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A run, in short.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// Its id.
    pub id: RunId,
    /// Where it stands.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it did, by model.
    pub counts: Counts,
    /// Why it failed.
    pub error: Option<RunError>,
}

// Differs because PostgreSQL, as long as it takes a fast growing `runs` for a small table, joins by reading all of it. A row's own look-up is
// planned as one.
macro_rules! select {
    ($rest:literal) => {
        Sql::differs(
            select!("runs r ON r.id = s.last_run", $rest),
            select!("LATERAL (SELECT * FROM runs WHERE id = s.last_run LIMIT 1) r ON TRUE", $rest),
        )
    };
    ($last_run:literal, $rest:literal) => {
        concat!(
            "SELECT s.*, c.name AS connection_name, i.key AS integration_key, r.state AS run_state, r.started_at AS run_started_at,
                 r.finished_at AS run_finished_at, r.counts AS run_counts, r.error AS run_error
             FROM syncs s JOIN connections c ON c.id = s.connection JOIN integrations i ON i.id = s.integration
             LEFT JOIN ",
            $last_run,
            " WHERE ",
            $rest
        )
    };
}

impl Syncs<'_> {
    /// Makes a sync; [`crate::Constraint::Sync`] when the connection has it, [`crate::Constraint::Reference`] when there is no such connection.
    pub async fn insert(&self, connection: ConnectionRowId, new: NewSync, now: Timestamp) -> Result<SyncId, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let alive = "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NULL";
                    if transaction.row(alive, values![connection]).await?.is_none() {
                        return Err(Error::Conflict { constraint: crate::Constraint::Reference });
                    }
                    let inserted = insert_in(transaction, connection, new, now).await?;
                    inserted.ok_or(Error::Conflict { constraint: crate::Constraint::Sync })
                })
            })
            .await
    }

    /// Finds one by its name and variant.
    pub async fn lookup(&self, connection: ConnectionRowId, name: &FunctionName, variant: &Variant) -> Result<Option<SyncRow>, Error> {
        let values = values![connection, name.as_str(), variant.as_str()];
        let row = self.0.database().row(select!("s.connection = $1 AND s.name = $2 AND s.variant = $3"), values).await?;
        row.map(|row| sync(&row, self.0.cipher())).transpose()
    }

    /// Finds one.
    pub async fn lookup_by_id(&self, id: SyncId) -> Result<Option<SyncRow>, Error> {
        let row = self.0.database().row(select!("s.id = $1"), values![id]).await?;
        row.map(|row| sync(&row, self.0.cipher())).transpose()
    }

    /// A connection's syncs, by name and variant.
    pub async fn list_for_connection(&self, connection: ConnectionRowId) -> Result<Vec<SyncRow>, Error> {
        let rows = self.0.database().rows(select!("s.connection = $1 ORDER BY s.name, s.variant"), values![connection]).await?;
        rows.iter().map(|row| sync(row, self.0.cipher())).collect()
    }

    /// An integration's syncs, oldest first.
    pub async fn list_for_integration(&self, integration: IntegrationId) -> Result<Vec<SyncRow>, Error> {
        let rows = self.0.database().rows(select!("s.integration = $1 ORDER BY s.id"), values![integration]).await?;
        rows.iter().map(|row| sync(row, self.0.cipher())).collect()
    }

    /// An environment's syncs after `after`, oldest first.
    pub async fn list(&self, environment: EnvironmentId, after: Option<SyncId>, limit: u32) -> Result<Vec<SyncRow>, Error> {
        let sql = select!("s.environment = $1 AND ($2 IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3");
        let rows = self.0.database().rows(sql, values![environment, after, i64::from(limit)]).await?;
        rows.iter().map(|row| sync(row, self.0.cipher())).collect()
    }
}

/// The phase of a sync's schedule ([`syncline_domain::Schedule::next_after`]): evenly spread, the same for ever.
pub fn schedule_seed(sync: SyncId) -> u64 {
    sync.0.as_u64_pair().1
}

pub(crate) fn new_id(now: Timestamp) -> SyncId {
    let mut randomness = [0; 10];
    getrandom::fill(&mut randomness).expect("the system has randomness");
    SyncId::new(now, randomness)
}

/// `None` when the connection has this sync.
pub(crate) async fn insert_in(
    transaction: &mut Transaction,
    connection: ConnectionRowId,
    new: NewSync,
    now: Timestamp,
) -> Result<Option<SyncId>, Error> {
    let id = new_id(now);
    Ok(insert_with_id(transaction, id, connection, new, now).await?.then_some(id))
}

pub(crate) async fn insert_with_id(
    transaction: &mut Transaction,
    id: SyncId,
    connection: ConnectionRowId,
    new: NewSync,
    now: Timestamp,
) -> Result<bool, Error> {
    let sql =
        "INSERT INTO syncs (id, environment, integration, connection, function, name, variant, state, frequency_override, next_run_at,
                   created_at)
               SELECT $1, c.environment, c.integration, c.id, $3, $4, $5, $6, $7, $8, $9 FROM connections c WHERE c.id = $2
               ON CONFLICT (connection, name, variant) DO NOTHING";
    let values = values![
        id,
        connection,
        new.function,
        new.name.as_str(),
        new.variant.as_str(),
        new.state.as_str(),
        new.frequency_override,
        new.next_run_at,
        now
    ];
    Ok(transaction.execute(sql, values).await? > 0)
}

/// Which syncs go.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    One(SyncId),
    Connection(ConnectionRowId),
    Function(FunctionId),
}

/// Removes syncs with their checkpoints and takes back what waits or runs for them; returns how many. Whoever locks a sync and its job
/// takes the sync first: the other order could meet this one in a deadlock.
pub(crate) async fn remove_in(transaction: &mut Transaction, of: Of, now: Timestamp) -> Result<usize, Error> {
    let rows = match of {
        Of::One(id) => transaction.rows("DELETE FROM syncs WHERE id = $1 RETURNING id", values![id]).await?,
        Of::Connection(id) => transaction.rows("DELETE FROM syncs WHERE connection = $1 RETURNING id", values![id]).await?,
        Of::Function(id) => transaction.rows("DELETE FROM syncs WHERE function = $1 RETURNING id", values![id]).await?,
    };
    for row in &rows {
        let sync: SyncId = row.parse("syncs", "id", |text| text.parse().ok())?;
        jobs::cancel_sync_in(transaction, sync, now).await?;
        transaction.execute("DELETE FROM checkpoints WHERE sync = $1", values![sync]).await?;
    }
    Ok(rows.len())
}

fn sync(row: &Row, cipher: &Cipher) -> Result<SyncRow, Error> {
    let run_state = row.parse_optional("runs", "run_state", RunState::parse)?;
    let last_run = match (run_state, row.parse_optional("syncs", "last_run", |text| text.parse::<RunId>().ok())?) {
        (Some(state), Some(id)) => Some(RunSummary {
            id,
            state,
            started_at: row.time("run_started_at")?,
            finished_at: row.optional_time("run_finished_at")?,
            counts: row.parse("runs", "run_counts", |text| serde_json::from_str(text).ok())?,
            error: crate::runs::open_error(cipher, id, row.get("run_error")?)?,
        }),
        _ => None,
    };
    Ok(SyncRow {
        id: row.parse("syncs", "id", |text| text.parse().ok())?,
        environment: EnvironmentId(row.get("environment")?),
        connection: ConnectionRowId(row.get("connection")?),
        connection_name: row.parse("syncs", "connection_name", |text| ConnectionName::new(text).ok())?,
        integration: IntegrationId(row.get("integration")?),
        integration_key: row.parse("syncs", "integration_key", |text| IntegrationKey::new(text).ok())?,
        function: FunctionId(row.get("function")?),
        name: row.parse("syncs", "name", |text| FunctionName::new(text).ok())?,
        variant: row.parse("syncs", "variant", |text| Variant::new(text).ok())?,
        state: row.parse("syncs", "state", SyncState::parse)?,
        frequency_override: row.get("frequency_override")?,
        next_run_at: row.optional_time("next_run_at")?,
        last_run,
        last_success_started_at: row.optional_time("last_success_started_at")?,
        created_at: row.time("created_at")?,
    })
}
