//! Forgets what is older than anybody wants it: operations, and what records' policies let go. Any number of nodes may run this: steps are short,
//! and what one has done the other finds done.

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::Outage;

use crate::{Options, Runner, Shutdown};

/// Between two steps of the walk through all collections.
const STEP: Duration = Duration::from_secs(5);
/// Collections looked at in one step: a million take a day and a half, which is little beside a month.
const COLLECTIONS: u32 = 200;
/// Payloads of one collection in one step, as long as a writer may be held up by it.
const PAYLOADS: u32 = 1_000;
/// Old operations are no hurry, and the partitions of the next days are there for three.
const OPERATIONS_EVERY: u32 = 12;
/// More of them than anybody makes in a minute.
const OPERATIONS: u32 = 20_000;

pub(crate) async fn run(runner: Runner, options: Arc<Options>, shutdown: Shutdown) {
    let mut tick = tokio::time::interval(STEP);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut pruning = Outage::of("old records could not be let go");
    let mut forgetting = Outage::of("old operations could not be removed");
    let (mut from, mut ticks) = (0, 0_u32);
    loop {
        tokio::select! {
            () = shutdown.soft.cancelled() => return,
            _ = tick.tick() => {}
        }
        let step = runner.store().records().retain_step(from, COLLECTIONS, PAYLOADS, runner.now()).await;
        if let Some(step) = pruning.note(step) {
            from = step.next.unwrap_or(0);
            if step.dropped > 0 {
                tracing::info!(collections = step.dropped, "records were dropped whose syncs did not run for long");
            }
        }
        if ticks.is_multiple_of(OPERATIONS_EVERY) {
            let now = runner.now();
            let oldest = (!options.keep_runs.is_zero()).then(|| now.minus(options.keep_runs));
            forgetting.note(runner.store().operations().prune(oldest, now, OPERATIONS).await);
        }
        ticks = ticks.wrapping_add(1);
    }
}
