//! The host port, whose other end is in another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use syncline_host_api::host::{
    ConnectionRef, Failure, FetchRequest, FetchResponse, Host, Level, Merging, Method, Page, Pages, Request, Response, RunInfo, Saved,
    SyncOptions,
};

use super::link::Link;
use crate::wire::{Ask, FromRun, RunNumber, WalkNumber};

/// The host of one run.
pub(super) struct RemoteHost {
    pub(super) link: Arc<Link>,
    pub(super) run: RunNumber,
    pub(super) info: RunInfo,
    pub(super) input: String,
    pub(super) details: String,
    pub(super) walks: AtomicU32,
}

struct RemotePages {
    link: Arc<Link>,
    run: RunNumber,
    walk: WalkNumber,
}

impl RemoteHost {
    async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Failure> {
        self.link.ask(self.run, ask).await
    }
}

#[async_trait]
impl Pages for RemotePages {
    async fn next(&mut self) -> Result<Option<Page>, Failure> {
        self.link.ask(self.run, Ask::NextPage(self.walk)).await
    }
}

impl Drop for RemotePages {
    fn drop(&mut self) {
        self.link.say(self.run, FromRun::DropWalk(self.walk));
    }
}

#[async_trait]
impl Host for RemoteHost {
    async fn send(&self, method: Method, request: Request) -> Result<Response, Failure> {
        self.ask(Ask::Send(method, request)).await
    }

    async fn paginate(&self, method: Method, request: Request, options: String) -> Result<Box<dyn Pages>, Failure> {
        let walk = self.walks.fetch_add(1, Ordering::Relaxed);
        self.ask::<()>(Ask::Paginate(walk, method, request, options)).await?;
        Ok(Box::new(RemotePages { link: Arc::clone(&self.link), run: self.run, walk }))
    }

    async fn batch_save(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.ask(Ask::BatchSave(model, records)).await
    }

    async fn batch_update(&self, model: String, records: String) -> Result<Saved, Failure> {
        self.ask(Ask::BatchUpdate(model, records)).await
    }

    async fn batch_delete(&self, model: String, records: String) -> Result<u32, Failure> {
        self.ask(Ask::BatchDelete(model, records)).await
    }

    async fn get_by_ids(&self, model: String, ids: Vec<String>) -> Result<String, Failure> {
        self.ask(Ask::GetByIds(model, ids)).await
    }

    async fn list_page(&self, model: String, cursor: Option<String>) -> Result<(String, Option<String>), Failure> {
        self.ask(Ask::ListPage(model, cursor)).await
    }

    async fn track_deletes_start(&self, model: String) -> Result<(), Failure> {
        self.ask(Ask::TrackDeletesStart(model)).await
    }

    async fn track_deletes_end(&self, model: String) -> Result<Vec<String>, Failure> {
        self.ask(Ask::TrackDeletesEnd(model)).await
    }

    async fn set_merging_strategy(&self, model: String, strategy: Merging) -> Result<(), Failure> {
        self.ask(Ask::SetMergingStrategy(model, strategy)).await
    }

    fn info(&self) -> RunInfo {
        self.info.clone()
    }

    fn input(&self) -> String {
        self.input.clone()
    }

    fn log(&self, level: Level, message: String, fields: Option<String>) {
        self.link.say(self.run, FromRun::Log(level, message, fields));
    }

    async fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        self.ask(Ask::GetCheckpoint).await
    }

    async fn save_checkpoint(&self, checkpoint: String) -> Result<(), Failure> {
        self.ask(Ask::SaveCheckpoint(checkpoint)).await
    }

    async fn clear_checkpoint(&self) -> Result<(), Failure> {
        self.ask(Ask::ClearCheckpoint).await
    }

    fn details(&self) -> String {
        self.details.clone()
    }

    /// Here: a guest may sleep many times at once, and nobody else needs to know.
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn get_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure> {
        self.ask(Ask::GetConnection(of)).await
    }

    async fn refresh_connection(&self, of: Option<ConnectionRef>) -> Result<String, Failure> {
        self.ask(Ask::RefreshConnection(of)).await
    }

    async fn get_metadata(&self) -> Result<String, Failure> {
        self.ask(Ask::GetMetadata).await
    }

    async fn set_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.ask(Ask::SetMetadata(metadata)).await
    }

    async fn update_metadata(&self, metadata: String) -> Result<(), Failure> {
        self.ask(Ask::UpdateMetadata(metadata)).await
    }

    async fn get_integration(&self) -> Result<String, Failure> {
        self.ask(Ask::GetIntegration).await
    }

    async fn try_acquire_lock(&self, key: String, ttl_ms: u64) -> Result<bool, Failure> {
        self.ask(Ask::TryAcquireLock(key, ttl_ms)).await
    }

    async fn release_lock(&self, key: String) -> Result<bool, Failure> {
        self.ask(Ask::ReleaseLock(key)).await
    }

    async fn release_all_locks(&self) -> Result<(), Failure> {
        self.ask(Ask::ReleaseAllLocks).await
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        self.ask(Ask::Variables).await
    }

    async fn trigger_action(&self, of: Option<ConnectionRef>, action: String, input: String) -> Result<String, Failure> {
        self.ask(Ask::TriggerAction(of, action, input)).await
    }

    async fn trigger_sync(&self, of: Option<ConnectionRef>, sync: String, options: SyncOptions) -> Result<(), Failure> {
        self.ask(Ask::TriggerSync(of, sync, options)).await
    }

    async fn start_sync(&self, of: Option<ConnectionRef>, sync: String) -> Result<(), Failure> {
        self.ask(Ask::StartSync(of, sync)).await
    }

    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        self.ask(Ask::Fetch(request)).await
    }
}
