//! What arrived, page by page.

use std::time::Duration;

use syncline_domain::{EnvironmentId, IncomingWebhookId, IncomingWebhookState, IntegrationKey, Timestamp};

use super::{IncomingWebhookRow, IncomingWebhooks, select, webhook};
use crate::Error;
use crate::database::values;

/// Which webhooks.
#[derive(Clone, Debug)]
pub struct IncomingFilter {
    /// Where.
    pub environment: EnvironmentId,
    /// Of this integration.
    pub integration: Option<IntegrationKey>,
    /// In this state.
    pub state: Option<IncomingWebhookState>,
    /// Of this type.
    pub event: Option<String>,
    /// Received then or later.
    pub since: Option<Timestamp>,
    /// Received before then.
    pub until: Option<Timestamp>,
    /// Before this one: where the page before it ended.
    pub before: Option<IncomingWebhookId>,
    /// At most.
    pub limit: u32,
}

/// Between an id's time and when it was received.
const SKEW: Duration = Duration::from_secs(60);

macro_rules! page {
    ($narrow:literal) => {
        concat!(
            select!(
                "w.environment = $1 AND ($2 IS NULL OR i.key = $2) AND ($3 IS NULL OR w.state = $3) AND ($4 IS NULL OR w.event = $4)
                     AND ($5 IS NULL OR w.received_at >= $5) AND ($6 IS NULL OR w.received_at < $6) AND w.id >= $7 AND w.id < $8"
            ),
            $narrow,
            " ORDER BY w.id DESC LIMIT $9"
        )
    };
}

// The same question in three texts: a planner sees which index answers it only where the text says so.
const ANY: &str = page!("");
const PARKED: &str = page!(" AND w.state = 'parked'");
const OF_INTEGRATION: &str =
    page!(" AND w.integration = (SELECT id FROM integrations WHERE environment = $1 AND key = $2 AND deleted_at IS NULL)");

impl IncomingWebhooks<'_> {
    /// Newest first.
    pub async fn list(&self, filter: IncomingFilter) -> Result<Vec<IncomingWebhookRow>, Error> {
        let sql = match &filter {
            _ if filter.state == Some(IncomingWebhookState::Parked) => PARKED,
            _ if filter.integration.is_some() => OF_INTEGRATION,
            _ => ANY,
        };
        // Ids begin with their time. No id is below the empty text, and none above `g`.
        let id = |at| IncomingWebhookId::new(at, [0; 10]);
        let from = filter.since.map(|since| id(since.minus(SKEW)).to_string()).unwrap_or_default();
        let before = filter.before.into_iter().chain(filter.until.map(|until| id(until.plus(SKEW)))).min();
        let before = before.map_or_else(|| "g".to_owned(), |before| before.to_string());
        let values = values![
            filter.environment,
            filter.integration.as_ref().map(IntegrationKey::as_str),
            filter.state.map(IncomingWebhookState::as_str),
            filter.event,
            filter.since,
            filter.until,
            from,
            before,
            i64::from(filter.limit)
        ];
        self.0.database().rows(sql, values).await?.iter().map(webhook).collect()
    }

    /// What a parked one waits for, as field and value: a connection that has one of these.
    pub async fn waits_for(&self, id: IncomingWebhookId) -> Result<Vec<(String, String)>, Error> {
        let sql = "SELECT field, value FROM parked_webhooks WHERE webhook = $1 ORDER BY field, value";
        let rows = self.0.database().rows(sql, values![id]).await?;
        rows.iter().map(|row| Ok((row.get("field")?, row.get("value")?))).collect()
    }
}
