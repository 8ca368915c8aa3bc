//! Asking a component what it is.
//!
//! This runs code that nobody has looked at yet, so it is granted nothing and given little.

use std::time::Duration;

use async_trait::async_trait;
use syncline_host_api::ManifestError;
use syncline_host_api::host::{
    ConnectionRef, Failure, FetchRequest, FetchResponse, Host, Level, Merging, Method, Pages, Request, Response, RunInfo, Saved,
    SyncOptions, failure,
};

use crate::{Limits, RunFailure};

/// A component cannot say what it is.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The code ran and failed.
    #[error("the component cannot describe itself: {0}")]
    Run(RunFailure),
    /// What it said is not a manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl DescribeError {
    /// Stable and machine-readable.
    pub fn code(&self) -> &str {
        match self {
            Self::Run(failure) => failure.code(),
            Self::Manifest(error) => error.code(),
        }
    }
}

impl From<RunFailure> for DescribeError {
    fn from(failure: RunFailure) -> Self {
        Self::Run(failure)
    }
}

/// A description is text that the SDK puts together; 100 functions with their schemas are some hundred kilobytes.
pub(crate) fn limits() -> Limits {
    Limits {
        memory_bytes: 64 << 20,
        cpu_time: Duration::from_secs(2),
        wall_time: Duration::from_secs(10),
        host_calls: 1_000,
        log_bytes: 64 << 10,
        log_lines: 100,
        result_bytes: 4 << 20,
        ..Limits::default()
    }
}

/// The host of a run that may do nothing.
pub(crate) struct NotGranted;

fn refused<T>() -> Result<T, Failure> {
    Err(failure("not_granted", "nothing of the host may be used while a component describes itself"))
}

#[async_trait]
impl Host for NotGranted {
    async fn send(&self, _: Method, _: Request) -> Result<Response, Failure> {
        refused()
    }
    async fn paginate(&self, _: Method, _: Request, _: String) -> Result<Box<dyn Pages>, Failure> {
        refused()
    }
    async fn batch_save(&self, _: String, _: String) -> Result<Saved, Failure> {
        refused()
    }
    async fn batch_update(&self, _: String, _: String) -> Result<Saved, Failure> {
        refused()
    }
    async fn batch_delete(&self, _: String, _: String) -> Result<u32, Failure> {
        refused()
    }
    async fn get_by_ids(&self, _: String, _: Vec<String>) -> Result<String, Failure> {
        refused()
    }
    async fn list_page(&self, _: String, _: Option<String>) -> Result<(String, Option<String>), Failure> {
        refused()
    }
    async fn track_deletes_start(&self, _: String) -> Result<(), Failure> {
        refused()
    }
    async fn track_deletes_end(&self, _: String) -> Result<Vec<String>, Failure> {
        refused()
    }
    async fn set_merging_strategy(&self, _: String, _: Merging) -> Result<(), Failure> {
        refused()
    }

    /// Cannot fail in the contract, so it says nothing.
    fn info(&self) -> RunInfo {
        RunInfo {
            id: String::new(),
            function: String::new(),
            kind: String::new(),
            variant: String::new(),
            environment: String::new(),
            provider: String::new(),
            provider_config_key: String::new(),
            connection_id: String::new(),
            attempt: 1,
            last_success_at: None,
        }
    }
    fn input(&self) -> String {
        "null".to_owned()
    }
    fn log(&self, _: Level, message: String, _: Option<String>) {
        tracing::debug!(message, "a component logged while it described itself");
    }

    async fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        refused()
    }
    async fn save_checkpoint(&self, _: String) -> Result<(), Failure> {
        refused()
    }
    async fn clear_checkpoint(&self) -> Result<(), Failure> {
        refused()
    }
    fn details(&self) -> String {
        "{}".to_owned()
    }
    /// Nothing is worth waiting for here.
    async fn sleep(&self, _: Duration) {}
    async fn refresh_connection(&self, _: Option<ConnectionRef>) -> Result<String, Failure> {
        refused()
    }
    async fn get_connection(&self, _: Option<ConnectionRef>) -> Result<String, Failure> {
        refused()
    }
    async fn get_metadata(&self) -> Result<String, Failure> {
        refused()
    }
    async fn set_metadata(&self, _: String) -> Result<(), Failure> {
        refused()
    }
    async fn update_metadata(&self, _: String) -> Result<(), Failure> {
        refused()
    }
    async fn get_integration(&self) -> Result<String, Failure> {
        refused()
    }
    async fn try_acquire_lock(&self, _: String, _: u64) -> Result<bool, Failure> {
        refused()
    }
    async fn release_lock(&self, _: String) -> Result<bool, Failure> {
        refused()
    }
    async fn release_all_locks(&self) -> Result<(), Failure> {
        refused()
    }
    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        refused()
    }
    async fn trigger_action(&self, _: Option<ConnectionRef>, _: String, _: String) -> Result<String, Failure> {
        refused()
    }
    async fn trigger_sync(&self, _: Option<ConnectionRef>, _: String, _: SyncOptions) -> Result<(), Failure> {
        refused()
    }
    async fn start_sync(&self, _: Option<ConnectionRef>, _: String) -> Result<(), Failure> {
        refused()
    }
    async fn fetch(&self, _: FetchRequest) -> Result<FetchResponse, Failure> {
        refused()
    }
}
