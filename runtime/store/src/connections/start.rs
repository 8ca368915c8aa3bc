//! What begins with a connection that is there for everybody to see.

use syncline_domain::{ConnectionRowId, EnvironmentId, FunctionId, SyncState, Timestamp, Trigger};

use crate::database::Transaction;
use crate::jobs::{self, payload};
use crate::{Error, NewSync, incoming_webhooks, syncs};

pub(super) struct Start {
    pub(super) environment: EnvironmentId,
    pub(super) syncs: Vec<NewSync>,
    pub(super) events: Vec<FunctionId>,
    pub(super) notify: bool,
    pub(super) is_new: bool,
    pub(super) now: Timestamp,
}

/// Syncs that it does not have yet with their first jobs, the jobs of its events if it is new, and the one that tells of it.
pub(super) async fn start(transaction: &mut Transaction, id: ConnectionRowId, start: Start) -> Result<(), Error> {
    let Start { environment, now, .. } = start;
    for sync in start.syncs {
        let started = sync.state == SyncState::Started;
        let inserted = syncs::insert_in(transaction, id, sync, now).await?;
        if let Some(sync) = inserted.filter(|_| started) {
            let first = payload::RunSync { trigger: Trigger::Connection, empty_cache: false };
            jobs::insert_in(transaction, payload::run_sync(environment, id, sync, first, now)).await?;
        }
    }
    if start.is_new {
        for event in start.events {
            jobs::insert_in(transaction, payload::run_event(environment, id, event, now)).await?;
        }
    }
    incoming_webhooks::unpark_in(transaction, id, now).await?;
    if start.notify {
        let operation = if start.is_new { payload::AuthOperation::Creation } else { payload::AuthOperation::Override };
        let notify = payload::NotifyAuth { operation, error: None };
        jobs::insert_in(transaction, payload::notify_auth(environment, id, &notify, now)).await?;
    }
    Ok(())
}
