//! Takes jobs out of the queue, as many as there are free slots.

use std::sync::Arc;

use syncline_domain::{JobKind, Outage};
use syncline_store::Claim;
use tokio::sync::Semaphore;

use crate::{Options, Runner, Shutdown, job};

/// More at once than this and one claim holds rows that another node could have begun.
const BATCH: u32 = 16;

pub(crate) async fn run(runner: Runner, options: Arc<Options>, shutdown: Shutdown) {
    let slots = Arc::new(Semaphore::new(options.jobs));
    let mut wakeup = runner.store().wakeups();
    let mut outage = Outage::of("no job could be claimed");
    while !shutdown.soft.is_cancelled() {
        // Subscribe before looking: what is enqueued in between wakes us all the same.
        wakeup.mark_unchanged();
        let claimed = claim_batch(&runner, &options, &slots, &shutdown, &mut outage).await;
        if claimed {
            continue;
        }
        tokio::select! {
            () = shutdown.soft.cancelled() => break,
            _ = wakeup.changed() => {}
            () = tokio::time::sleep(options.poll) => {}
        }
    }
    // Every slot back means every job has ended.
    let _ = slots.acquire_many(u32::try_from(options.jobs).unwrap_or(u32::MAX)).await;
}

/// Claims at most as many jobs as there are free slots. True when there may be more.
async fn claim_batch(runner: &Runner, options: &Arc<Options>, slots: &Arc<Semaphore>, shutdown: &Shutdown, outage: &mut Outage) -> bool {
    if slots.available_permits() == 0 {
        options.pulse.full();
    }
    let Ok(first) = Arc::clone(slots).acquire_owned().await else { return false };
    let mut permits = vec![first];
    while permits.len() < BATCH as usize
        && let Ok(permit) = Arc::clone(slots).try_acquire_owned()
    {
        permits.push(permit);
    }
    if shutdown.soft.is_cancelled() {
        return false;
    }
    let claim = Claim {
        owner: options.owner.clone(),
        kinds: JobKind::ALL.to_vec(),
        limit: u32::try_from(permits.len()).unwrap_or(BATCH),
        lease: options.lease,
        now: runner.now(),
    };
    let Some(jobs) = outage.note(runner.store().jobs().claim(claim).await) else { return false };
    options.pulse.beat();
    let full = jobs.len() == permits.len();
    for (job, permit) in jobs.into_iter().zip(permits) {
        let (runner, shutdown) = (runner.clone(), shutdown.clone());
        shutdown.tasks.clone().spawn(async move {
            Box::pin(job::perform(&runner, job, &shutdown)).await;
            drop(permit);
        });
    }
    full
}
