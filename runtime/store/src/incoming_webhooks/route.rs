//! Whom a webhook is for, and all that follows from it.

use syncline_domain::{
    ConnectionName, ConnectionRowId, FunctionDefinition, FunctionId, IncomingWebhookId, IntegrationId, SyncId, Timestamp,
};

use super::IncomingWebhooks;
use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::{self, payload};
use crate::webhook_deliveries::{self, NewDelivery};
use crate::{Error, Fence, JobDecision};

/// One event for more connections of one integration than this is a mistake in a route.
const MAX_CONNECTIONS: i64 = 1_000;
/// What one new connection can set in motion at once; the rest waits for the next connection, or for somebody who replays it.
const MAX_UNPARKED: i64 = 1_000;
/// The field that is no member of anything.
const CONNECTION_ID: &str = "connection_id";

/// A connection that a webhook is for.
#[derive(Clone, Debug)]
pub struct RouteMatch {
    /// Its row.
    pub connection: ConnectionRowId,
    /// Its public id.
    pub name: ConnectionName,
    /// Where its webhooks go instead of the environment's addresses.
    pub webhook_url_override: Option<String>,
    /// Its syncs of the base variant that are enabled, with what they subscribe to.
    pub syncs: Vec<Subscriber>,
}

/// A sync that may want it.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Which.
    pub sync: SyncId,
    /// What it runs.
    pub function: FunctionId,
    /// What it subscribes to.
    pub types: Vec<String>,
}

/// What follows from a webhook.
#[derive(Clone, Debug)]
pub struct Follow {
    /// How many connections it is for.
    pub connections: u32,
    /// Runs.
    pub runs: Vec<WebhookRun>,
    /// Webhooks to the product.
    pub forwards: Vec<NewDelivery>,
}

/// A run that a webhook asks for.
#[derive(Clone, Copy, Debug)]
pub struct WebhookRun {
    /// On what.
    pub connection: ConnectionRowId,
    /// Of what.
    pub sync: SyncId,
    /// What that runs.
    pub function: FunctionId,
}

/// What became of a webhook that fits no connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parking {
    /// It waits for one.
    Parked,
    /// There is one by now.
    Found,
}

impl IncomingWebhooks<'_> {
    /// The connections of an integration whose field holds the value; at most 1,000.
    pub async fn matches(&self, integration: IntegrationId, field: &str, value: &str) -> Result<Vec<RouteMatch>, Error> {
        let mut found = Vec::new();
        for row in self.0.database().rows(matching(field), by(integration, field, value)).await? {
            let connection = ConnectionRowId(row.get("id")?);
            let sql = "SELECT s.id, s.function, f.definition FROM syncs s JOIN functions f ON f.id = s.function
                       WHERE s.connection = $1 AND s.variant = 'base' AND f.enabled AND f.deleted_at IS NULL ORDER BY s.id";
            let syncs = self.0.database().rows(sql, values![connection]).await?;
            found.push(RouteMatch {
                connection,
                name: row.parse("connections", "name", |text| ConnectionName::new(text).ok())?,
                webhook_url_override: row.get("webhook_url_override")?,
                syncs: syncs.iter().map(subscriber).collect::<Result<_, _>>()?,
            });
        }
        Ok(found)
    }

    /// Ends the job that routed it, with all that follows, in one transaction.
    pub async fn follow(&self, fence: Fence, id: IncomingWebhookId, follow: Follow, now: Timestamp) -> Result<(), Error> {
        let cipher = self.0.cipher().clone();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await?;
                    let sql = "UPDATE incoming_webhooks SET state = 'routed', connections = $2, runs = runs + $3, forwards = forwards + $4,
                                   routed_at = $5
                               WHERE id = $1 RETURNING environment, received_at";
                    let (runs, forwards) = (follow.runs.len() as i64, follow.forwards.len() as i64);
                    let values = values![id, i64::from(follow.connections), runs, forwards, now];
                    let Some(row) = transaction.row(sql, values).await? else { return Ok(()) };
                    let environment = syncline_domain::EnvironmentId(row.get("environment")?);
                    transaction.execute("DELETE FROM parked_webhooks WHERE webhook = $1", values![id]).await?;
                    for run in follow.runs {
                        let of = payload::RunWebhook { webhook: id, sync: run.sync, function: run.function };
                        // In the order in which they arrived, as far as nothing else has to wait.
                        let job = payload::run_webhook(environment, run.connection, &of, row.time("received_at")?, now);
                        jobs::insert_in(transaction, job).await?;
                    }
                    for delivery in follow.forwards {
                        webhook_deliveries::insert_in(transaction, &cipher, delivery).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.0.wake();
        Ok(())
    }

    /// Ends the job of one that fits no connection; it waits for a connection that has one of `keys` (field and value). What is forwarded all
    /// the same goes with it. [`Parking::Found`], with nothing written, when there is such a connection by now.
    pub async fn park(
        &self,
        fence: Fence,
        id: IncomingWebhookId,
        integration: IntegrationId,
        keys: Vec<(String, String)>,
        forwards: Vec<NewDelivery>,
        now: Timestamp,
    ) -> Result<Parking, Error> {
        // Differs because in PostgreSQL a connection could appear at the same moment: whoever makes one holds this row until its commit.
        const LOCK: Sql =
            Sql::differs("SELECT id FROM integrations WHERE id = $1", "SELECT id FROM integrations WHERE id = $1 FOR NO KEY UPDATE");
        let cipher = self.0.cipher().clone();
        let parking = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    transaction.row(LOCK, values![integration]).await?;
                    for (field, value) in &keys {
                        if !transaction.rows(matching(field), by(integration, field, value)).await?.is_empty() {
                            return Ok(Parking::Found);
                        }
                    }
                    jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await?;
                    let sql = "UPDATE incoming_webhooks SET state = 'parked', connections = 0, forwards = forwards + $2, routed_at = $3 WHERE id = $1";
                    if transaction.execute(sql, values![id, forwards.len() as i64, now]).await? == 0 {
                        return Ok(Parking::Parked);
                    }
                    for (field, value) in keys {
                        let sql = "INSERT INTO parked_webhooks (webhook, integration, field, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
                        transaction.execute(sql, values![id, integration, field, value]).await?;
                    }
                    for delivery in forwards {
                        webhook_deliveries::insert_in(transaction, &cipher, delivery).await?;
                    }
                    Ok(Parking::Parked)
                })
            })
            .await?;
        self.0.wake();
        Ok(parking)
    }
}

/// Routes anew what was parked for want of this connection.
pub(crate) async fn unpark_in(transaction: &mut Transaction, connection: ConnectionRowId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE incoming_webhooks SET state = 'received', replays = replays + 1
               WHERE state = 'parked' AND id IN (
                   SELECT p.webhook FROM connection_routes r
                   JOIN parked_webhooks p ON p.integration = r.integration AND p.field = r.field AND p.value = r.value
                   WHERE r.connection = $1
                   UNION
                   SELECT p.webhook FROM connections c
                   JOIN parked_webhooks p ON p.integration = c.integration AND p.field = 'connection_id' AND p.value = c.name
                   WHERE c.id = $1 AND NOT c.pending
                   ORDER BY 1 LIMIT $2)
               RETURNING id, environment";
    for row in transaction.rows(sql, values![connection, MAX_UNPARKED]).await? {
        let id: IncomingWebhookId = row.parse("incoming_webhooks", "id", |text| text.parse().ok())?;
        transaction.execute("DELETE FROM parked_webhooks WHERE webhook = $1", values![id]).await?;
        let environment = syncline_domain::EnvironmentId(row.get("environment")?);
        jobs::insert_in(transaction, payload::route_webhook(environment, id, now)).await?;
    }
    Ok(())
}

fn matching(field: &str) -> &'static str {
    if field == CONNECTION_ID {
        return "SELECT id, name, webhook_url_override FROM connections
                WHERE integration = $1 AND name = $2 AND deleted_at IS NULL AND NOT pending LIMIT $3";
    }
    "SELECT c.id, c.name, c.webhook_url_override FROM connection_routes r JOIN connections c ON c.id = r.connection
     WHERE r.integration = $1 AND r.field = $4 AND r.value = $2 AND c.deleted_at IS NULL AND NOT c.pending ORDER BY c.id LIMIT $3"
}

fn by(integration: IntegrationId, field: &str, value: &str) -> Vec<crate::database::Value> {
    let mut values = values![integration, value, MAX_CONNECTIONS];
    if field != CONNECTION_ID {
        values.extend(values![field]);
    }
    values
}

fn subscriber(row: &Row) -> Result<Subscriber, Error> {
    let definition: FunctionDefinition = row.parse("functions", "definition", |text| serde_json::from_str(text).ok())?;
    let sync = row.parse("syncs", "id", |text| text.parse().ok())?;
    Ok(Subscriber { sync, function: FunctionId(row.get("function")?), types: definition.webhook_subscriptions })
}
