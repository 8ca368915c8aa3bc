//! Putting a job into the queue that may be there already, for later.

use super::{NewJob, insert_in};
use crate::Error;
use crate::database::{Transaction, values};

/// Where the job is now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Enqueued {
    /// It waits for its time, which is the wanted one or earlier.
    Waiting,
    /// A worker has it.
    Running,
}

/// Sees to it that the job of this unique key begins by `new.scheduled_at`, unless it runs already.
pub(crate) async fn enqueue_by(transaction: &mut Transaction, new: NewJob) -> Result<Enqueued, Error> {
    let (key, at) = (new.unique_key.clone(), new.scheduled_at);
    debug_assert!(key.is_some(), "without a key there is no such job");
    if insert_in(transaction, new).await?.is_some() {
        return Ok(Enqueued::Waiting);
    }
    // It gets in line when that time has come, as everything that waits for its time.
    let sql = "UPDATE jobs SET scheduled_at = $2 WHERE unique_key = $1 AND state = 'available' AND scheduled_at > $2";
    if transaction.execute(sql, values![key.clone(), at]).await? > 0 {
        return Ok(Enqueued::Waiting);
    }
    let sql = "SELECT id FROM jobs WHERE unique_key = $1 AND state = 'running'";
    let running = transaction.row(sql, values![key]).await?.is_some();
    Ok(if running { Enqueued::Running } else { Enqueued::Waiting })
}
