//! One attempt, from the decision to make it to what follows from it.

use std::time::Duration;

use syncline_domain::{
    ATTEMPTS, Circuit, CircuitState, DeliveryState, DisabledReason, Timestamp, WebhookDeliveryId, WebhookEndpointId, attempt_after,
};

use super::{WebhookDeliveries, WebhookDeliveryRow, delivery, place_of_answer};
use crate::crypto::Cipher;
use crate::database::{Transaction, values};
use crate::jobs::payload::DeliverWebhook;
use crate::{Error, Fence, JobDecision, jobs, webhook_endpoints};

/// What becomes of a delivery whose job was claimed.
#[derive(Debug)]
pub enum BegunDelivery {
    /// It is to be sent now, and this is on disk.
    Attempt(Box<WebhookDeliveryRow>, StartedAttempt),
    /// It is over, or waits for its address; so is its job.
    Over,
}

/// An attempt under way.
#[derive(Clone, Copy, Debug)]
pub struct StartedAttempt {
    id: i64,
    delivery: WebhookDeliveryId,
    endpoint: WebhookEndpointId,
    /// Which one it is in the present round, from 1.
    pub tries: u32,
    /// Whether the address had failures before.
    is_troubled: bool,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub struct DeliveryAttempt {
    /// The receiver's answer.
    pub status: Option<u16>,
    /// Where there was none, or not all of it: a stable code such as `ECONNREFUSED`.
    pub error: Option<String>,
    /// The beginning of what the receiver said. Encrypted.
    pub answer: Option<String>,
    /// What follows from it.
    pub verdict: Verdict,
    /// Spreads the next attempt.
    pub random: u16,
    /// The present.
    pub now: Timestamp,
}

/// What an answer means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The receiver has it.
    Delivered,
    /// Another attempt may go better.
    Passing {
        /// The receiver's wish for this delivery.
        asked: Option<Duration>,
        /// Whether the wish is for everything that is sent there.
        everything: bool,
    },
    /// Another attempt would fail in the same way, whatever the receiver does.
    Lasting,
    /// There will never be a receiver here again.
    Gone,
}

/// What followed from an attempt.
#[derive(Clone, Debug)]
pub struct EndedAttempt {
    /// The delivery's state.
    pub state: DeliveryState,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// That this attempt opened the circuit of its address.
    pub opened_until: Option<Timestamp>,
    /// That this attempt disabled its address.
    pub disabled: Option<DisabledReason>,
}

impl WebhookDeliveries<'_> {
    /// Notes that the delivery of the job that shows `fence` is about to be sent; or, in the same transaction, defers or gives it up as its
    /// address's circuit says, and ends the job.
    pub async fn begin(&self, fence: Fence, id: WebhookDeliveryId, now: Timestamp) -> Result<BegunDelivery, Error> {
        let cipher = self.0.cipher().clone();
        self.0.database().write(move |transaction| Box::pin(async move { begin_in(transaction, &cipher, fence, id, now).await })).await
    }

    /// Notes how an attempt went, and ends its job or has it come back: one transaction with what it means for the address.
    pub async fn end(&self, fence: Fence, started: StartedAttempt, attempt: DeliveryAttempt) -> Result<EndedAttempt, Error> {
        let cipher = self.0.cipher().clone();
        let ended = self
            .0
            .database()
            .write(move |transaction| Box::pin(async move { end_in(transaction, &cipher, fence, started, attempt).await }))
            .await?;
        if ended.state != DeliveryState::Delivered || started.is_troubled {
            self.0.wake();
        }
        Ok(ended)
    }
}

async fn begin_in(
    transaction: &mut Transaction,
    cipher: &Cipher,
    fence: Fence,
    id: WebhookDeliveryId,
    now: Timestamp,
) -> Result<BegunDelivery, Error> {
    fence.check(transaction).await?;
    let sql = "SELECT webhook_deliveries.*, webhook_endpoints.state AS circuit, webhook_endpoints.failures AS failures
               FROM webhook_deliveries LEFT JOIN webhook_endpoints ON webhook_endpoints.id = webhook_deliveries.endpoint
               WHERE webhook_deliveries.id = $1";
    let over = |_| BegunDelivery::Over;
    let Some(row) = transaction.row(sql, values![id]).await? else {
        return jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await.map(over);
    };
    let mut found = delivery(&row, cipher)?;
    if !found.state.is_pending() {
        return jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await.map(over);
    }
    let endpoint = match row.get::<Option<i64>>("endpoint")? {
        Some(endpoint) => WebhookEndpointId(endpoint),
        None => webhook_endpoints::ensure(transaction, found.environment, &found.url, now).await?,
    };
    let is_closed =
        row.parse_optional("webhook_endpoints", "circuit", CircuitState::parse)?.is_none_or(|state| state == CircuitState::Closed);
    if !is_closed && let Some(state) = held_back(transaction, endpoint, id, now).await? {
        let sql = "UPDATE webhook_deliveries SET state = $2, endpoint = $3, next_attempt_at = NULL WHERE id = $1";
        transaction.execute(sql, values![id, state.as_str(), endpoint]).await?;
        return jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await.map(over);
    }
    if found.attempts > 0 {
        let sql = "UPDATE webhook_attempts SET ended_at = $2, error = 'process_lost' WHERE delivery = $1 AND ended_at IS NULL";
        transaction.execute(sql, values![id, now]).await?;
    }
    found.attempts += 1;
    let tries = found.tries + 1;
    let sql = "UPDATE webhook_deliveries SET attempts = $2, endpoint = $3, attempted_at = $4, next_attempt_at = NULL WHERE id = $1";
    transaction.execute(sql, values![id, i64::from(found.attempts), endpoint, now]).await?;
    let sql = "INSERT INTO webhook_attempts (delivery, number, started_at) VALUES ($1, $2, $3) RETURNING id";
    let row_of_attempt = transaction.row(sql, values![id, i64::from(found.attempts), now]).await?.expect("an insert returns its row");
    let is_troubled = !is_closed || row.get::<Option<i64>>("failures")?.is_some_and(|failures| failures > 0);
    let started = StartedAttempt { id: row_of_attempt.get("id")?, delivery: id, endpoint, tries, is_troubled };
    Ok(BegunDelivery::Attempt(Box::new(found), started))
}

/// The state of a delivery that may not be sent now; `None` when it may.
async fn held_back(
    transaction: &mut Transaction,
    endpoint: WebhookEndpointId,
    id: WebhookDeliveryId,
    now: Timestamp,
) -> Result<Option<DeliveryState>, Error> {
    // It may have changed since it was read without its lock.
    let Some(row) = webhook_endpoints::lock(transaction, endpoint).await? else { return Ok(None) };
    let mut circuit = row.circuit;
    if circuit.state == CircuitState::Disabled {
        return Ok(Some(DeliveryState::Undeliverable));
    }
    if circuit.admit(id, now) {
        if circuit != row.circuit {
            webhook_endpoints::save(transaction, endpoint, &circuit).await?;
        }
        return Ok(None);
    }
    // Somebody has to let go of it.
    let at = circuit.probe_at().unwrap_or(now);
    webhook_endpoints::release_at(transaction, row.environment, endpoint, at, now).await?;
    Ok(Some(DeliveryState::Deferred))
}

async fn end_in(
    transaction: &mut Transaction,
    cipher: &Cipher,
    fence: Fence,
    started: StartedAttempt,
    attempt: DeliveryAttempt,
) -> Result<EndedAttempt, Error> {
    let now = attempt.now;
    fence.check(transaction).await?;
    let mut ended = match attempt.verdict {
        Verdict::Delivered => EndedAttempt { state: DeliveryState::Delivered, next_attempt_at: None, opened_until: None, disabled: None },
        Verdict::Passing { asked, .. } => {
            let next = attempt_after(started.tries, asked, attempt.random).map(|pause| now.plus(pause));
            let state = if next.is_some() { DeliveryState::Waiting } else { DeliveryState::Failed };
            EndedAttempt { state, next_attempt_at: next, opened_until: None, disabled: None }
        }
        Verdict::Lasting => EndedAttempt { state: DeliveryState::Failed, next_attempt_at: None, opened_until: None, disabled: None },
        Verdict::Gone => EndedAttempt { state: DeliveryState::Undeliverable, next_attempt_at: None, opened_until: None, disabled: None },
    };
    // A message that no receiver could take says nothing of this one.
    if attempt.verdict != Verdict::Lasting {
        judge(transaction, started, &attempt, &mut ended).await?;
    }
    let answer = attempt.answer.map(|answer| cipher.seal(place_of_answer(&started.id), answer.as_bytes()));
    let sql = "UPDATE webhook_attempts SET ended_at = $2, status = $3, error = $4, answer = $5 WHERE id = $1";
    transaction.execute(sql, values![started.id, now, attempt.status.map(i64::from), attempt.error.clone(), answer]).await?;
    let sql = "UPDATE webhook_deliveries SET state = $2, tries = $3, status = $4, error = $5, next_attempt_at = $6,
                   delivered_at = CASE WHEN $2 = 'delivered' THEN $7 ELSE delivered_at END
               WHERE id = $1";
    let values = values![
        started.delivery,
        ended.state.as_str(),
        i64::from(started.tries),
        attempt.status.map(i64::from),
        attempt.error.clone(),
        ended.next_attempt_at,
        now
    ];
    transaction.execute(sql, values).await?;
    // One that is given up is listed as such and replayed by itself; a discarded job beside it would be a second list of the same.
    let decision = ended.next_attempt_at.map_or(JobDecision::Complete, JobDecision::RetryAt);
    let error = attempt.error.or_else(|| attempt.status.map(|status| format!("the receiver answered {status}")));
    let error = error.filter(|_| ended.state != DeliveryState::Delivered);
    jobs::end_in(transaction, fence, decision, error, now).await?;
    Ok(ended)
}

/// The delivery of a job that was given up with the last of many workers: it is listed as failed, and a replay makes it another job.
pub(crate) async fn abandon_in(transaction: &mut Transaction, payload: &str, now: Timestamp) -> Result<(), Error> {
    let Ok(DeliverWebhook { delivery }) = serde_json::from_str(payload) else { return Ok(()) };
    let sql = "UPDATE webhook_attempts SET ended_at = $2, error = 'process_lost' WHERE delivery = $1 AND ended_at IS NULL";
    transaction.execute(sql, values![delivery, now]).await?;
    let sql = "UPDATE webhook_deliveries SET state = 'failed', error = 'process_lost', next_attempt_at = NULL WHERE id = $1 AND state = 'waiting'";
    transaction.execute(sql, values![delivery]).await.map(drop)
}

/// What the attempt says of its address.
async fn judge(
    transaction: &mut Transaction,
    started: StartedAttempt,
    attempt: &DeliveryAttempt,
    ended: &mut EndedAttempt,
) -> Result<(), Error> {
    let (id, now) = (started.endpoint, attempt.now);
    if attempt.verdict == Verdict::Delivered {
        // Most of the time nothing is to be changed, and nothing is locked.
        let sql = "SELECT id FROM webhook_endpoints WHERE id = $1 AND (failures > 0 OR state <> 'closed')";
        if transaction.row(sql, values![id]).await?.is_none() {
            return Ok(());
        }
    }
    let Some(row) = webhook_endpoints::lock(transaction, id).await? else { return Ok(()) };
    let mut circuit: Circuit = row.circuit;
    match attempt.verdict {
        Verdict::Delivered => circuit.succeeded(),
        Verdict::Gone => circuit.gone(now),
        Verdict::Passing { asked, everything } => circuit.failed(started.delivery, asked.filter(|_| everything), now),
        Verdict::Lasting => {}
    }
    if circuit != row.circuit {
        webhook_endpoints::save(transaction, id, &circuit).await?;
    }
    if circuit.state != row.circuit.state || circuit.open_until != row.circuit.open_until {
        let at = circuit.probe_at().unwrap_or(now);
        webhook_endpoints::release_at(transaction, row.environment, id, at, now).await?;
        ended.opened_until = circuit.open_until;
    }
    if circuit.state == CircuitState::Disabled {
        ended.disabled = circuit.disabled.filter(|_| row.circuit.disabled.is_none()).map(|(_, reason)| reason);
        if ended.state == DeliveryState::Waiting {
            (ended.state, ended.next_attempt_at) = (DeliveryState::Undeliverable, None);
        }
    }
    debug_assert!(started.tries <= ATTEMPTS, "a round ends with its last attempt");
    Ok(())
}
