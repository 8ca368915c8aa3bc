//! Runs an event function after something happened to a connection.

use syncline_domain::Trigger;
use syncline_store::payload::RunEvent;
use syncline_store::{Fence, JobRow};
use tokio_util::sync::CancellationToken;

use super::{Done, JobError, read};
use crate::Runner;
use crate::run::Work;

pub(super) async fn perform(runner: &Runner, job: &JobRow, cancel: CancellationToken) -> Result<Done, JobError> {
    let payload: RunEvent = read(job)?;
    let Some(function) = runner.store().functions().lookup(payload.function).await? else { return Ok(Done::Complete) };
    let Some(connection) = runner.opened_connection(job.connection).await? else { return Ok(Done::Complete) };
    let work = Work {
        function,
        connection,
        sync: None,
        fence: Some(Fence { job: job.id, fence: job.fence }),
        caller: None,
        trigger: Trigger::Connection,
        attempt: job.attempt,
        crashes: job.crashes,
        input: "null".to_owned(),
        depth: 0,
    };
    runner.perform(work, CancellationToken::new(), cancel).await?;
    Ok(Done::Recorded)
}
