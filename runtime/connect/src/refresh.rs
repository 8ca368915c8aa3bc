//! Tokens that are always usable: renewed before they end, once, whoever asks, on whichever node.
//!
//! ```text
//! caller ──▶ verdict: as it is │ unusable │ renew ──▶ one flight a connection in this process ──▶ the row's lease in the store ──▶ provider
//!                                                                                                     │
//!                          every caller gets what the store has after it ◀── committed before anybody uses it
//! ```
//!
//! A lease says in the store that a refresh has begun. Where the next one finds it unended, a process died with the provider's answer in its
//! hands: the old token is tried again, and if the provider has spent it, the connection says why it has to be authorized again.

mod failure;
mod flight;
mod note;
mod schedule;
mod verdict;

pub(crate) use failure::Failure;
pub(crate) use flight::Flights;
pub(crate) use schedule::refresh_at;
pub use verdict::Freshness;

use futures_util::StreamExt as _;
use futures_util::stream;
use syncline_domain::{ConnectionRowId, Credentials};
use syncline_store::ConnectionRow;

use crate::{Connect, ConnectError};
use verdict::Verdict;

/// Refreshes of the background at once: each waits for a provider most of its time.
const AT_ONCE: usize = 16;

impl Connect {
    /// The connection with credentials that are good now. `row` has its credentials.
    pub(crate) async fn usable(&self, row: ConnectionRow, freshness: Freshness) -> Result<ConnectionRow, ConnectError> {
        let entry = self.entry(&row.provider)?;
        let wanted = freshness.wanted(&row);
        match verdict::of(&entry.auth, &row, wanted, self.now()) {
            Verdict::AsItIs => Ok(row),
            Verdict::Unusable(failure) => Err(failure.into()),
            Verdict::Renew => match self.fly(row.id, wanted).await {
                Ok(fresh) => Ok((*fresh).clone()),
                // A token that still works is worth more to its caller than the news that the next one is late.
                Err(failure) if freshness.takes_what_still_works() && is_alive(&row, self.now()) => {
                    tracing::debug!(connection.id = row.id.0, code = failure.code, "not renewed; the present token still works");
                    Ok(row)
                }
                Err(failure) => Err(failure.into()),
            },
        }
    }

    /// Renews what is due, so that connections that nobody uses live on. Returns how many were looked at.
    pub async fn refresh_due(&self, limit: u32) -> Result<usize, ConnectError> {
        let due = self.store().connections().list_refresh_due(self.now(), limit).await?;
        let count = due.len();
        stream::iter(due).for_each_concurrent(AT_ONCE, |id| self.refresh_one(id)).await;
        Ok(count)
    }

    async fn refresh_one(&self, id: ConnectionRowId) {
        let row = match self.store().connections().lookup_with_credentials(id).await {
            Ok(Some(row)) => row,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(
                    connection.id = id.0,
                    error = &error as &dyn std::error::Error,
                    "a connection due for refresh cannot be read"
                );
                return;
            }
        };
        if let Err(error) = self.usable(row, Freshness::Usable).await {
            // Written to the connection already, and told by its webhook.
            tracing::info!(connection.id = id.0, code = error.code(), "a token could not be renewed in the background");
        }
    }
}

/// Whether there is a token and it has not ended, as far as anybody knows. An imported connection may bring only what one is bought with.
fn is_alive(row: &ConnectionRow, now: syncline_domain::Timestamp) -> bool {
    row.expires_at.is_none_or(|at| at > now) && row.credentials.as_ref().is_none_or(Credentials::is_exchanged)
}
