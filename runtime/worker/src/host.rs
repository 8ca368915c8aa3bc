//! What a run may ask of the world: the host port, bound to one function on one connection.
//!
//! One file an interface of the contract. Every error is data for the guest; what only an operator can mend is logged here and reaches the guest
//! as `internal_error`.

mod connection;
mod failure;
mod fetch;
mod functions;
mod locks;
mod log;
mod provider;
mod reading;
mod records;
mod redact;
mod state;
mod timeline;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use syncline_connect::ConnectionSource;
use syncline_domain::{Counts, Grant, RunId};
use syncline_host_api::host::{
    ConnectionRef as WireRef, Failure, FetchRequest, FetchResponse, Host, Level, Merging, Method, Pages, Request, Response, RunInfo, Saved,
    SyncOptions,
};
use tokio_util::sync::CancellationToken;

pub use self::connection::check_metadata;
pub use self::functions::{MAX_DEPTH, too_deep};
pub use self::locks::lock_ttl;
pub use self::provider::{
    Exchange, List, answer, body_bytes, from_proxy, headers, http_method, proxy_call, said, walk, wire_body, wire_headers,
};
pub use self::reading::{Reading, Unreadable};
pub use self::redact::Redactor;
use self::timeline::Timeline;
use crate::Runner;
use crate::run::Work;
use crate::schema::Schemas;

/// What a host is made of.
pub(crate) struct Setup {
    pub(crate) runner: Runner,
    pub(crate) run: RunId,
    /// Whether anything of it is kept: its log is not, where it only reads.
    pub(crate) is_kept: bool,
    pub(crate) work: Work,
    pub(crate) schemas: Arc<Schemas>,
    /// The process wants to stop.
    pub(crate) soft: CancellationToken,
    /// Stops this run.
    pub(crate) stop: CancellationToken,
}

/// The host of one run.
pub(crate) struct FunctionHost {
    setup: Setup,
    environment: Arc<str>,
    /// What the function may reach besides its provider.
    hosts: Arc<[String]>,
    source: Arc<ConnectionSource>,
    redactor: Arc<Redactor>,
    timeline: Arc<Timeline>,
    counts: Mutex<Counts>,
    /// By model: the position behind which others' changes are kept.
    merging: Mutex<HashMap<String, i64>>,
    holds_locks: AtomicBool,
    interrupted: AtomicBool,
    /// Whether workers disappeared with this job, and it has not come further than with them.
    is_suspected: AtomicBool,
    /// What was remembered when the run first asked, and what is now.
    checkpoints: Mutex<Option<Checkpoints>>,
}

/// The checkpoint before a run and after it, as JSON.
pub(crate) type Checkpoints = (Option<String>, Option<String>);

impl FunctionHost {
    pub(crate) async fn new(setup: Setup) -> Result<Self, Failure> {
        let source = setup.runner.connect().source_for(&setup.work.connection).await.map_err(|error| failure::from_connect(&error))?;
        let environment =
            setup.runner.environment_name(setup.work.connection.environment).await.map_err(|error| failure::from_store(&error))?;
        Ok(Self {
            environment,
            hosts: setup.work.function.definition.egress.clone().into(),
            redactor: Arc::new(Redactor::new(source.credentials())),
            source: Arc::new(source),
            timeline: Arc::new(Timeline::new(setup.runner.clone(), setup.is_kept.then_some(setup.run))),
            is_suspected: AtomicBool::new(setup.work.crashes > 0),
            setup,
            counts: Mutex::default(),
            merging: Mutex::default(),
            holds_locks: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            checkpoints: Mutex::default(),
        })
    }

    /// Gives back what the run held, and writes down the last of what was done for it.
    pub(crate) async fn close(&self) {
        self.timeline.end();
        if self.holds_locks.load(Ordering::Relaxed)
            && let Err(error) = self.setup.runner.store().locks().release_all(self.setup.run).await
        {
            tracing::warn!(run.id = %self.setup.run, error = &error as &dyn std::error::Error, "the run's locks could not be released; they expire by themselves");
        }
    }

    /// What the run did to records so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().expect("nothing panics while it is held").clone()
    }

    /// The checkpoint before and now; nothing where the run never asked for it.
    pub(crate) fn checkpoints(&self) -> Option<Checkpoints> {
        self.checkpoints.lock().expect("nothing panics while it is held").clone()
    }

    /// Whether the run was stopped at a checkpoint because the process is stopping.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Knows the tokens of this moment.
    fn redactor(&self) -> &Arc<Redactor> {
        self.redactor.learn(&self.source.credentials());
        &self.redactor
    }

    fn granted(&self, grant: Grant) -> bool {
        self.setup.work.function.definition.grants.contains(&grant)
    }
}

#[async_trait]
impl Host for FunctionHost {
    async fn send(&self, method: Method, request: Request) -> Result<Response, Failure> {
        self.provider_send(method, request).await
    }

    async fn paginate(&self, method: Method, request: Request, options: String) -> Result<Box<dyn Pages>, Failure> {
        self.provider_paginate(method, request, &options).await
    }

    async fn batch_save(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.records_save(model, records).await
    }

    async fn batch_update(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.records_update(model, records).await
    }

    async fn batch_delete(&self, model: String, records: String) -> Result<u32, Failure> {
        self.records_delete(model, records).await
    }

    async fn get_by_ids(&self, model: String, ids: Vec<String>) -> Result<String, Failure> {
        self.records_by_ids(model, ids).await
    }

    async fn list_page(&self, model: String, cursor: Option<String>) -> Result<(String, Option<String>), Failure> {
        self.records_page(model, cursor).await
    }

    async fn track_deletes_start(&self, model: String) -> Result<(), Failure> {
        self.records_track_start(model).await
    }

    async fn track_deletes_end(&self, model: String) -> Result<Vec<String>, Failure> {
        self.records_track_end(model).await
    }

    async fn set_merging_strategy(&self, model: String, strategy: Merging) -> Result<(), Failure> {
        self.records_set_merging(model, strategy).await
    }

    fn info(&self) -> RunInfo {
        self.run_info()
    }

    fn input(&self) -> String {
        self.setup.work.input.clone()
    }

    fn log(&self, level: Level, message: String, fields: Option<String>) {
        self.say(level, &message, fields);
    }

    async fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        self.checkpoint_get().await
    }

    async fn save_checkpoint(&self, checkpoint: String) -> Result<(), Failure> {
        self.checkpoint_save(&checkpoint).await
    }

    async fn clear_checkpoint(&self) -> Result<(), Failure> {
        self.checkpoint_clear().await
    }

    fn details(&self) -> String {
        self.run_details()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn get_connection(&self, of: Option<WireRef>) -> Result<String, Failure> {
        self.connection_get(of).await
    }

    async fn refresh_connection(&self, of: Option<WireRef>) -> Result<String, Failure> {
        self.connection_refresh(of).await
    }

    async fn get_metadata(&self) -> Result<String, Failure> {
        self.metadata_get().await
    }

    async fn set_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.metadata_set(metadata).await
    }

    async fn update_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.metadata_update(metadata).await
    }

    async fn get_integration(&self) -> Result<String, Failure> {
        self.integration_get().await
    }

    async fn try_acquire_lock(&self, key: String, ttl_ms: u64) -> Result<bool, Failure> {
        self.lock_acquire(key, ttl_ms).await
    }

    async fn release_lock(&self, key: String) -> Result<bool, Failure> {
        self.lock_release(key).await
    }

    async fn release_all_locks(&self) -> Result<(), Failure> {
        self.lock_release_all().await
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        let variables = self.setup.runner.store().variables();
        let list = variables.list(self.setup.work.connection.environment).await.map_err(|error| failure::from_store(&error))?;
        Ok(list.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect())
    }

    async fn trigger_action(&self, of: Option<WireRef>, action: String, input: String) -> Result<String, Failure> {
        self.function_action(of, action, input).await
    }

    async fn trigger_sync(&self, of: Option<WireRef>, sync: String, options: SyncOptions) -> Result<(), Failure> {
        self.function_trigger(of, sync, options).await
    }

    async fn start_sync(&self, of: Option<WireRef>, sync: String) -> Result<(), Failure> {
        self.function_start(of, sync).await
    }

    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        self.plain_fetch(request).await
    }
}
