//! Tells a customer's servers that a sync was given up: wire contract 6.1, type `sync`. A run that ends tells of itself, with its end; this is for
//! those that never did.

use syncline_domain::{RunError, Trigger};
use syncline_store::JobRow;
use syncline_store::payload::NotifySync;

use super::{Done, JobError, read};
use crate::Runner;
use crate::sync_told::SyncTold;

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let told: NotifySync = read(job)?;
    // Deleted since: nobody is to be told of what they do not have.
    let Some(connection) = runner.connection(job.connection).await? else { return Ok(Done::Complete) };
    let Some(sync) = runner.store().syncs().lookup_by_id(told.sync).await? else { return Ok(Done::Complete) };
    let Some(function) = runner.store().functions().lookup(sync.function).await? else { return Ok(Done::Complete) };
    let trigger = told.trigger.unwrap_or(Trigger::Schedule);
    let about = SyncTold::about(connection, &sync, &function, trigger, told.started_at.unwrap_or(told.failed_at));
    let deliveries = about.given_up(runner, &error(&told), told.failed_at).await?;
    if deliveries.is_empty() {
        return Ok(Done::Complete);
    }
    runner.store().webhook_deliveries().insert_all(job.fence(), deliveries, runner.now()).await?;
    Ok(Done::Recorded)
}

/// What broke inside the server is for its operator; a customer's server hears whom to ask, and for what.
fn error(told: &NotifySync) -> RunError {
    let (code, what) = if told.is_poisoned {
        ("sync_poisoned", format!("{} workers disappeared while they ran it", told.workers))
    } else {
        ("sync_not_run", "the server could not run it".to_owned())
    };
    let message = format!(
        "{what}, and it is not tried again; `syncline jobs show {job}` says more, `syncline jobs replay {job}` runs it",
        job = told.job
    );
    RunError { code: code.to_owned(), message, status: None, details: None, frames: Vec::new() }
}
