//! Runs a sync's `onWebhook` on a connection, with what the provider told as input. At least once: a worker that disappears in the middle is
//! followed by another.
//!
//! Beside the sync's own run, which it may meet: each saves records under its own fence, and of two checkpoints the later stays, as in the field.

use anyhow::anyhow;
use syncline_domain::Trigger;
use syncline_providers::webhook::payload;
use syncline_store::JobRow;
use syncline_store::payload::RunWebhook;
use tokio_util::sync::CancellationToken;

use super::{Done, JobError, read};
use crate::Runner;
use crate::run::Work;

pub(super) async fn perform(runner: &Runner, job: &JobRow, cancel: CancellationToken) -> Result<Done, JobError> {
    let RunWebhook { webhook, sync, .. } = read(job)?;
    // Each of them may have been deleted since: then there is nothing left to do.
    let Some(sync) = runner.store().syncs().lookup_by_id(sync).await? else { return Ok(Done::Complete) };
    let Some(function) = runner.store().functions().lookup(sync.function).await? else { return Ok(Done::Complete) };
    let Some(connection) = runner.opened_connection(job.connection).await? else { return Ok(Done::Complete) };
    let Some(content) = runner.store().incoming_webhooks().content(webhook).await? else { return Ok(Done::Complete) };
    let content_type = content.head.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
    let input = payload(content_type, &content.body).ok_or_else(|| JobError::Fail(anyhow!("the webhook's body cannot be read")))?;
    let work = Work {
        function,
        connection,
        sync: Some(sync),
        fence: Some(job.fence()),
        caller: None,
        trigger: Trigger::Webhook,
        attempt: job.attempt,
        crashes: job.crashes,
        input,
        depth: 0,
    };
    runner.perform(work, CancellationToken::new(), cancel).await?;
    Ok(Done::Recorded)
}
