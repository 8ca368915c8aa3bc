//! Sending again what was sent, or could not be.

use syncline_domain::{EnvironmentId, Timestamp, WebhookDeliveryId, WebhookEndpointId};

use super::WebhookDeliveries;
use crate::database::{Sql, Transaction, values};
use crate::jobs::{self, Enqueued, payload};
use crate::{Error, webhook_endpoints};

/// What to send again.
#[derive(Clone, Debug)]
pub struct ReplayDeliveries {
    /// Whose.
    pub environment: EnvironmentId,
    /// Made at or after.
    pub since: Timestamp,
    /// Made before.
    pub until: Option<Timestamp>,
    /// To this address alone.
    pub url: Option<String>,
    /// Also what was delivered.
    pub delivered_too: bool,
    /// Behind this one.
    pub after: Option<WebhookDeliveryId>,
    /// At most so many.
    pub limit: u32,
    /// The present.
    pub now: Timestamp,
}

/// What was sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayedDeliveries {
    /// How many.
    pub replayed: u64,
    /// The last of them, when there may be more.
    pub next: Option<WebhookDeliveryId>,
}

/// What became of the wish to send one again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replay {
    /// It is on its way.
    Begun,
    /// There is no such delivery.
    Missing,
    /// It is being sent at this moment.
    UnderWay,
    /// Its address is disabled.
    Disabled,
}

impl WebhookDeliveries<'_> {
    /// Sends one again, now, with all its attempts before it: the same id, the same bytes.
    pub async fn replay(&self, environment: EnvironmentId, id: WebhookDeliveryId, now: Timestamp) -> Result<Replay, Error> {
        let replay =
            self.0.database().write(move |transaction| Box::pin(async move { replay_in(transaction, environment, id, now).await })).await?;
        self.0.wake();
        Ok(replay)
    }

    /// Sends many again: those that failed or could not be delivered, and with `delivered_too` the others as well; what is pending comes by
    /// itself. Those of disabled addresses stay. One transaction, so `limit` is to be small.
    pub async fn replay_since(&self, of: ReplayDeliveries) -> Result<ReplayedDeliveries, Error> {
        let limit = u64::from(of.limit);
        let replayed = self.0.database().write(move |transaction| Box::pin(async move { replay_since_in(transaction, of).await })).await?;
        self.0.wake();
        let next = replayed.last().copied().filter(|_| replayed.len() as u64 == limit);
        Ok(ReplayedDeliveries { replayed: replayed.len() as u64, next })
    }
}

const AGAIN: &str = "UPDATE webhook_deliveries SET state = 'waiting', tries = 0, next_attempt_at = $2 WHERE id = $1 RETURNING endpoint";

async fn replay_in(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    id: WebhookDeliveryId,
    now: Timestamp,
) -> Result<Replay, Error> {
    let sql = "SELECT webhook_endpoints.state AS circuit FROM webhook_deliveries
               LEFT JOIN webhook_endpoints ON webhook_endpoints.id = webhook_deliveries.endpoint
               WHERE webhook_deliveries.id = $1 AND webhook_deliveries.environment = $2";
    let Some(found) = transaction.row(sql, values![id, environment]).await? else { return Ok(Replay::Missing) };
    if found.get::<Option<String>>("circuit")?.as_deref() == Some("disabled") {
        return Ok(Replay::Disabled);
    }
    // Its job first: one that runs holds the delivery.
    if jobs::enqueue_by(transaction, payload::deliver_webhook(environment, id, now)).await? == Enqueued::Running {
        return Ok(Replay::UnderWay);
    }
    if let Some(row) = transaction.row(AGAIN, values![id, now]).await?
        && let Some(endpoint) = row.get::<Option<i64>>("endpoint")?
    {
        try_now(transaction, WebhookEndpointId(endpoint), now).await?;
    }
    Ok(Replay::Begun)
}

async fn replay_since_in(transaction: &mut Transaction, of: ReplayDeliveries) -> Result<Vec<WebhookDeliveryId>, Error> {
    // Differs because in PostgreSQL somebody else could replay the same at this moment.
    const CHOSEN: Sql = Sql::differs(
        "SELECT id FROM webhook_deliveries WHERE environment = $1 AND id > $2 AND created_at >= $3 AND ($4 IS NULL OR created_at < $4)
             AND ($5 IS NULL OR url = $5) AND (state IN ('failed', 'undeliverable') OR ($6 AND state = 'delivered'))
             AND NOT EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = webhook_deliveries.endpoint AND state = 'disabled')
         ORDER BY id LIMIT $7",
        "SELECT id FROM webhook_deliveries WHERE environment = $1 AND id > $2 AND created_at >= $3 AND ($4 IS NULL OR created_at < $4)
             AND ($5 IS NULL OR url = $5) AND (state IN ('failed', 'undeliverable') OR ($6 AND state = 'delivered'))
             AND NOT EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = webhook_deliveries.endpoint AND state = 'disabled')
         ORDER BY id LIMIT $7 FOR UPDATE",
    );
    let values = values![of.environment, of.after.map_or(0, |id| id.0), of.since, of.until, of.url, of.delivered_too, i64::from(of.limit)];
    let mut ids = Vec::new();
    for row in transaction.rows(CHOSEN, values).await? {
        ids.push(WebhookDeliveryId(row.get("id")?));
    }
    let mut endpoints = std::collections::BTreeSet::new();
    for id in &ids {
        if let Some(row) = transaction.row(AGAIN, values![*id, of.now]).await? {
            endpoints.extend(row.get::<Option<i64>>("endpoint")?);
        }
        jobs::enqueue_by(transaction, payload::deliver_webhook(of.environment, *id, of.now)).await?;
    }
    for endpoint in endpoints {
        try_now(transaction, WebhookEndpointId(endpoint), of.now).await?;
    }
    Ok(ids)
}

/// Whoever asks for a replay has seen that the receiver is back: one may try at once.
async fn try_now(transaction: &mut Transaction, endpoint: WebhookEndpointId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE webhook_endpoints SET open_until = $2 WHERE id = $1 AND state = 'open' AND open_until > $2 RETURNING environment";
    if let Some(row) = transaction.row(sql, values![endpoint, now]).await? {
        webhook_endpoints::release_at(transaction, EnvironmentId(row.get("environment")?), endpoint, now, now).await?;
    }
    Ok(())
}
