//! Everything a run needs, in one cheap handle, and how an action is run in line.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use syncline_connect::Connect;
use syncline_domain::{
    ActionCall, Clock, ComponentSource, ConnectionRowId, Deployment, EnvironmentId, JobKind, OperationId, RunId, RunOutcome, RunnerError,
    Timestamp, Traces,
};
use syncline_outbound::{HttpClient, Proxy};
use syncline_store::{ConnectionRow, Fence, Store};
use syncline_wall::Executor;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::activity::Activity;
use crate::run::Work;
use crate::schema::SchemaCache;
use crate::{Options, Shutdown, inspect};

/// What the runner is made of.
pub struct Dependencies {
    /// The two databases behind one API.
    pub store: Store,
    /// The sandbox, here or behind the wall.
    pub executor: Executor,
    /// Usable credentials.
    pub connect: Connect,
    /// Authenticated requests.
    pub proxy: Proxy,
    /// Plain requests, for `fetch`.
    pub http: HttpClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ten random bytes for each new id.
    pub randomness: fn() -> [u8; 10],
}

/// Runs functions. Cheap to clone.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

struct Inner {
    dependencies: Dependencies,
    options: Arc<Options>,
    schemas: SchemaCache,
    activity: Activity,
    action_slots: Semaphore,
    /// Of jobs that were made by a newer version; told once.
    newer: Mutex<HashSet<JobKind>>,
    /// An environment is never renamed.
    environment_names: Mutex<HashMap<EnvironmentId, Arc<str>>>,
    shutdown: Shutdown,
}

impl Runner {
    /// Starts the writer of runs' logs on `shutdown`'s tracker.
    pub fn new(dependencies: Dependencies, options: Options, shutdown: Shutdown) -> Self {
        Self(Arc::new(Inner {
            activity: Activity::start(dependencies.store.clone(), &shutdown.tasks),
            action_slots: Semaphore::new(options.actions),
            options: Arc::new(options),
            schemas: SchemaCache::default(),
            newer: Mutex::default(),
            environment_names: Mutex::default(),
            dependencies,
            shutdown,
        }))
    }

    /// Returns when everything that runs have said is on disk.
    pub async fn flush(&self) {
        self.0.activity.flush().await;
    }

    /// Ends the processes that functions run in, if they run in processes of their own. What still runs there is lost.
    pub async fn stop_executor(&self) {
        self.0.dependencies.executor.stop().await;
    }

    /// Makes every due sync a job, as the scheduler does by itself at every tick. Returns how many.
    pub async fn enqueue_due(&self) -> Result<usize, syncline_store::Error> {
        crate::scheduler::enqueue_due(self).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.dependencies.store
    }

    /// Where functions run.
    pub fn executor(&self) -> &Executor {
        &self.0.dependencies.executor
    }

    pub(crate) fn connect(&self) -> &Connect {
        &self.0.dependencies.connect
    }

    pub(crate) fn proxy(&self) -> &Proxy {
        &self.0.dependencies.proxy
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.0.dependencies.http
    }

    /// How much it does at once, and what a run may use.
    pub fn options(&self) -> Arc<Options> {
        Arc::clone(&self.0.options)
    }

    pub(crate) fn traces(&self) -> &Traces {
        &self.0.options.traces
    }

    pub(crate) fn schemas(&self) -> &SchemaCache {
        &self.0.schemas
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.0.activity
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.dependencies.clock.now()
    }

    pub(crate) async fn environment_name(&self, id: EnvironmentId) -> Result<Arc<str>, syncline_store::Error> {
        if let Some(name) = self.0.environment_names.lock().expect("nothing panics while it is held").get(&id) {
            return Ok(Arc::clone(name));
        }
        let name: Arc<str> = self.store().environments().lookup(id).await?.map_or_else(|| "".into(), |row| row.name.as_str().into());
        self.0.environment_names.lock().expect("nothing panics while it is held").insert(id, Arc::clone(&name));
        Ok(name)
    }

    pub(crate) fn new_run_id(&self) -> RunId {
        RunId::new(self.now(), (self.0.dependencies.randomness)())
    }

    pub(crate) fn new_operation_id(&self) -> OperationId {
        OperationId::new(self.now(), (self.0.dependencies.randomness)())
    }

    /// Whether this is the first job of its kind here that was made by a newer version.
    pub(crate) fn is_first_newer(&self, kind: JobKind) -> bool {
        self.0.newer.lock().expect("nothing panics while it is held").insert(kind)
    }

    /// For spreading what should not happen at once.
    pub(crate) fn random(&self) -> u16 {
        let [first, second, ..] = (self.0.dependencies.randomness)();
        u16::from_be_bytes([first, second])
    }

    /// The connection a job is about, unless it was deleted since.
    pub(crate) async fn connection(&self, row: Option<ConnectionRowId>) -> Result<Option<ConnectionRow>, syncline_store::Error> {
        match row {
            Some(row) => self.store().connections().lookup_by_row_id(row).await,
            None => Ok(None),
        }
    }

    /// The same with its credentials, so that the run need not read it again.
    pub(crate) async fn opened_connection(&self, row: Option<ConnectionRowId>) -> Result<Option<ConnectionRow>, syncline_store::Error> {
        match row {
            Some(row) => self.store().connections().lookup_with_credentials(row).await,
            None => Ok(None),
        }
    }

    /// Runs an action that another run asked for. It takes no slot: its caller holds one, and waiting for a second could wait for ever.
    pub(crate) async fn run_nested(&self, call: ActionCall, caller: Option<Fence>, depth: u8) -> Result<RunOutcome, RunnerError> {
        self.call_action(call, caller, depth).await
    }

    /// Runs an action, or an event function for whose word somebody waits, to its end. A failure of the function is an `Ok` with the error inside.
    pub async fn run_action(&self, call: ActionCall) -> Result<RunOutcome, RunnerError> {
        let runner = self.clone();
        // On a task of its own: a caller that hangs up does not cut the action in half.
        let call = async move {
            let _slot = runner.slot().await?;
            runner.call_action(call, None, 0).await
        };
        let task = self.0.shutdown.tasks.spawn(call.in_current_span());
        task.await.map_err(|error| RunnerError::Internal(Box::new(error)))?
    }

    /// One of the slots that actions take; [`RunnerError::Busy`] where none becomes free in time.
    pub async fn slot(&self) -> Result<impl Send + use<'_>, RunnerError> {
        let wait = tokio::time::timeout(self.0.options.action_wait, self.0.action_slots.acquire());
        wait.await.map_err(|_| RunnerError::Busy)?.map_err(|_| RunnerError::Busy)
    }

    /// Compiles a component and asks it what it holds; stores nothing but the compiled code's cache.
    pub async fn inspect(&self, source: ComponentSource) -> Result<Deployment, RunnerError> {
        inspect::inspect(self.executor(), source.wasm).await
    }

    /// How this process stops.
    pub fn shutdown(&self) -> &Shutdown {
        &self.0.shutdown
    }

    async fn call_action(&self, call: ActionCall, caller: Option<Fence>, depth: u8) -> Result<RunOutcome, RunnerError> {
        let internal = |error: syncline_store::Error| RunnerError::Internal(Box::new(error));
        let gone = |what: &str| RunnerError::Refused { code: "not_found", message: format!("the {what} was deleted a moment ago") };
        let function = self.store().functions().lookup(call.function).await.map_err(internal)?.ok_or_else(|| gone("action"))?;
        // With its credentials, so that the run, for which somebody waits, need not read it again.
        let connection = self.store().connections().lookup_with_credentials(call.connection).await.map_err(internal)?;
        let connection = connection.ok_or_else(|| gone("connection"))?;
        let work = Work {
            function,
            connection,
            sync: None,
            fence: None,
            caller,
            trigger: call.trigger,
            attempt: 1,
            crashes: 0,
            input: call.input,
            depth,
        };
        self.answer(work, self.0.shutdown.hard.child_token()).await.map_err(internal)
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// A token that nothing cancels: for work that no shutdown needs to bring to a checkpoint.
pub(crate) fn never() -> CancellationToken {
    CancellationToken::new()
}
