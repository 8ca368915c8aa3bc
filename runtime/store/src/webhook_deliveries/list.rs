//! Looking at deliveries and their attempts.

use syncline_domain::{DeliveryState, EnvironmentId, Timestamp, WebhookDeliveryId, WebhookKind};

use super::{WebhookDeliveries, WebhookDeliveryRow, delivery, place_of_answer};
use crate::Error;
use crate::database::{Sql, values};

/// How many ids may lie between two that were made at one moment: nodes' clocks differ, and what commits later may have the smaller id.
const SKEW: i64 = 10_000;

/// Which deliveries; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// What they tell.
    pub kind: Option<WebhookKind>,
    /// Where they stand.
    pub state: Option<DeliveryState>,
    /// Where they go.
    pub url: Option<String>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<WebhookDeliveryId>,
    /// At most so many.
    pub limit: u32,
}

/// One attempt to deliver.
#[derive(Clone, Debug)]
pub struct WebhookAttemptRow {
    /// Which one, from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; nothing while it is under way, or when its process was killed and no other has found out yet.
    pub ended_at: Option<Timestamp>,
    /// The receiver's answer.
    pub status: Option<u16>,
    /// Why there was none, or not all of it.
    pub error: Option<String>,
    /// The beginning of what the receiver said.
    pub answer: Option<String>,
}

macro_rules! page {
    ($deliveries:literal, $narrow:literal) => {
        concat!(
            "SELECT * FROM ",
            $deliveries,
            " WHERE environment = $1 AND ($2 IS NULL OR kind = $2) AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR url = $4)
                 AND ($5 IS NULL OR created_at >= $5) AND ($8 IS NULL OR created_at < $8) AND id >= $9 AND id < $6",
            $narrow,
            " ORDER BY id DESC LIMIT $7"
        )
    };
}

macro_rules! narrowed {
    ($indexed:literal, $narrow:literal) => {
        // Differs because SQLite does not see that the index holds few.
        Sql::differs(page!($indexed, $narrow), page!("webhook_deliveries", $narrow))
    };
}

const ANY: &str = page!("webhook_deliveries", "");
const LOST: Sql = narrowed!("webhook_deliveries INDEXED BY webhook_deliveries_lost", " AND state IN ('failed', 'undeliverable')");
const OPEN: Sql = narrowed!("webhook_deliveries INDEXED BY webhook_deliveries_open", " AND state IN ('waiting', 'deferred')");
const OF_KIND: Sql = narrowed!("webhook_deliveries INDEXED BY webhook_deliveries_kind", " AND kind = $2");

impl WebhookDeliveries<'_> {
    /// An environment's latest, newest first.
    pub async fn list(&self, environment: EnvironmentId, filter: DeliveryFilter) -> Result<Vec<WebhookDeliveryRow>, Error> {
        let sql = match filter.state {
            Some(DeliveryState::Failed | DeliveryState::Undeliverable) => LOST,
            Some(DeliveryState::Waiting | DeliveryState::Deferred) => OPEN,
            _ if filter.kind.is_some() => OF_KIND,
            _ => ANY.into(),
        };
        // Ids grow with time, so that a part of them is looked at and not all that came since.
        let from = match filter.since {
            Some(since) => match self.first(since).await? {
                Some(first) => first.saturating_sub(SKEW),
                None => return Ok(Vec::new()),
            },
            None => 0,
        };
        let until = match filter.until {
            Some(until) => self.first(until).await?.map(|first| first.saturating_add(SKEW)),
            None => None,
        };
        let before = filter.before.map(|before| before.0).into_iter().chain(until).min().unwrap_or(i64::MAX);
        let values = values![
            environment,
            filter.kind.map(WebhookKind::as_str),
            filter.state.map(DeliveryState::as_str),
            filter.url,
            filter.since,
            before,
            i64::from(filter.limit),
            filter.until,
            from
        ];
        let rows = self.0.database().rows(sql, values).await?;
        rows.iter().map(|row| delivery(row, self.0.cipher())).collect()
    }

    /// One of the first that were made then or later, of any environment.
    async fn first(&self, at: Timestamp) -> Result<Option<i64>, Error> {
        let sql = "SELECT id FROM webhook_deliveries WHERE created_at >= $1 ORDER BY created_at LIMIT 1";
        self.0.database().row(sql, values![at]).await?.map(|row| row.get("id")).transpose()
    }

    /// Every attempt of one, first to last.
    pub async fn attempts(&self, id: WebhookDeliveryId) -> Result<Vec<WebhookAttemptRow>, Error> {
        let rows = self.0.database().rows("SELECT * FROM webhook_attempts WHERE delivery = $1 ORDER BY number", values![id]).await?;
        let attempt = |row: &crate::database::Row| {
            let id: i64 = row.get("id")?;
            let answer: Option<Vec<u8>> = row.get("answer")?;
            Ok(WebhookAttemptRow {
                number: row.get::<i64>("number")? as u32,
                started_at: row.time("started_at")?,
                ended_at: row.optional_time("ended_at")?,
                status: row.get::<Option<i64>>("status")?.map(|status| status as u16),
                error: row.get("error")?,
                answer: answer.map(|sealed| self.0.cipher().open_text(place_of_answer(&id), sealed)).transpose()?,
            })
        };
        rows.iter().map(attempt).collect()
    }
}
