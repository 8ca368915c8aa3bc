//! The addresses that webhooks go to, and their circuit breakers.
//!
//! *Invariant:* a circuit is read and written under its row's lock, so that nodes agree on who may try. Whoever defers a delivery holds that
//! lock, and whoever releases what was deferred holds it too: nothing is deferred behind the back of a release.

mod release;

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use syncline_domain::{Circuit, CircuitState, DisabledReason, EnvironmentId, Timestamp, WebhookDeliveryId, WebhookEndpointId};

pub use release::Released;

use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, Store};

/// A delivery that may try is claimed long before; after that another one is let go of.
const PROBE_PATIENCE: Duration = Duration::from_mins(1);

/// The addresses.
pub struct WebhookEndpoints<'s>(pub(crate) &'s Store);

/// An address.
#[derive(Clone, Debug)]
pub struct WebhookEndpointRow {
    /// Its row.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub environment: EnvironmentId,
    /// Where it is.
    pub url: String,
    /// Whether it is tried.
    pub circuit: Circuit,
    /// Deliveries that wait for it to answer again.
    pub deferred: u64,
    /// When something was first to be sent there.
    pub created_at: Timestamp,
}

impl WebhookEndpoints<'_> {
    /// An environment's addresses behind `after`, in the order in which they were first used.
    pub async fn list(
        &self,
        environment: EnvironmentId,
        after: Option<WebhookEndpointId>,
        limit: u32,
    ) -> Result<Vec<WebhookEndpointRow>, Error> {
        let sql = "SELECT webhook_endpoints.*, (SELECT COUNT(*) FROM webhook_deliveries
                       WHERE endpoint = webhook_endpoints.id AND state = 'deferred') AS deferred
                   FROM webhook_endpoints WHERE environment = $1 AND id > $2 ORDER BY id LIMIT $3";
        let values = values![environment, after.map_or(0, |id| id.0), i64::from(limit)];
        self.0.database().rows(sql, values).await?.iter().map(endpoint).collect()
    }

    /// Finds one.
    pub async fn lookup(&self, id: WebhookEndpointId) -> Result<Option<WebhookEndpointRow>, Error> {
        let sql = "SELECT webhook_endpoints.*, (SELECT COUNT(*) FROM webhook_deliveries
                       WHERE endpoint = webhook_endpoints.id AND state = 'deferred') AS deferred
                   FROM webhook_endpoints WHERE id = $1";
        self.0.database().row(sql, values![id]).await?.as_ref().map(endpoint).transpose()
    }

    /// Closes the circuit of an address, whatever it says, and lets go of what waits for it. False when there is no such address.
    pub async fn enable(&self, environment: EnvironmentId, id: WebhookEndpointId, now: Timestamp) -> Result<bool, Error> {
        let found = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let Some(row) = lock(transaction, id).await? else { return Ok(false) };
                    if row.environment != environment {
                        return Ok(false);
                    }
                    save(transaction, id, &Circuit::CLOSED).await?;
                    release_at(transaction, environment, id, now, now).await?;
                    Ok(true)
                })
            })
            .await?;
        self.0.wake();
        Ok(found)
    }
}

/// The row of an address, made when there is none.
pub(crate) async fn ensure(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    url: &str,
    now: Timestamp,
) -> Result<WebhookEndpointId, Error> {
    let find = "SELECT id FROM webhook_endpoints WHERE environment = $1 AND url_hash = $2";
    let hash = Sha256::digest(url.as_bytes()).to_vec();
    if let Some(row) = transaction.row(find, values![environment, hash.clone()]).await? {
        return Ok(WebhookEndpointId(row.get("id")?));
    }
    let insert = "INSERT INTO webhook_endpoints (environment, url, url_hash, created_at) VALUES ($1, $2, $3, $4)
                  ON CONFLICT (environment, url_hash) DO UPDATE SET url = excluded.url RETURNING id";
    let row = transaction.row(insert, values![environment, url, hash, now]).await?.expect("inserted or there");
    Ok(WebhookEndpointId(row.get("id")?))
}

/// The row, which nobody else changes until the transaction ends.
pub(crate) async fn lock(transaction: &mut Transaction, id: WebhookEndpointId) -> Result<Option<WebhookEndpointRow>, Error> {
    // Differs because SQLite has one writer.
    const LOCKED: Sql = Sql::differs(
        "SELECT webhook_endpoints.*, 0 AS deferred FROM webhook_endpoints WHERE id = $1",
        "SELECT webhook_endpoints.*, 0::BIGINT AS deferred FROM webhook_endpoints WHERE id = $1 FOR UPDATE",
    );
    transaction.row(LOCKED, values![id]).await?.as_ref().map(endpoint).transpose()
}

pub(crate) async fn save(transaction: &mut Transaction, id: WebhookEndpointId, circuit: &Circuit) -> Result<(), Error> {
    let sql = "UPDATE webhook_endpoints SET state = $2, failures = $3, failing_since = $4, openings = $5, open_until = $6, probe = $7,
                   probe_until = $8, disabled_at = $9, disabled_reason = $10
               WHERE id = $1";
    let values = values![
        id,
        circuit.state.as_str(),
        i64::from(circuit.failures),
        circuit.failing_since,
        i64::from(circuit.openings),
        circuit.open_until,
        circuit.probe.map(|(delivery, _)| delivery),
        circuit.probe.map(|(_, until)| until),
        circuit.disabled.map(|(at, _)| at),
        circuit.disabled.map(|(_, reason)| reason.as_str()),
    ];
    transaction.execute(sql, values).await.map(drop)
}

/// Has the job that lets go of what is deferred look at `at`, or earlier when it would anyhow.
pub(crate) async fn release_at(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    id: WebhookEndpointId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    jobs::enqueue_by(transaction, payload::release_webhooks(environment, id, at, now)).await.map(drop)
}

fn endpoint(row: &Row) -> Result<WebhookEndpointRow, Error> {
    const TABLE: &str = "webhook_endpoints";
    let probe = row.get::<Option<i64>>("probe")?.map(WebhookDeliveryId).zip(row.optional_time("probe_until")?);
    let reason = row.parse_optional(TABLE, "disabled_reason", DisabledReason::parse)?;
    Ok(WebhookEndpointRow {
        id: WebhookEndpointId(row.get("id")?),
        environment: EnvironmentId(row.get("environment")?),
        url: row.get("url")?,
        circuit: Circuit {
            state: row.parse(TABLE, "state", CircuitState::parse)?,
            failures: row.get::<i64>("failures")? as u32,
            failing_since: row.optional_time("failing_since")?,
            openings: row.get::<i64>("openings")? as u32,
            open_until: row.optional_time("open_until")?,
            probe,
            disabled: row.optional_time("disabled_at")?.zip(reason),
        },
        deferred: row.get::<i64>("deferred")? as u64,
        created_at: row.time("created_at")?,
    })
}
