//! Takes jobs out of the queue, as many as there are free slots.

mod slots;

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{JobKind, Outage};
use syncline_store::{Claim, Terms};

use self::slots::Slots;
use crate::{Options, Runner, Shutdown, job};

/// More at once than this and one claim holds rows that another node could have begun.
const BATCH: usize = 64;

/// Where more is waiting than there are slots, a claim waits so long for a quarter of them: to claim one by one, as short runs end, would
/// cost more than the runs.
const GATHER: Duration = Duration::from_millis(10);

/// What came of one claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// As many as were wanted: there may be more.
    All,
    /// What there was.
    Rest,
    /// What there was for the slots that were left, or within limits: an end makes room.
    RestForNow,
}

pub(crate) async fn run(runner: Runner, options: Arc<Options>, shutdown: Shutdown) {
    let slots = Slots::new(options.jobs);
    let mut wakeup = runner.store().wakeups();
    let mut outage = Outage::of("no job could be claimed");
    while !shutdown.soft.is_cancelled() {
        // Subscribe before looking: what is enqueued in between wakes us all the same.
        wakeup.mark_unchanged();
        let found = claim_batch(&runner, &options, &slots, &shutdown, &mut outage).await;
        if found == Found::All {
            slots.gather(GATHER).await;
            continue;
        }
        tokio::select! {
            () = shutdown.soft.cancelled() => break,
            _ = wakeup.changed() => {}
            () = slots.freed(), if found == Found::RestForNow => {}
            () = tokio::time::sleep(options.poll) => {}
        }
    }
    slots.all_free().await;
}

/// Claims at most as many jobs as there are free slots.
async fn claim_batch(runner: &Runner, options: &Arc<Options>, slots: &Slots, shutdown: &Shutdown, outage: &mut Outage) -> Found {
    if slots.are_taken() {
        options.pulse.full();
    }
    let (permits, is_last) = tokio::select! {
        taken = slots.take(BATCH) => taken,
        () = shutdown.soft.cancelled() => return Found::Rest,
    };
    let claim = Claim {
        owner: options.owner.clone(),
        kinds: JobKind::ALL.to_vec(),
        limit: u32::try_from(permits.len()).expect("a batch is small"),
        lease: options.lease,
        now: runner.now(),
    };
    let no_suspects = slots.has_suspect();
    let terms = Terms { limits: options.limits, last_slots: is_last.then(|| slots.busy()), no_suspects };
    let Some(jobs) = outage.note(runner.store().jobs().claim_under(claim, terms).await) else { return Found::Rest };
    options.pulse.beat();
    for job in &jobs {
        runner.store().metrics().job_lateness.record(runner.now().since(job.scheduled_at));
    }
    let found = match () {
        () if jobs.len() == permits.len() => Found::All,
        () if is_last || no_suspects || options.limits != syncline_store::Limits::default() => Found::RestForNow,
        () => Found::Rest,
    };
    for (job, permit) in jobs.into_iter().zip(permits) {
        let (runner, shutdown) = (runner.clone(), shutdown.clone());
        let slot = slots.fill(permit, job.environment, job.is_suspect());
        shutdown.tasks.clone().spawn(async move {
            Box::pin(job::perform(&runner, job, &shutdown)).await;
            drop(slot);
        });
    }
    found
}
