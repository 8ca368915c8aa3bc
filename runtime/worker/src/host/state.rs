//! What a function remembers of a connection: a sync by its variant, actions and event functions by their name.

use std::sync::atomic::Ordering;

use syncline_domain::{Checkpoint, SyncId};
use syncline_host_api::host::Failure;
use syncline_store::{Fence, FunctionOnConnection};

use super::FunctionHost;
use super::failure::{from_store, invalid};

/// Whose checkpoint it is.
enum Of {
    Sync(Fence, SyncId),
    /// An action in line has no lease: the last run to save is the one that is remembered.
    Function(Option<Fence>, FunctionOnConnection),
}

impl FunctionHost {
    pub(super) async fn checkpoint_get(&self) -> Result<Option<String>, Failure> {
        let store = self.setup.runner.store();
        let found = match self.remembered() {
            Of::Sync(_, sync) => store.checkpoints().lookup(sync).await,
            Of::Function(_, of) => store.function_checkpoints().lookup(of).await,
        };
        let found = found.map_err(|error| from_store(&error))?.map(|(checkpoint, _)| checkpoint.as_str().to_owned());
        self.checkpoints.lock().expect("nothing panics while it is held").get_or_insert_with(|| (found.clone(), found.clone()));
        Ok(found)
    }

    pub(super) async fn checkpoint_save(&self, json: &str) -> Result<(), Failure> {
        let checkpoint = Checkpoint::parse(json).map_err(|defect| invalid("invalid_checkpoint", defect))?;
        self.first_checkpoint().await?;
        let suspected = self.setup.work.fence.filter(|_| self.is_suspected.load(Ordering::Relaxed));
        let before = if suspected.is_some() { self.checkpoint_get().await? } else { None };
        let (store, now) = (self.setup.runner.store(), self.setup.runner.now());
        match self.remembered() {
            Of::Sync(fence, sync) => store.checkpoints().save(fence, sync, &checkpoint, now).await,
            // Nobody asks any more for what a deleted function or connection remembered.
            Of::Function(fence, of) => store.function_checkpoints().save(fence, of, &checkpoint, now).await.map(drop),
        }
        .map_err(|error| from_store(&error))?;
        self.timeline.remembers(self.redactor(), Some(checkpoint.as_str()));
        if let Some(fence) = suspected.filter(|_| before.as_deref() != Some(checkpoint.as_str())) {
            self.absolve(fence).await;
        }
        self.now_remembers(Some(checkpoint.as_str().to_owned()));
        if self.setup.soft.is_cancelled() {
            // Everything up to here is on disk: the next process goes on from it.
            self.interrupted.store(true, Ordering::SeqCst);
            self.setup.stop.cancel();
            // The engine drops the run here. Answering the guest first would let it begin another page behind the checkpoint.
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    pub(super) async fn checkpoint_clear(&self) -> Result<(), Failure> {
        self.first_checkpoint().await?;
        let store = self.setup.runner.store();
        match self.remembered() {
            Of::Sync(fence, sync) => store.checkpoints().clear(fence, sync).await,
            Of::Function(fence, of) => store.function_checkpoints().clear(fence, of).await,
        }
        .map_err(|error| from_store(&error))?;
        self.timeline.remembers(self.redactor(), None);
        self.now_remembers(None);
        Ok(())
    }

    /// A job that comes further each time is not what ends its workers.
    async fn absolve(&self, fence: Fence) {
        match self.setup.runner.store().jobs().progressed(fence).await {
            Ok(()) => self.is_suspected.store(false, Ordering::Relaxed),
            // The checkpoint is kept, which is what was asked for; the next one tries again.
            Err(error) => {
                tracing::warn!(run.id = %self.setup.run, error = &error as &dyn std::error::Error, "a job's lost workers are still held against it");
            }
        }
    }

    /// Looks what was remembered before the run's first change of it: a sync's webhook tells both.
    async fn first_checkpoint(&self) -> Result<(), Failure> {
        let is_known = self.checkpoints.lock().expect("nothing panics while it is held").is_some();
        if is_known || self.setup.work.sync.is_none() { Ok(()) } else { self.checkpoint_get().await.map(drop) }
    }

    fn now_remembers(&self, checkpoint: Option<String>) {
        if let Some((_, to)) = self.checkpoints.lock().expect("nothing panics while it is held").as_mut() {
            *to = checkpoint;
        }
    }

    fn remembered(&self) -> Of {
        let work = &self.setup.work;
        match (work.fence, &work.sync) {
            (Some(fence), Some(sync)) => Of::Sync(fence, sync.id),
            _ => Of::Function(work.lease(), FunctionOnConnection { function: work.function.id, connection: work.connection.id }),
        }
    }
}
