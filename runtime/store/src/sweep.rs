//! Removes what is over.

use std::time::Duration;

use syncline_domain::Timestamp;

use crate::database::values;
use crate::{Error, Store, components, connections};

/// A connection whose approval takes longer is never approved: its browser has given up.
const PENDING: Duration = Duration::from_hours(1);
/// A session may be used a little after its end, by somebody who comes back from a provider.
const SESSION: Duration = Duration::from_hours(1);
/// Windows last a minute; a node whose clock is behind is in one that is over for others.
const WINDOW: Duration = Duration::from_mins(10);
/// Long enough to find out why a webhook did not arrive.
const DELIVERY: Duration = Duration::from_hours(30 * 24);
/// Long enough to mend a route or a function and replay what came meanwhile.
const INCOMING: Duration = Duration::from_hours(15 * 24);
/// As long as the field's queue keeps what has ended: wire contract 4.2.
const ASYNC_ACTION: Duration = Duration::from_hours(5 * 24);
/// A year and a month: what was done at the same time last year can still be looked up.
const AUDIT: Duration = Duration::from_hours(400 * 24);
/// A month back the same day of the week can still be compared.
const OVERVIEW: Duration = Duration::from_hours(35 * 24);

impl Store {
    /// Removes up to `limit` each of the sessions, states, results, deliveries and figures that are over, discards connections that were never
    /// approved, and forgets components that nothing is made of any more. Returns how many it was.
    pub async fn sweep(&self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        const OVER: [(&str, Duration); 11] = [
            ("DELETE FROM connect_sessions WHERE id IN (SELECT id FROM connect_sessions WHERE expires_at < $1 LIMIT $2)", SESSION),
            (
                "DELETE FROM auth_flows WHERE state_hash IN (SELECT state_hash FROM auth_flows WHERE expires_at < $1 LIMIT $2)",
                Duration::ZERO,
            ),
            ("DELETE FROM flow_results WHERE client IN (SELECT client FROM flow_results WHERE expires_at < $1 LIMIT $2)", Duration::ZERO),
            (
                "DELETE FROM console_sessions WHERE token_hash IN (SELECT token_hash FROM console_sessions WHERE expires_at < $1 LIMIT $2)",
                Duration::ZERO,
            ),
            ("DELETE FROM async_actions WHERE id IN (SELECT id FROM async_actions WHERE finished_at < $1 LIMIT $2)", ASYNC_ACTION),
            ("DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE expires_at < $1 LIMIT $2)", Duration::ZERO),
            (
                "DELETE FROM rate_windows WHERE (bucket, begins_at) IN (SELECT bucket, begins_at FROM rate_windows WHERE begins_at < $1 LIMIT $2)",
                WINDOW,
            ),
            ("DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE created_at < $1 LIMIT $2)", DELIVERY),
            ("DELETE FROM incoming_webhooks WHERE id IN (SELECT id FROM incoming_webhooks WHERE received_at < $1 LIMIT $2)", INCOMING),
            (
                "DELETE FROM overview_minutes WHERE (environment, at, node) IN
                     (SELECT environment, at, node FROM overview_minutes WHERE at < $1 LIMIT $2)",
                OVERVIEW,
            ),
            ("DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE at < $1 LIMIT $2)", AUDIT),
        ];
        let mut removed = 0;
        for (sql, grace) in OVER {
            let values = values![now.minus(grace), i64::from(limit)];
            removed += self.database().execute(sql, values).await?;
        }
        let discarded = self
            .database()
            .write(move |transaction| Box::pin(connections::discard_stale_in(transaction, now.minus(PENDING), limit, now)))
            .await?;
        let pruned = components::prune(self.database(), limit).await?;
        if discarded > 0 {
            self.wake();
        }
        Ok(removed + discarded + pruned)
    }
}
