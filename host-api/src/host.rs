//! The port: what a run may ask of the world.
//!
//! One instance serves one run. The engine calls it for every import of the guest, so whoever implements it decides what the
//! run sees: which connection, which models, which hosts. Every error is a [`Failure`], which the guest receives as data.

use std::time::Duration;

use async_trait::async_trait;

pub use crate::bindings::syncline::host::fetch::{FetchRequest, FetchResponse};
pub use crate::bindings::syncline::host::functions::SyncOptions;
pub use crate::bindings::syncline::host::provider::{Body, Method, Page, Request, Response};
pub use crate::bindings::syncline::host::records::{Merging, Saved};
pub use crate::bindings::syncline::host::run::{Info as RunInfo, Level};
pub use crate::bindings::syncline::host::types::{ConnectionRef, Failure};

/// The host functions of one run. Strings named `records`, `input`, `checkpoint`, `metadata` and `options` are JSON text, not yet
/// checked: a guest may pass anything.
///
/// The engine may drop any of these futures half-way, when a run is cancelled or its time is up.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Sends one authenticated request to the provider. A status outside 200 to 299 is the failure `provider_status`.
    async fn send(&self, method: Method, request: Request) -> Result<Response, Failure>;

    /// Begins a walk over a list endpoint. Nothing needs to be sent before the first [`Pages::next`].
    async fn paginate(&self, method: Method, request: Request, options: String) -> Result<Box<dyn Pages>, Failure>;

    /// Saves a JSON array of objects with an `id`.
    async fn batch_save(&self, model: String, records: String) -> Result<Saved, Failure>;

    /// Deep-merges a JSON array of objects into existing records.
    async fn batch_update(&self, model: String, records: String) -> Result<Saved, Failure>;

    /// Marks records as deleted; answers how many were live.
    async fn batch_delete(&self, model: String, records: String) -> Result<u32, Failure>;

    /// A JSON object from id to record.
    async fn get_by_ids(&self, model: String, ids: Vec<String>) -> Result<String, Failure>;

    /// A JSON array of live records and the cursor of the next page.
    async fn list_page(&self, model: String, cursor: Option<String>) -> Result<(String, Option<String>), Failure>;

    /// From here on every saved record counts as seen.
    async fn track_deletes_start(&self, model: String) -> Result<(), Failure>;

    /// Marks what was not seen as deleted and answers those ids.
    async fn track_deletes_end(&self, model: String) -> Result<Vec<String>, Failure>;

    /// What happens to records that someone else changes meanwhile.
    async fn set_merging_strategy(&self, model: String, strategy: Merging) -> Result<(), Failure>;

    /// What the run is.
    fn info(&self) -> RunInfo;

    /// The input as JSON text; `null` for a sync.
    fn input(&self) -> String;

    /// One line of the run's log. The engine has cut it to its budget and escaped control characters; `fields` is a JSON object.
    fn log(&self, level: Level, message: String, fields: Option<String>);

    /// The checkpoint as a JSON object.
    async fn get_checkpoint(&self) -> Result<Option<String>, Failure>;

    /// Replaces the checkpoint.
    async fn save_checkpoint(&self, checkpoint: String) -> Result<(), Failure>;

    /// Forgets the checkpoint.
    async fn clear_checkpoint(&self) -> Result<(), Failure>;

    /// What [`RunInfo`] does not say, as a JSON object.
    fn details(&self) -> String;

    /// Returns after that long. A replay does not wait.
    async fn sleep(&self, duration: Duration);

    /// A connection as a JSON object; the run's own when `of` is absent.
    async fn get_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure>;

    /// The same, after its credentials were renewed.
    async fn refresh_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure>;

    /// The connection's metadata as a JSON object.
    async fn get_metadata(&self) -> Result<String, Failure>;

    /// Replaces the metadata.
    async fn set_metadata(&self, metadata: String) -> Result<(), Failure>;

    /// Merges top-level keys into the metadata.
    async fn update_metadata(&self, metadata: String) -> Result<(), Failure>;

    /// The integration as a JSON object.
    async fn get_integration(&self) -> Result<String, Failure>;

    /// True when the run now holds the lock; `ttl_ms` is in milliseconds.
    async fn try_acquire_lock(&self, key: String, ttl_ms: u64) -> Result<bool, Failure>;

    /// True when the run held the lock.
    async fn release_lock(&self, key: String) -> Result<bool, Failure>;

    /// Releases every lock of the run.
    async fn release_all_locks(&self) -> Result<(), Failure>;

    /// The environment's variables.
    async fn variables(&self) -> Result<Vec<(String, String)>, Failure>;

    /// Runs an action and waits for its output (JSON).
    async fn trigger_action(&self, of: Option<ConnectionRef>, action: String, input: String) -> Result<String, Failure>;

    /// Starts one run of a sync.
    async fn trigger_sync(&self, of: Option<ConnectionRef>, sync: String, options: SyncOptions) -> Result<(), Failure>;

    /// Switches a sync's schedule on.
    async fn start_sync(&self, of: Option<ConnectionRef>, sync: String) -> Result<(), Failure>;

    /// Plain HTTP without credentials. Any status is an answer.
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure>;
}

/// A walk over a list endpoint.
#[async_trait]
pub trait Pages: Send {
    /// The next page; `None` after the last.
    async fn next(&mut self) -> Result<Option<Page>, Failure>;
}

/// What a guest's `pages` resource stands for on the host's side.
pub struct PageWalk(pub Box<dyn Pages>);

impl std::fmt::Debug for PageWalk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PageWalk")
    }
}

/// A failure without a provider's status and without details.
pub fn failure(code: impl Into<String>, message: impl Into<String>) -> Failure {
    Failure { code: code.into(), message: message.into(), status: None, details: None }
}
