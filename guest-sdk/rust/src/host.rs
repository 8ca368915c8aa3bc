//! The host as the SDK sees it: the contract's types in plain Rust, and one trait with two implementations, the WIT imports in
//! a component and the mock of `testing` natively.
//!
//! The handle is a concrete type, not a `dyn`, so that a component imports only what its functions call.

#[cfg(target_family = "wasm")]
mod wit;

use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::MockHandle as Handle;
#[cfg(target_family = "wasm")]
pub(crate) use wit::WitHost as Handle;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use wit::bindings;

use serde::{Deserialize, Serialize};

/// A future of this one task.
pub(crate) type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
    /// HEAD
    Head,
}

/// A body, as text where it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Text(String),
    Bytes(Vec<u8>),
}

/// Another connection of the environment than the run's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRef {
    /// The integration's key.
    pub provider_config_key: String,
    /// The connection's id at that integration.
    pub connection_id: String,
}

impl ConnectionRef {
    /// The connection `connection_id` of the integration `provider_config_key`.
    pub fn new(provider_config_key: impl Into<String>, connection_id: impl Into<String>) -> Self {
        Self { provider_config_key: provider_config_key.into(), connection_id: connection_id.into() }
    }
}

/// A request to the provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) endpoint: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
    pub(crate) retries: u32,
    pub(crate) retry_on: Vec<u16>,
    pub(crate) base_url: Option<String>,
    pub(crate) connection: Option<ConnectionRef>,
}

/// An answer, of the provider or of `fetch`.
#[derive(Clone, Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// One page as the host gives it: `items` is a JSON array.
#[derive(Debug)]
pub(crate) struct RawPage {
    pub(crate) items: String,
    pub(crate) response: RawResponse,
    pub(crate) next: Option<String>,
}

/// A plain request, without credentials.
#[derive(Clone, Debug)]
pub(crate) struct RawFetch {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

/// What the host reports when something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable and machine-readable: `provider_status`, `rate_limited`, `egress_denied`, ...
    pub code: String,
    /// For a person: what went wrong and what to do next.
    pub message: String,
    /// The provider's status, where it answered.
    pub status: Option<u16>,
    /// JSON text: more about it.
    pub details: Option<String>,
}

/// What became of the records of one save.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Records with an id that was not there.
    pub added: u32,
    /// Records that were there and differed.
    pub updated: u32,
    /// Records that were there just so: not written.
    pub unchanged: u32,
}

/// What happens when a record was changed by someone else since the strategy was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merging {
    /// The sync's record wins.
    Override,
    /// The record that changed in between stays.
    IgnoreIfModifiedAfter,
}

/// How important a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only while something is being looked into.
    Debug,
    /// What a run normally tells.
    Info,
    /// Something is off; the run goes on.
    Warn,
    /// Something failed.
    Error,
}

/// The run: whose it is and which try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// The run's id.
    pub id: String,
    /// The function's name.
    pub function: String,
    /// `sync`, `action` or `event`.
    pub kind: String,
    /// The sync's variant; `base` unless one was created.
    pub variant: String,
    /// The environment's name.
    pub environment: String,
    /// The provider's name in the catalogue.
    pub provider: String,
    /// The integration's key.
    pub provider_config_key: String,
    /// The connection's id.
    pub connection_id: String,
    /// 1 for the first try of this work.
    pub attempt: u32,
    /// When the last successful run of this sync started, RFC 3339.
    pub last_success_at: Option<String>,
}

/// How to trigger a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// Forget checkpoints and start from the beginning.
    pub reset: bool,
    /// With `reset`: delete the sync's records first.
    pub empty_cache: bool,
}

/// The contract, call by call; `syncline.wit` documents each.
pub(crate) trait Host {
    type Pages: HostPages;

    /// Begins the request before it returns; the future only waits for the answer.
    fn start(&self, method: Method, request: Request) -> LocalFuture<Result<RawResponse, Failure>>;
    fn paginate(&self, method: Method, request: Request, options: &str) -> Result<Self::Pages, Failure>;

    fn batch_save(&self, model: &str, records: &str) -> Result<Saved, Failure>;
    fn batch_update(&self, model: &str, records: &str) -> Result<Saved, Failure>;
    fn batch_delete(&self, model: &str, records: &str) -> Result<u32, Failure>;
    fn get_by_ids(&self, model: &str, ids: &[String]) -> Result<String, Failure>;
    fn list_page(&self, model: &str, cursor: Option<&str>) -> Result<(String, Option<String>), Failure>;
    fn track_deletes_start(&self, model: &str) -> Result<(), Failure>;
    fn track_deletes_end(&self, model: &str) -> Result<Vec<String>, Failure>;
    fn set_merging_strategy(&self, model: &str, strategy: Merging) -> Result<(), Failure>;

    fn now(&self) -> SystemTime;
    fn info(&self) -> RunInfo;
    /// What the run's information does not say, as a JSON object.
    fn details(&self) -> String;
    fn input(&self) -> String;
    fn log(&self, level: Level, message: &str, fields: Option<&str>);
    fn get_checkpoint(&self) -> Result<Option<String>, Failure>;
    fn save_checkpoint(&self, checkpoint: &str) -> Result<(), Failure>;
    fn clear_checkpoint(&self) -> Result<(), Failure>;

    fn get_connection(&self, of: Option<&ConnectionRef>) -> Result<String, Failure>;
    fn get_metadata(&self) -> Result<String, Failure>;
    fn set_metadata(&self, metadata: &str) -> Result<(), Failure>;
    fn update_metadata(&self, metadata: &str) -> Result<(), Failure>;
    fn get_integration(&self) -> Result<String, Failure>;

    fn try_acquire(&self, key: &str, ttl_ms: u64) -> Result<bool, Failure>;
    fn release(&self, key: &str) -> Result<bool, Failure>;
    fn release_all(&self) -> Result<(), Failure>;

    fn variables(&self) -> Result<Vec<(String, String)>, Failure>;

    fn trigger_action(&self, of: Option<&ConnectionRef>, action: &str, input: &str) -> Result<String, Failure>;
    fn trigger_sync(&self, of: Option<&ConnectionRef>, sync: &str, options: SyncOptions) -> Result<(), Failure>;
    fn start_sync(&self, of: Option<&ConnectionRef>, sync: &str) -> Result<(), Failure>;

    fn fetch(&self, request: RawFetch) -> Result<RawResponse, Failure>;
}

/// A walk through a list endpoint.
pub(crate) trait HostPages {
    fn next(&mut self) -> Result<Option<RawPage>, Failure>;
}
