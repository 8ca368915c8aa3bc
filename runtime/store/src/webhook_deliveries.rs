//! Webhooks on their way, and what became of them.

mod attempt;
mod list;
mod replay;

use syncline_domain::{ConnectionRowId, DeliveryState, EnvironmentId, Timestamp, WebhookDeliveryId, WebhookKind};

pub(crate) use attempt::abandon_in;
pub use attempt::{BegunDelivery, DeliveryAttempt, EndedAttempt, StartedAttempt, Verdict};
pub use list::{DeliveryFilter, WebhookAttemptRow};
pub use replay::{Replay, ReplayDeliveries, ReplayedDeliveries};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, Fence, JobDecision, Store, webhook_endpoints};

const TABLE: &str = "webhook_deliveries";

/// The deliveries.
pub struct WebhookDeliveries<'s>(pub(crate) &'s Store);

/// A webhook to send.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Whose it is.
    pub environment: EnvironmentId,
    /// What it tells.
    pub kind: WebhookKind,
    /// What it is about.
    pub connection: Option<ConnectionRowId>,
    /// Where it goes.
    pub url: String,
    /// What is sent, to the byte: its signature is over these. Encrypted.
    pub body: String,
    /// What a relayed one carries beside its own headers, which no name here replaces. Encrypted.
    pub headers: Vec<(String, String)>,
    /// The present.
    pub now: Timestamp,
}

/// A webhook.
#[derive(Clone, Debug)]
pub struct WebhookDeliveryRow {
    /// Its row.
    pub id: WebhookDeliveryId,
    /// Whose it is.
    pub environment: EnvironmentId,
    /// What it tells.
    pub kind: WebhookKind,
    /// What it is about.
    pub connection: Option<ConnectionRowId>,
    /// Where it goes.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// What is sent beside its own headers.
    pub headers: Vec<(String, String)>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// How often in the present round, without attempts that ended with their process; a replay begins another round.
    pub tries: u32,
    /// When it is tried next, where that has a time.
    pub next_attempt_at: Option<Timestamp>,
    /// The receiver's answer to the latest try.
    pub status: Option<u16>,
    /// Why the latest try had none.
    pub error: Option<String>,
    /// When it was tried last.
    pub attempted_at: Option<Timestamp>,
    /// When the receiver had it.
    pub delivered_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl WebhookDeliveries<'_> {
    /// Ends the job that composed them and puts one job for each into the queue, in one transaction.
    pub async fn insert_all(&self, fence: Fence, deliveries: Vec<NewDelivery>, now: Timestamp) -> Result<Vec<WebhookDeliveryId>, Error> {
        let cipher = self.0.cipher().clone();
        let ids = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    jobs::end_in(transaction, fence, JobDecision::Complete, None, now).await?;
                    let mut ids = Vec::with_capacity(deliveries.len());
                    for delivery in deliveries {
                        ids.push(insert_in(transaction, &cipher, delivery).await?);
                    }
                    Ok(ids)
                })
            })
            .await?;
        self.0.wake();
        Ok(ids)
    }

    /// Finds one.
    pub async fn lookup(&self, id: WebhookDeliveryId) -> Result<Option<WebhookDeliveryRow>, Error> {
        let row = self.0.database().row("SELECT * FROM webhook_deliveries WHERE id = $1", values![id]).await?;
        row.map(|row| delivery(&row, self.0.cipher())).transpose()
    }
}

/// Puts one into the queue.
pub(crate) async fn insert_in(transaction: &mut Transaction, cipher: &Cipher, new: NewDelivery) -> Result<WebhookDeliveryId, Error> {
    let endpoint = webhook_endpoints::ensure(transaction, new.environment, &new.url, new.now).await?;
    let sql =
        "INSERT INTO webhook_deliveries (environment, kind, connection, url, endpoint, state, attempts, tries, next_attempt_at, created_at)
               VALUES ($1, $2, $3, $4, $5, 'waiting', 0, 0, $6, $6) RETURNING id";
    let values = values![new.environment, new.kind.as_str(), new.connection, new.url, endpoint, new.now];
    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
    let id = WebhookDeliveryId(row.get("id")?);
    let body = cipher.seal(place(&id, "body"), new.body.as_bytes());
    let headers = (!new.headers.is_empty()).then(|| cipher.seal(place(&id, "headers"), payload::json(&new.headers).as_bytes()));
    transaction.execute("UPDATE webhook_deliveries SET body = $2, headers = $3 WHERE id = $1", values![id, body, headers]).await?;
    jobs::insert_in(transaction, payload::deliver_webhook(new.environment, id, new.now)).await?;
    Ok(id)
}

fn place<'i>(id: &'i WebhookDeliveryId, column: &'static str) -> Place<'i> {
    Place { table: TABLE, column, row: id }
}

/// Of an attempt's answer.
fn place_of_answer(id: &i64) -> Place<'_> {
    Place { table: "webhook_attempts", column: "answer", row: id }
}

fn delivery(row: &Row, cipher: &Cipher) -> Result<WebhookDeliveryRow, Error> {
    let id = WebhookDeliveryId(row.get("id")?);
    Ok(WebhookDeliveryRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        kind: row.parse(TABLE, "kind", WebhookKind::parse)?,
        connection: row.get::<Option<i64>>("connection")?.map(ConnectionRowId),
        url: row.get("url")?,
        body: cipher.open_text(place(&id, "body"), row.get("body")?)?,
        headers: headers(row, cipher, id)?,
        state: row.parse(TABLE, "state", DeliveryState::parse)?,
        attempts: row.get::<i64>("attempts")? as u32,
        tries: row.get::<i64>("tries")? as u32,
        next_attempt_at: row.optional_time("next_attempt_at")?,
        status: row.get::<Option<i64>>("status")?.map(|status| status as u16),
        error: row.get("error")?,
        attempted_at: row.optional_time("attempted_at")?,
        delivered_at: row.optional_time("delivered_at")?,
        created_at: row.time("created_at")?,
    })
}

fn headers(row: &Row, cipher: &Cipher, id: WebhookDeliveryId) -> Result<Vec<(String, String)>, Error> {
    let Some(sealed) = row.get::<Option<Vec<u8>>>("headers")? else { return Ok(Vec::new()) };
    let text = cipher.open_text(place(&id, "headers"), sealed)?;
    serde_json::from_str(&text).map_err(|_| Error::inconsistency(TABLE, "headers", id))
}
