//! Webhooks of providers: kept before they are acknowledged, then given to whom they are for.
//!
//! ```text
//! insert_all ─▶ received ─(job)─▶ routed: runs and forwards are in the queue
//!                  ▲  ▲             │
//!                  │  └── replay ◀──┤
//!                  └── its connection appears ◀── parked: it fits no connection
//! ```
//!
//! *Invariant:* a webhook and the job that routes it are one transaction; so are its end and all that follows from it.

mod list;
mod route;
mod routes;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use syncline_domain::{EnvironmentId, IncomingWebhookId, IncomingWebhookState, IntegrationId, IntegrationKey, Timestamp};

pub use list::IncomingFilter;
pub(crate) use route::unpark_in;
pub use route::{Follow, Parking, RouteMatch, Subscriber, WebhookRun};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, Store};

/// The incoming webhooks.
pub struct IncomingWebhooks<'s>(pub(crate) &'s Store);

/// A webhook that arrived.
#[derive(Clone, Debug)]
pub struct NewIncomingWebhook {
    /// Its id, made by the caller.
    pub id: IncomingWebhookId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub integration: IntegrationId,
    /// Its type.
    pub event: Option<String>,
    /// What the provider knows it by.
    pub delivery_id: Option<String>,
    /// What makes it the same as an earlier one, and for how long; `None` for as long as that one is kept.
    pub dedupe: Option<(String, Option<Duration>)>,
    /// Whether it has proved where it comes from.
    pub verified: bool,
    /// Whether it tells of nothing and is only kept to be read.
    pub is_handshake: bool,
    /// What stood around the body. Encrypted.
    pub head: WebhookHead,
    /// As it arrived. Encrypted.
    pub body: Vec<u8>,
    /// The present.
    pub now: Timestamp,
}

/// A webhook.
#[derive(Clone, Debug)]
pub struct IncomingWebhookRow {
    /// Its id.
    pub id: IncomingWebhookId,
    /// Where.
    pub environment: EnvironmentId,
    /// Of what.
    pub integration: IntegrationId,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Name of the provider's entry.
    pub provider: String,
    /// Where it stands.
    pub state: IncomingWebhookState,
    /// Its type.
    pub event: Option<String>,
    /// What the provider knows it by.
    pub delivery_id: Option<String>,
    /// Whether it has proved where it comes from.
    pub verified: bool,
    /// Of its body.
    pub size_bytes: u64,
    /// How many connections it was for, the last time.
    pub connections: u64,
    /// How many runs it caused, in all.
    pub runs: u64,
    /// How many webhooks to the product it caused, in all.
    pub forwards: u64,
    /// How often it was routed anew.
    pub replays: u64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it was routed last.
    pub routed_at: Option<Timestamp>,
}

/// What stands around a webhook's body. Never cookies, and never what authorises a caller.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WebhookHead {
    /// `POST`
    pub method: String,
    /// The parameters that its provider's entry keeps.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

/// What a webhook holds.
#[derive(Clone, Debug)]
pub struct WebhookContent {
    /// What stood around the body.
    pub head: WebhookHead,
    /// As it arrived.
    pub body: Vec<u8>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT w.*, i.key AS integration_key, i.provider FROM incoming_webhooks w JOIN integrations i ON i.id = w.integration WHERE ",
            $rest
        )
    };
}
use select;

impl IncomingWebhooks<'_> {
    /// Keeps the events of one delivery and puts the jobs that route them into the queue, all or none. Returns which of them are new: the others
    /// are here already.
    pub async fn insert_all(&self, new: Vec<NewIncomingWebhook>) -> Result<Vec<bool>, Error> {
        // Sealed before the transaction: it holds up no other writer.
        let sealed: Vec<_> = new.into_iter().map(|new| seal(self.0.cipher(), new)).collect();
        let inserted = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let mut inserted = Vec::with_capacity(sealed.len());
                    for webhook in sealed {
                        inserted.push(insert(transaction, webhook).await?);
                    }
                    Ok(inserted)
                })
            })
            .await?;
        if inserted.contains(&true) {
            self.0.wake();
        }
        Ok(inserted)
    }

    /// Finds one.
    pub async fn lookup(&self, id: IncomingWebhookId) -> Result<Option<IncomingWebhookRow>, Error> {
        self.0.database().row(select!("w.id = $1"), values![id]).await?.as_ref().map(webhook).transpose()
    }

    /// What it holds.
    pub async fn content(&self, id: IncomingWebhookId) -> Result<Option<WebhookContent>, Error> {
        let Some(row) = self.0.database().row("SELECT head, body FROM incoming_webhooks WHERE id = $1", values![id]).await? else {
            return Ok(None);
        };
        let head = self.0.cipher().open_text(place(&id, "head"), row.get("head")?)?;
        let head = serde_json::from_str(&head).map_err(|_| Error::inconsistency("incoming_webhooks", "head", id))?;
        let body = self.0.cipher().open(place(&id, "body"), row.get("body")?)?;
        Ok(Some(WebhookContent { head, body }))
    }

    /// Routes one anew, whatever became of it before. `false` when it is gone, is a handshake, or is on its way already.
    pub async fn replay(&self, environment: EnvironmentId, id: IncomingWebhookId, now: Timestamp) -> Result<bool, Error> {
        let replayed = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "UPDATE incoming_webhooks SET state = 'received', replays = replays + 1
                               WHERE id = $1 AND environment = $2 AND state IN ('routed', 'parked')";
                    if transaction.execute(sql, values![id, environment]).await? == 0 {
                        return stuck(transaction, environment, id, now).await;
                    }
                    transaction.execute("DELETE FROM parked_webhooks WHERE webhook = $1", values![id]).await?;
                    Ok(jobs::insert_in(transaction, payload::route_webhook(environment, id, now)).await?.is_some())
                })
            })
            .await?;
        if replayed {
            self.0.wake();
        }
        Ok(replayed)
    }
}

/// One whose job was given up is routed after all; a job that waits or runs keeps its key and nothing is added.
async fn stuck(transaction: &mut Transaction, environment: EnvironmentId, id: IncomingWebhookId, now: Timestamp) -> Result<bool, Error> {
    let sql = "SELECT id FROM incoming_webhooks WHERE id = $1 AND environment = $2 AND state = 'received'";
    if transaction.row(sql, values![id, environment]).await?.is_none() {
        return Ok(false);
    }
    Ok(jobs::insert_in(transaction, payload::route_webhook(environment, id, now)).await?.is_some())
}

struct Sealed {
    new: NewIncomingWebhook,
    head: Vec<u8>,
    body: Vec<u8>,
    size: i64,
}

fn seal(cipher: &Cipher, mut new: NewIncomingWebhook) -> Sealed {
    let (head, body) = (std::mem::take(&mut new.head), std::mem::take(&mut new.body));
    let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let head = cipher.seal(place(&new.id, "head"), payload::json(&head).as_bytes());
    let body = cipher.seal(place(&new.id, "body"), &body);
    Sealed { new, head, body, size }
}

async fn insert(transaction: &mut Transaction, webhook: Sealed) -> Result<bool, Error> {
    let Sealed { new, head, body, size } = webhook;
    if let Some((key, Some(window))) = &new.dedupe {
        // An equal one that is older was another event.
        let sql = "UPDATE incoming_webhooks SET dedupe_key = NULL WHERE integration = $1 AND dedupe_key = $2 AND received_at < $3";
        transaction.execute(sql, values![new.integration, key.as_str(), new.now.minus(*window)]).await?;
    }
    let state = if new.is_handshake { IncomingWebhookState::Handshake } else { IncomingWebhookState::Received };
    let sql = "INSERT INTO incoming_webhooks (id, environment, integration, state, event, delivery_id, dedupe_key, verified, head, body, size_bytes,
                   received_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (integration, dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING RETURNING id";
    let values = values![
        new.id,
        new.environment,
        new.integration,
        state.as_str(),
        new.event,
        new.delivery_id,
        new.dedupe.map(|(key, _)| key),
        new.verified,
        head,
        body,
        size,
        new.now
    ];
    if transaction.row(sql, values).await?.is_none() {
        return Ok(false);
    }
    if !new.is_handshake {
        jobs::insert_in(transaction, payload::route_webhook(new.environment, new.id, new.now)).await?;
    }
    Ok(true)
}

fn place<'i>(id: &'i IncomingWebhookId, column: &'static str) -> Place<'i> {
    Place { table: "incoming_webhooks", column, row: id }
}

fn webhook(row: &Row) -> Result<IncomingWebhookRow, Error> {
    let number = |column| -> Result<u64, Error> { Ok(row.get::<i64>(column)?.unsigned_abs()) };
    Ok(IncomingWebhookRow {
        id: row.parse("incoming_webhooks", "id", |text| text.parse().ok())?,
        environment: EnvironmentId(row.get("environment")?),
        integration: IntegrationId(row.get("integration")?),
        integration_key: row.parse("incoming_webhooks", "integration_key", |text| IntegrationKey::new(text).ok())?,
        provider: row.get("provider")?,
        state: row.parse("incoming_webhooks", "state", IncomingWebhookState::parse)?,
        event: row.get("event")?,
        delivery_id: row.get("delivery_id")?,
        verified: row.get("verified")?,
        size_bytes: number("size_bytes")?,
        connections: number("connections")?,
        runs: number("runs")?,
        forwards: number("forwards")?,
        replays: number("replays")?,
        received_at: row.time("received_at")?,
        routed_at: row.optional_time("routed_at")?,
    })
}
