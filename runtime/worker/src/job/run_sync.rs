//! Runs a sync once.

use syncline_store::payload::RunSync;
use syncline_store::{CollectionRef, Fence, JobRow};
use tokio_util::sync::CancellationToken;

use super::{Done, JobError, read};
use crate::Runner;
use crate::run::Work;

/// Records removed in one transaction when a full resync empties the cache first.
const STEP: u32 = 2_000;

pub(super) async fn perform(runner: &Runner, job: &JobRow, soft: &CancellationToken, cancel: CancellationToken) -> Result<Done, JobError> {
    let payload: RunSync = read(job)?;
    let id = job.sync.ok_or_else(|| JobError::Fail(anyhow::anyhow!("the job names no sync")))?;
    let fence = Fence { job: job.id, fence: job.fence };
    // A sync, its function or its connection may have been deleted since: then there is nothing left to do.
    let Some(sync) = runner.store().syncs().lookup_by_id(id).await? else { return Ok(Done::Complete) };
    let Some(function) = runner.store().functions().lookup(sync.function).await? else { return Ok(Done::Complete) };
    let Some(connection) = runner.opened_connection(Some(sync.connection)).await? else { return Ok(Done::Complete) };
    // By the job's runs, and not by its attempts: a handover is no attempt, and what the run before it saved must stay.
    if payload.empty_cache && runner.store().runs().before_in_job(job.id).await?.is_none() {
        for model in &function.definition.models {
            let of = CollectionRef { connection: sync.connection, model: model.name.clone(), variant: sync.variant.clone() };
            while runner.store().records().delete_all(Some(fence), of.clone(), STEP).await? {}
        }
    }
    let work = Work {
        function,
        connection,
        sync: Some(sync),
        fence: Some(fence),
        caller: None,
        trigger: payload.trigger,
        attempt: job.attempt,
        crashes: job.crashes,
        input: "null".to_owned(),
        depth: 0,
    };
    // Its own token: the deadline of one run stops no other.
    let soft = soft.child_token();
    let mut run = Box::pin(runner.perform(work, soft.clone(), cancel));
    tokio::select! {
        ended = &mut run => ended?,
        () = tokio::time::sleep(runner.options().soft_deadline) => {
            soft.cancel();
            run.await?;
        }
    }
    Ok(Done::Recorded)
}
