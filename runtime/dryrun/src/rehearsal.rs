//! The host of a run that keeps nothing: what it would do to records, checkpoint, metadata and locks stays in memory.

mod connection;
mod functions;
pub(crate) mod provider;
pub(crate) mod records;
mod state;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::Value;
use syncline_domain::{FunctionKind, RunError};
use syncline_engine::Usage;
use syncline_host_api::host::{
    ConnectionRef, Failure, FetchRequest, FetchResponse, Host, Level, Merging, Method, Pages, Request, Response, RunInfo, Saved,
    SyncOptions,
};
use syncline_providers::Entry;
use syncline_worker::contract::Redactor;

use crate::journal::Journal;
use crate::outcome::{Given, Outcome};
use crate::project::{Function, Member, Project};
use crate::world::World;
use records::Model;

/// What a run begins with.
#[derive(Clone)]
pub struct Setting {
    /// The component.
    pub member: Arc<Member>,
    /// One of its functions.
    pub function: Arc<Function>,
    /// The integration's key, of which its folder's name may differ.
    pub integration: String,
    /// The environment's name.
    pub environment: String,
    /// The provider's key.
    pub provider: String,
    /// The connection's id.
    pub connection: String,
    /// The sync's variant.
    pub variant: String,
    /// When the last successful run started, RFC 3339.
    pub last_success_at: Option<String>,
    /// Who asked for the run: `manual`, `webhook`, ...
    pub trigger: String,
    /// JSON text; `null` for a sync.
    pub input: String,
    /// A JSON object.
    pub metadata: String,
    /// What the last run remembered, a JSON object.
    pub checkpoint: Option<String>,
    /// How the provider's lists are paged.
    pub entry: Arc<Entry>,
    /// Hosts besides those that the function declares; for replays, which send nothing anywhere.
    pub further_hosts: Vec<String>,
    /// Whether an answer outside of 200 to 299 is a failure, as it is live; the older harness handed it over as a response.
    pub throws: bool,
    /// Knows what the log must not show.
    pub redactor: Arc<Redactor>,
    /// Everything else.
    pub world: Arc<dyn World>,
    /// Where the run is written down.
    pub journal: Arc<Journal>,
    /// How many actions called one another to get here.
    pub depth: u8,
}

/// The host of one run.
pub(crate) struct Rehearsal {
    setting: Setting,
    project: Arc<Project>,
    hosts: Arc<[String]>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    models: IndexMap<String, Model>,
    checkpoint: Option<String>,
    metadata: String,
    locks: HashSet<String>,
    given: Given,
    /// Bytes of records.
    held: usize,
}

impl Rehearsal {
    pub(crate) fn new(setting: Setting, project: Arc<Project>) -> Self {
        let hosts = setting.function.definition.egress.iter().chain(&setting.further_hosts).cloned().collect();
        let state = State { checkpoint: setting.checkpoint.clone(), metadata: setting.metadata.clone(), ..State::default() };
        Self { setting, project, hosts, state: Mutex::new(state) }
    }

    /// Takes everything out. The engine may still hold this host, and asks it for nothing any more.
    pub(crate) fn into_outcome(self: Arc<Self>, result: Result<String, RunError>, usage: Usage) -> Outcome {
        let State { models, checkpoint, metadata, given, .. } = std::mem::take(&mut *self.state());
        let records = models.into_iter().map(|(name, model)| (name, model.into_records())).collect();
        Outcome { result, records, checkpoint, metadata, entries: self.setting.journal.entries(), given, usage }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a call was answered first.
    fn given(&self, call: &'static str, answer: impl FnOnce() -> Value) {
        self.state().given.answers.entry(call).or_insert_with(answer);
    }

    fn kind(&self) -> FunctionKind {
        self.setting.function.definition.kind
    }
}

#[async_trait]
impl Host for Rehearsal {
    async fn send(&self, method: Method, request: Request) -> Result<Response, Failure> {
        self.provider_send(method, request).await
    }

    async fn paginate(&self, method: Method, request: Request, options: String) -> Result<Box<dyn Pages>, Failure> {
        self.provider_paginate(method, request, &options).await
    }

    async fn batch_save(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.records_save(&model, &records).await
    }

    async fn batch_update(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.records_update(&model, &records).await
    }

    async fn batch_delete(&self, model: String, records: String) -> Result<u32, Failure> {
        self.records_delete(&model, &records).await
    }

    async fn get_by_ids(&self, model: String, ids: Vec<String>) -> Result<String, Failure> {
        self.records_by_ids(&model, ids).await
    }

    async fn list_page(&self, model: String, cursor: Option<String>) -> Result<(String, Option<String>), Failure> {
        self.records_page(&model, cursor).await
    }

    async fn track_deletes_start(&self, model: String) -> Result<(), Failure> {
        self.records_track_start(&model)
    }

    async fn track_deletes_end(&self, model: String) -> Result<Vec<String>, Failure> {
        self.records_track_end(&model).await
    }

    /// Nobody else changes records meanwhile.
    async fn set_merging_strategy(&self, model: String, _strategy: Merging) -> Result<(), Failure> {
        self.expect_model(&model)
    }

    fn info(&self) -> RunInfo {
        self.run_info()
    }

    fn input(&self) -> String {
        self.setting.input.clone()
    }

    fn log(&self, level: Level, message: String, fields: Option<String>) {
        let redactor = &self.setting.redactor;
        self.setting.journal.say(level, redactor.text(message), fields.map(|fields| redactor.text(fields)));
    }

    async fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        Ok(self.checkpoint())
    }

    async fn save_checkpoint(&self, checkpoint: String) -> Result<(), Failure> {
        self.checkpoint_save(&checkpoint)
    }

    async fn clear_checkpoint(&self) -> Result<(), Failure> {
        self.state().checkpoint = None;
        Ok(())
    }

    fn details(&self) -> String {
        self.run_details()
    }

    async fn sleep(&self, duration: Duration) {
        if self.setting.world.waits() {
            tokio::time::sleep(duration).await;
        }
    }

    async fn get_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure> {
        self.connection_get(of, false).await
    }

    async fn refresh_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure> {
        self.connection_get(of, true).await
    }

    async fn get_metadata(&self) -> Result<String, Failure> {
        Ok(self.metadata())
    }

    async fn set_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.metadata_set(&metadata)
    }

    async fn update_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.metadata_update(&metadata)
    }

    async fn get_integration(&self) -> Result<String, Failure> {
        self.integration_get().await
    }

    async fn try_acquire_lock(&self, key: String, ttl_ms: u64) -> Result<bool, Failure> {
        self.lock_acquire(key, ttl_ms)
    }

    async fn release_lock(&self, key: String) -> Result<bool, Failure> {
        Ok(self.state().locks.remove(&key))
    }

    async fn release_all_locks(&self) -> Result<(), Failure> {
        self.state().locks.clear();
        Ok(())
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        self.setting.world.variables().await
    }

    async fn trigger_action(&self, of: Option<ConnectionRef>, action: String, input: String) -> Result<String, Failure> {
        self.function_action(of, action, input).await
    }

    async fn trigger_sync(&self, of: Option<ConnectionRef>, sync: String, options: SyncOptions) -> Result<(), Failure> {
        self.function_trigger(of.as_ref(), &sync, options);
        Ok(())
    }

    async fn start_sync(&self, of: Option<ConnectionRef>, sync: String) -> Result<(), Failure> {
        self.function_start(of.as_ref(), &sync);
        Ok(())
    }

    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        self.plain_fetch(request).await
    }
}
