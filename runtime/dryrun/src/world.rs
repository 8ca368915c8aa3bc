//! The port to everything that a run reads and does not own: a recording, or a running server.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use syncline_host_api::host::{ConnectionRef, Failure, FetchRequest, FetchResponse};
use syncline_worker::contract::Exchange;

/// An action that is not of the project that runs.
#[derive(Clone, Debug)]
pub struct ForeignAction {
    /// The run's own connection when absent.
    pub of: Option<ConnectionRef>,
    /// Its name.
    pub action: String,
    /// JSON text.
    pub input: String,
}

/// What a run may see of the world.
#[async_trait]
pub trait World: Send + Sync {
    /// Where requests for a connection go; for the run's own when `of` is absent. `is_list`: they will be the pages of one list.
    async fn exchange(&self, of: Option<&ConnectionRef>, is_list: bool) -> Result<Arc<dyn Exchange>, Failure>;

    /// Records of the cache as they are now: id and JSON text. Those that are not there, or deleted, are left out.
    async fn records_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure>;

    /// A page of the cache's live records, and the cursor of the next.
    async fn records_page(&self, model: &str, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), Failure>;

    /// What delete tracking finds, where that is known beforehand.
    fn tracked_deletes(&self, _model: &str) -> Option<Vec<String>> {
        None
    }

    /// A connection as the host's `get` answers it; with its credentials only where `credentials` says so.
    async fn connection(&self, of: Option<ConnectionRef>, credentials: bool, refresh: bool) -> Result<Value, Failure>;

    /// The integration as the host answers it.
    async fn integration(&self, credentials: bool) -> Result<Value, Failure>;

    /// The environment's variables.
    async fn variables(&self) -> Result<Vec<(String, String)>, Failure>;

    /// Plain HTTP to the hosts that the function declared.
    async fn fetch(&self, request: FetchRequest, hosts: Arc<[String]>) -> Result<FetchResponse, Failure>;

    /// Runs an action of somebody else's.
    async fn action(&self, action: ForeignAction) -> Result<String, Failure>;

    /// Whether `sleep` takes its time.
    fn waits(&self) -> bool;

    /// How much of records a run may hold, in bytes. A machine of one's own has room.
    fn room(&self) -> usize {
        usize::MAX
    }

    /// What to do about deletes that cannot be known because a run goes on from a checkpoint.
    fn advice_on_deletes(&self) -> &'static str;
}
