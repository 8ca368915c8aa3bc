//! What a sync remembers.

use std::sync::atomic::Ordering;

use syncline_domain::{Checkpoint, SyncId};
use syncline_host_api::host::{Failure, failure};
use syncline_store::Fence;

use super::FunctionHost;
use super::failure::{from_store, invalid};

impl FunctionHost {
    pub(super) async fn checkpoint_get(&self) -> Result<Option<String>, Failure> {
        let (_, sync) = self.remembering()?;
        let found = self.setup.runner.store().checkpoints().lookup(sync).await.map_err(|error| from_store(&error))?;
        Ok(found.map(|(checkpoint, _)| checkpoint.as_str().to_owned()))
    }

    pub(super) async fn checkpoint_save(&self, json: &str) -> Result<(), Failure> {
        let (fence, sync) = self.remembering()?;
        let checkpoint = Checkpoint::parse(json).map_err(|defect| invalid("invalid_checkpoint", defect))?;
        let now = self.setup.runner.now();
        self.setup.runner.store().checkpoints().save(fence, sync, &checkpoint, now).await.map_err(|error| from_store(&error))?;
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
        let (fence, sync) = self.remembering()?;
        self.setup.runner.store().checkpoints().clear(fence, sync).await.map_err(|error| from_store(&error))
    }

    fn remembering(&self) -> Result<(Fence, SyncId), Failure> {
        match (&self.setup.work.fence, &self.setup.work.sync) {
            (Some(fence), Some(sync)) => Ok((*fence, sync.id)),
            _ => Err(failure(
                "not_a_sync",
                "only a sync has checkpoints; pass what an action or event needs as its input or in the metadata",
            )),
        }
    }
}
