//! A host call that came over the socket, answered by the run's own host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use syncline_engine::MAX_RESOURCES;
use syncline_host_api::host::{Failure, failure};
use syncline_host_api::{Host, Pages};

use crate::wire::{Ask, CallNumber, RunNumber, ToChild, WalkNumber, encode_with};

/// The walks of one run. A child holds no more than a guest may hold handles.
#[derive(Default)]
pub(super) struct Walks(Mutex<HashMap<WalkNumber, Walk>>);

type Walk = Arc<tokio::sync::Mutex<Box<dyn Pages>>>;

impl Walks {
    pub(super) fn remove(&self, number: WalkNumber) {
        self.0.lock().expect("nothing panics while it is held").remove(&number);
    }

    fn get(&self, number: WalkNumber) -> Option<Walk> {
        self.0.lock().expect("nothing panics while it is held").get(&number).cloned()
    }

    fn insert(&self, number: WalkNumber, pages: Box<dyn Pages>) -> bool {
        let mut walks = self.0.lock().expect("nothing panics while it is held");
        // The engine there refuses the one too many when it has it.
        walks.len() <= MAX_RESOURCES && walks.insert(number, Arc::new(tokio::sync::Mutex::new(pages))).is_none()
    }
}

/// The answer as a frame; an error is something that an honest child does not ask.
pub(super) async fn serve(
    host: Arc<dyn Host>,
    walks: Arc<Walks>,
    run: RunNumber,
    call: CallNumber,
    ask: Ask,
) -> Result<Vec<u8>, &'static str> {
    let answer = Answer(run, call);
    Ok(match ask {
        Ask::Send(method, request) => answer.with(&host.send(method, request).await),
        Ask::Paginate(walk, method, request, options) => match host.paginate(method, request, options).await {
            Ok(pages) => {
                if !walks.insert(walk, pages) {
                    return Err("it walks over more lists than a guest can hold, or over one twice");
                }
                answer.with(&Ok::<(), Failure>(()))
            }
            Err(failure) => answer.with(&Err::<(), Failure>(failure)),
        },
        Ask::NextPage(walk) => match walks.get(walk) {
            Some(pages) => answer.with(&pages.lock().await.next().await),
            None => answer.with(&Err::<(), Failure>(failure("internal_error", "there is no such walk"))),
        },
        Ask::BatchSave(model, records) => answer.with(&host.batch_save(model, records).await),
        Ask::BatchUpdate(model, records) => answer.with(&host.batch_update(model, records).await),
        Ask::BatchDelete(model, records) => answer.with(&host.batch_delete(model, records).await),
        Ask::GetByIds(model, ids) => answer.with(&host.get_by_ids(model, ids).await),
        Ask::ListPage(model, cursor) => answer.with(&host.list_page(model, cursor).await),
        Ask::TrackDeletesStart(model) => answer.with(&host.track_deletes_start(model).await),
        Ask::TrackDeletesEnd(model) => answer.with(&host.track_deletes_end(model).await),
        Ask::SetMergingStrategy(model, strategy) => answer.with(&host.set_merging_strategy(model, strategy).await),
        Ask::GetCheckpoint => answer.with(&host.get_checkpoint().await),
        Ask::SaveCheckpoint(checkpoint) => answer.with(&host.save_checkpoint(checkpoint).await),
        Ask::ClearCheckpoint => answer.with(&host.clear_checkpoint().await),
        Ask::GetConnection(of) => answer.with(&host.get_connection(of).await),
        Ask::RefreshConnection(of) => answer.with(&host.refresh_connection(of).await),
        Ask::GetMetadata => answer.with(&host.get_metadata().await),
        Ask::SetMetadata(metadata) => answer.with(&host.set_metadata(metadata).await),
        Ask::UpdateMetadata(metadata) => answer.with(&host.update_metadata(metadata).await),
        Ask::GetIntegration => answer.with(&host.get_integration().await),
        Ask::TryAcquireLock(key, ttl_ms) => answer.with(&host.try_acquire_lock(key, ttl_ms).await),
        Ask::ReleaseLock(key) => answer.with(&host.release_lock(key).await),
        Ask::ReleaseAllLocks => answer.with(&host.release_all_locks().await),
        Ask::Variables => answer.with(&host.variables().await),
        Ask::TriggerAction(of, action, input) => answer.with(&host.trigger_action(of, action, input).await),
        Ask::TriggerSync(of, sync, options) => answer.with(&host.trigger_sync(of, sync, options).await),
        Ask::StartSync(of, sync) => answer.with(&host.start_sync(of, sync).await),
        Ask::Fetch(request) => answer.with(&host.fetch(request).await),
    })
}

/// To which call.
struct Answer(RunNumber, CallNumber);

impl Answer {
    fn with(&self, result: &impl Serialize) -> Vec<u8> {
        encode_with(&ToChild::Answer(self.0, self.1), result)
    }
}
