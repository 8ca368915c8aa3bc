//! What arrived, page by page.

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
    /// Before this one: where the page before it ended.
    pub before: Option<IncomingWebhookId>,
    /// At most.
    pub limit: u32,
}

impl IncomingWebhooks<'_> {
    /// Newest first.
    pub async fn list(&self, filter: IncomingFilter) -> Result<Vec<IncomingWebhookRow>, Error> {
        let sql = select!(
            "w.environment = $1 AND ($2 IS NULL OR i.key = $2) AND ($3 IS NULL OR w.state = $3) AND ($4 IS NULL OR w.event = $4)
                 AND ($5 IS NULL OR w.received_at >= $5) AND ($6 IS NULL OR w.id < $6) ORDER BY w.id DESC LIMIT $7"
        );
        let values = values![
            filter.environment,
            filter.integration.as_ref().map(IntegrationKey::as_str),
            filter.state.map(IncomingWebhookState::as_str),
            filter.event,
            filter.since,
            filter.before,
            i64::from(filter.limit)
        ];
        self.0.database().rows(sql, values).await?.iter().map(webhook).collect()
    }
}
