//! Renews credentials before they end, so that connections that nobody uses live on. Any number of nodes may run this: a connection's
//! lease lets one of them.

use std::time::Duration;

use syncline_domain::Outage;

use crate::{Runner, Shutdown};

/// Tokens are due minutes before they end, so seconds do not matter.
const EVERY: Duration = Duration::from_secs(5);
/// Looked at in one go; more are due in the next.
const BATCH: u32 = 200;

pub(crate) async fn run(runner: Runner, shutdown: Shutdown) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut outage = Outage::of("connections due for refresh could not be listed");
    loop {
        tokio::select! {
            () = shutdown.soft.cancelled() => return,
            _ = tick.tick() => {}
        }
        outage.note(runner.connect().refresh_due(BATCH).await);
    }
}
