//! Makes due syncs jobs. Any number of nodes may run this: a due row is taken by one of them and advances in the same transaction.

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{Outage, Schedule, Timestamp};
use syncline_store::{DueSync, schedule_seed};

use crate::{Options, Runner, Shutdown};

/// Due syncs taken in one transaction: long enough to be cheap, short enough not to hold the writer.
const BATCH: u32 = 500;
/// A tick that is later than that was missed: nobody looked for due schedules. A busy database is late by seconds.
const MISSED: Duration = Duration::from_mins(1);

pub(crate) async fn run(runner: Runner, options: Arc<Options>, shutdown: Shutdown) {
    let mut tick = tokio::time::interval(options.tick);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut outage = Outage::of("due syncs could not be enqueued");
    loop {
        tokio::select! {
            () = shutdown.soft.cancelled() => return,
            _ = tick.tick() => {}
        }
        outage.note(enqueue_due(&runner).await);
    }
}

/// Enqueues every sync that is due now.
pub(crate) async fn enqueue_due(runner: &Runner) -> Result<usize, syncline_store::Error> {
    let mut total = 0;
    loop {
        let now = runner.now();
        let skip_before = runner.options().skip_missed.then(|| now.minus(MISSED));
        let due = runner.store().syncs().enqueue_due(now, BATCH, skip_before, Arc::new(move |due| next_due(due, now))).await?;
        total += due;
        if due < BATCH as usize {
            return Ok(total);
        }
    }
}

/// A schedule was checked when it was stored; one that does not parse any more (an older grammar) stops, and the log says so.
fn next_due(due: &DueSync, now: Timestamp) -> Option<Timestamp> {
    let text = due.schedule.as_deref()?;
    match Schedule::parse(text, due.time_zone.as_deref()) {
        Ok(schedule) => schedule.next_after(now, schedule_seed(due.sync)),
        Err(defect) => {
            tracing::error!(sync.id = %due.sync, %defect, "a sync's schedule cannot be read; it stops until its function is deployed again");
            None
        }
    }
}
