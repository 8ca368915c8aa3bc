//! Operations: what the system did, for people who look for it.
//!
//! Runs are operations too, and are not kept twice: they have their rows and their logs, and a list of operations reads both. Both have ids that
//! sort by time, so that one cursor goes through the two as through one.

mod list;
mod message;
mod prune;
mod row;
mod write;
mod writer;

use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, Timestamp};

use crate::Store;

pub use list::{OperationFilter, OperationPage, Severity};
pub use message::{MessageRow, NewMessage};
pub(crate) use prune::partition;
pub use row::OperationRow;
pub(crate) use writer::Journal;

/// The operations.
pub struct Operations<'s>(pub(crate) &'s Store);

/// Something that was done, or goes on. Written again under the same id, it takes the place of what was known, and keeps its messages.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// Its id, made by the caller.
    pub id: OperationId,
    /// Where.
    pub environment: EnvironmentId,
    /// What.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// Of which integration.
    pub integration: Option<IntegrationKey>,
    /// On which connection.
    pub connection: Option<ConnectionName>,
    /// Of which function.
    pub function: Option<FunctionName>,
    /// Whose key, session or part of the server did it.
    pub actor: Option<String>,
    /// One line for people. No credential and no query: it is kept as it is.
    pub summary: String,
    /// A JSON object with any of `request`, `response`, `error` and `meta`; under the same condition.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What there is to say beyond the summary.
    pub messages: Vec<NewMessage>,
}

impl Operations<'_> {
    /// Hands an operation to the writer, which never makes a caller wait: where the database cannot keep up, it is dropped and counted.
    pub fn note(&self, operation: NewOperation) {
        self.0.journal().note(operation);
    }

    /// How many were dropped since this process began.
    pub fn dropped(&self) -> u64 {
        self.0.journal().dropped()
    }

    /// Returns when everything noted before is on disk, or given up.
    pub async fn flush(&self) {
        self.0.journal().flush().await;
    }
}
