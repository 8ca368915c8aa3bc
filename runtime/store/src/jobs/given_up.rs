//! What else has to happen when a job is given up: whoever waits for it hears of it.

use syncline_domain::{AsyncActionState, JobId, JobKind, Timestamp, Trigger};

use super::{insert_in, job, payload};
use crate::database::{Transaction, values};
use crate::{Error, async_actions};

/// In the transaction that gave it up.
pub(super) async fn given_up_in(transaction: &mut Transaction, id: JobId, kind: JobKind, now: Timestamp) -> Result<(), Error> {
    match kind {
        JobKind::RunAction => async_actions::end_in(transaction, id, AsyncActionState::Lost, None, now).await,
        JobKind::RunSync | JobKind::RunWebhook => sync_in(transaction, id, now).await,
        _ => Ok(()),
    }
}

/// A run that ended tells of itself; this one did not end.
async fn sync_in(transaction: &mut Transaction, id: JobId, now: Timestamp) -> Result<(), Error> {
    let Some(row) = transaction.row("SELECT * FROM jobs WHERE id = $1", values![id]).await? else { return Ok(()) };
    let given_up = job(&row)?;
    let run = serde_json::from_str::<payload::RunSync>(&given_up.payload).ok().map(|payload| payload.trigger);
    let webhook = serde_json::from_str::<payload::RunWebhook>(&given_up.payload).ok().map(|payload| payload.sync);
    let (Some(sync), Some(connection)) = (given_up.sync.or(webhook), given_up.connection) else { return Ok(()) };
    let sql = "SELECT MIN(started_at) AS started_at FROM runs WHERE job = $1 AND state IN ('interrupted', 'lost')";
    let started_at = transaction.row(sql, values![id]).await?.map(|row| row.optional_time("started_at")).transpose()?.flatten();
    let told = payload::NotifySync {
        job: id,
        sync,
        trigger: run.or(webhook.map(|_| Trigger::Webhook)),
        is_poisoned: row.get::<Option<String>>("reason")?.as_deref() == Some("poisoned"),
        workers: given_up.crashes,
        started_at,
        failed_at: now,
    };
    insert_in(transaction, payload::notify_sync(given_up.environment, connection, &told, now)).await.map(drop)
}
