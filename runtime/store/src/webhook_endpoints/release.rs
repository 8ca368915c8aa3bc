//! What becomes of deliveries that wait for an address.

use syncline_domain::{CircuitState, DeliveryState, EnvironmentId, Timestamp, WebhookDeliveryId, WebhookEndpointId};

use super::{WebhookEndpoints, lock};
use crate::database::{Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, Fence, JobDecision};

/// What one step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Released {
    /// Its job is over, or goes on when the circuit lets another delivery try.
    Ended,
    /// There may be more to let go of.
    More,
}

impl WebhookEndpoints<'_> {
    /// Lets go of up to `limit` deliveries of an address as its circuit says: all of them when it is closed, one to try with when its time is
    /// over; when it is disabled they are undeliverable. Ends the job that shows `fence` in the same transaction once nothing is left to do.
    pub async fn release(&self, fence: Fence, id: WebhookEndpointId, limit: u32, now: Timestamp) -> Result<Released, Error> {
        let released = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    fence.check(transaction).await?;
                    let decision = step(transaction, id, limit, now).await?;
                    let Some(decision) = decision else { return Ok(Released::More) };
                    jobs::end_in(transaction, fence, decision, None, now).await?;
                    Ok(Released::Ended)
                })
            })
            .await?;
        self.0.wake();
        Ok(released)
    }
}

/// What becomes of the job; `None` when there may be more to do.
async fn step(transaction: &mut Transaction, id: WebhookEndpointId, limit: u32, now: Timestamp) -> Result<Option<JobDecision>, Error> {
    let Some(endpoint) = lock(transaction, id).await? else { return Ok(Some(JobDecision::Complete)) };
    let (touched, rest) = match endpoint.circuit.state {
        CircuitState::Closed => (let_go(transaction, endpoint.environment, id, limit, now).await?, JobDecision::Complete),
        CircuitState::Disabled => (give_up(transaction, id, limit).await?, JobDecision::Complete),
        CircuitState::Open | CircuitState::HalfOpen => match endpoint.circuit.probe_at() {
            Some(at) if at > now => (0, JobDecision::SnoozeUntil(at)),
            // Whichever delivery is sent next may try, so that there is nothing to wait for when none is deferred.
            _ => match let_go(transaction, endpoint.environment, id, 1, now).await? {
                0 => (0, JobDecision::Complete),
                // The one that was let go of tells how it went; should it vanish, another is to try.
                _ => return Ok(Some(JobDecision::SnoozeUntil(now.plus(super::PROBE_PATIENCE)))),
            },
        },
    };
    Ok((touched < u64::from(limit)).then_some(rest))
}

async fn let_go(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    id: WebhookEndpointId,
    limit: u32,
    now: Timestamp,
) -> Result<u64, Error> {
    let sql = "UPDATE webhook_deliveries SET state = 'waiting', next_attempt_at = $2
               WHERE id IN (SELECT id FROM webhook_deliveries WHERE endpoint = $1 AND state = 'deferred' ORDER BY id LIMIT $3)
               RETURNING id";
    let mut ids: Vec<i64> = Vec::new();
    for row in transaction.rows(sql, values![id, now, i64::from(limit)]).await? {
        ids.push(row.get("id")?);
    }
    // Oldest first: nothing promises the order, but there is no reason to turn it around.
    ids.sort_unstable();
    for id in &ids {
        jobs::enqueue_by(transaction, payload::deliver_webhook(environment, WebhookDeliveryId(*id), now)).await?;
    }
    Ok(ids.len() as u64)
}

async fn give_up(transaction: &mut Transaction, id: WebhookEndpointId, limit: u32) -> Result<u64, Error> {
    let sql = "UPDATE webhook_deliveries SET state = $2, next_attempt_at = NULL
               WHERE id IN (SELECT id FROM webhook_deliveries WHERE endpoint = $1 AND state IN ('waiting', 'deferred') ORDER BY id LIMIT $3)";
    transaction.execute(sql, values![id, DeliveryState::Undeliverable.as_str(), i64::from(limit)]).await
}
