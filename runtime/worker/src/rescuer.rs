//! Gives the jobs of a worker that is gone to another, and forgets old runs and whatever else is over.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use syncline_domain::Outage;
use syncline_store::Rescue;

use crate::{Options, Runner, Shutdown};

const BATCH: u32 = 100;
/// A job whose worker disappears this often makes it disappear: from the third time on it was the only one of its kind under way there.
const MAX_CRASHES: u32 = 10;
/// A dead letter that nobody asked after in this time is not asked after any more.
const KEEP_DEAD_LETTERS: Duration = Duration::from_hours(30 * 24);
/// An action in line has no lease. One that began so much longer ago than it may take has no process any more.
const ABANDONED: Duration = Duration::from_mins(5);
/// What is over is not found by anybody; removing it is less of a hurry, and more so than old runs.
const SWEEP_EVERY: u32 = 60;
/// Old runs are no hurry.
const PRUNE_EVERY: u32 = 600;

pub(crate) async fn run(runner: Runner, options: Arc<Options>, shutdown: Shutdown) {
    let mut tick = tokio::time::interval(options.poll);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks = 0_u32;
    let mut rescuing = Outage::of("expired leases could not be looked up");
    let mut releasing = Outage::of("jobs held by a limit that is not set any more could not be released");
    let mut leaving = Outage::of("jobs of a newer version could not be looked for");
    let mut left = HashSet::new();
    let mut abandoning = Outage::of("runs whose process is gone could not be marked as lost");
    let mut expiring = Outage::of("actions that waited too long could not be given up");
    let mut sweeping = Outage::of("expired sessions could not be removed");
    let mut pruning = Outage::of("old runs could not be removed");
    let mut burying = Outage::of("old dead letters could not be removed");
    loop {
        tokio::select! {
            () = shutdown.soft.cancelled() => return,
            _ = tick.tick() => {}
        }
        rescuing.note(rescue(&runner).await);
        releasing.note(runner.store().jobs().release_unlimited(options.limits).await);
        // At once for whoever looks why nothing happens after a start, and then now and again.
        if ticks.is_multiple_of(SWEEP_EVERY) {
            for (kind, count) in leaving.note(runner.store().jobs().unknown_kinds().await).unwrap_or_default() {
                if left.insert(kind.clone()) {
                    tracing::warn!(job.kind = kind, count, "jobs of a kind that only a newer version knows are left to a node that has it");
                }
            }
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(SWEEP_EVERY) {
            let longest = options.budgets.action.wall_time + ABANDONED;
            abandoning.note(runner.store().runs().lose_abandoned(runner.now().minus(longest), runner.now(), 1_000).await);
            expiring.note(runner.store().async_actions().expire(runner.now(), 1_000).await);
            sweeping.note(runner.store().sweep(runner.now(), 1_000).await);
        }
        if ticks.is_multiple_of(PRUNE_EVERY) {
            if !options.keep_runs.is_zero() {
                pruning.note(runner.store().runs().prune(runner.now().minus(options.keep_runs), 1_000).await);
            }
            burying.note(runner.store().jobs().prune(runner.now().minus(KEEP_DEAD_LETTERS), 1_000).await);
        }
    }
}

/// Makes every job with an expired lease claimable again.
pub(crate) async fn rescue(runner: &Runner) -> Result<usize, syncline_store::Error> {
    let rescued = runner.store().jobs().rescue(Rescue { limit: BATCH, max_crashes: MAX_CRASHES, now: runner.now() }).await?;
    runner.store().metrics().jobs_rescued.add(rescued.len() as u64);
    for job in &rescued {
        tracing::warn!(
            job.id = job.id.0,
            job.kind = job.kind.as_str(),
            job.crashes = job.crashes,
            "a job's worker disappeared; the job was given back"
        );
    }
    Ok(rescued.len())
}
