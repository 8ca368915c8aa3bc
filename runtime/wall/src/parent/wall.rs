//! The processes of all tenants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use syncline_engine::{Digest, Engine};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::attend::attend;
use super::process::{InChild, InUse, Process};
use super::start::{StartError, start};
use crate::executor::PrepareError;
use crate::{Options, Tenant};

/// Runs functions in processes that hold nothing. A cheap handle to clone.
#[derive(Clone)]
pub struct Wall {
    inner: Arc<Inner>,
}

struct Inner {
    /// Compiles, and keeps machine code under its MAC. Runs nothing.
    engine: Engine,
    options: Arc<Options>,
    tenants: Mutex<HashMap<Tenant, Place>>,
    tasks: TaskTracker,
}

/// Held while a process starts, so that a tenant has one at a time for new runs.
type Place = Arc<tokio::sync::Mutex<Option<Arc<Process>>>>;

impl Wall {
    /// Starts one process and ends it, to see that it can be done. Answers what the system took from it, in a few words.
    pub async fn new(engine: Engine, options: Options) -> Result<(Self, String), StartError> {
        let report = start(&options).await?.report;
        let inner = Inner { engine, options: Arc::new(options), tenants: Mutex::default(), tasks: TaskTracker::new() };
        Ok((Self { inner: Arc::new(inner) }, report))
    }

    pub(crate) async fn prepare<F, Fut>(&self, tenant: &Tenant, digest: Digest, wasm: F) -> Result<InChild, PrepareError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Option<Bytes>>,
    {
        let user = self.process_of(tenant).await?;
        user.process().load(digest, async || self.inner.engine.code(digest, wasm).await).await?;
        Ok(InChild { user, digest })
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The tenant's process; a new one where it has none that takes runs.
    async fn process_of(&self, tenant: &Tenant) -> Result<InUse, StartError> {
        let place = Arc::clone(self.inner.tenants.lock().expect("nothing panics while it is held").entry(tenant.clone()).or_default());
        let mut place = place.lock().await;
        if let Some(user) = place.as_ref().and_then(Process::enter) {
            return Ok(user);
        }
        let (process, user) = self.start(tenant.clone()).await?;
        *place = Some(process);
        Ok(user)
    }

    /// A new process, with its first user.
    pub(super) async fn start(&self, tenant: Tenant) -> Result<(Arc<Process>, InUse), StartError> {
        let started = start(&self.inner.options).await?;
        let (to, outgoing) = mpsc::unbounded_channel();
        let process = Arc::new(Process::new(tenant, Arc::clone(&self.inner.options), to));
        let user = process.enter().expect("a new process takes users");
        self.inner.tasks.spawn(attend(Arc::clone(&process), started, outgoing));
        Ok((process, user))
    }

    pub(crate) async fn stop(&self) {
        let places: Vec<Place> =
            self.inner.tenants.lock().expect("nothing panics while it is held").drain().map(|(_, place)| place).collect();
        for place in places {
            if let Some(process) = place.lock().await.take() {
                process.retire.cancel();
            }
        }
        self.inner.tasks.close();
        // What does not end in that time is killed as the tasks are dropped.
        let _ = tokio::time::timeout(self.inner.options.patience, self.inner.tasks.wait()).await;
    }
}

impl std::fmt::Debug for Wall {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Wall").field("options", &self.inner.options).finish_non_exhaustive()
    }
}
