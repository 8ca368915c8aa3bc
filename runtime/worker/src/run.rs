//! One run: from a function and a connection to an outcome on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use syncline_domain::{Counts, EnvironmentId, FunctionKind, RunError, RunId, RunOutcome, RunState, Timestamp, Trigger};
use syncline_engine::{Call, Completion, RunFailure, Usage};
use syncline_host_api::host::Host;
use syncline_store::{ConnectionRow, Fence, FinishRun, FunctionRow, JobDecision, NewRun, RunUsage, SyncRow};
use syncline_wall::{PrepareError, Prepared};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::Runner;
use crate::host::{Checkpoints, FunctionHost, Setup};
use crate::job::JobError;
use crate::runner::never;
use crate::sync_told::SyncTold;
use crate::trace;

/// One event takes less than all that a sync may read: wire contract 2.7.
const WEBHOOK_WALL_TIME: Duration = Duration::from_hours(1);

/// What is to be run.
pub(crate) struct Work {
    pub(crate) function: FunctionRow,
    pub(crate) connection: ConnectionRow,
    pub(crate) sync: Option<SyncRow>,
    /// The lease under which it writes; an action in line has none.
    pub(crate) fence: Option<Fence>,
    /// That of the run that called this one.
    pub(crate) caller: Option<Fence>,
    pub(crate) trigger: Trigger,
    pub(crate) attempt: u32,
    /// How many workers its job has outlived.
    pub(crate) crashes: u32,
    /// JSON text.
    pub(crate) input: String,
    /// How many actions called one another to get here.
    pub(crate) depth: u8,
}

impl Work {
    /// What its writes show: its own lease, or that of the run that called it. What a run that was lost has begun counts as little as itself.
    pub(crate) fn lease(&self) -> Option<Fence> {
        self.fence.or(self.caller)
    }
}

/// What came of it.
pub(crate) struct Ended {
    pub(crate) state: RunState,
    pub(crate) result: Result<String, RunError>,
    pub(crate) counts: Counts,
    usage: Usage,
    /// Of a sync that asked for it.
    pub(crate) checkpoints: Option<Checkpoints>,
}

impl Runner {
    /// Runs a job's work and writes its end, the job's end and what a sync remembers in one transaction.
    pub(crate) async fn perform(&self, work: Work, soft: CancellationToken, cancel: CancellationToken) -> Result<(), JobError> {
        // A function that failed is not tried at once: its schedule comes again, and its author reads the log.
        Ok(self.perform_or_retry(work, None, soft, cancel).await?)
    }

    /// The same; a function that failed is tried again `again` later, if at all.
    pub(crate) async fn perform_or_retry(
        &self,
        work: Work,
        again: Option<Duration>,
        soft: CancellationToken,
        cancel: CancellationToken,
    ) -> Result<(), syncline_store::Error> {
        let run = self.new_run_id();
        let begin = self.begin(&work, run);
        let told = SyncTold::of(&work, begin.now);
        self.store().runs().insert(begin).await?;
        let fence = work.fence;
        let (environment, kind, begun) = (work.connection.environment, work.function.definition.kind, Instant::now());
        let ended = self.execute(work, run, soft, cancel.clone()).await;
        self.count(environment, kind, &ended, begun);
        // The log first: whoever sees the end of a run finds all that it said.
        self.flush().await;
        let now = self.now();
        if let (RunState::Lost, Some(fence)) = (ended.state, fence) {
            // As if this worker had disappeared: the rescuer, who counts such ends apart from failures, marks the run and gives the job back.
            self.store().jobs().heartbeat(&fence, now).await?;
            return Err(syncline_store::Error::Fenced);
        }
        let job = fence.map(|fence| {
            let end = match (ended.state, again) {
                (RunState::Interrupted, _) => JobDecision::SnoozeUntil(now),
                (RunState::Failed, Some(pause)) if is_passing(&ended.result) => JobDecision::RetryAt(now.plus(pause)),
                _ => JobDecision::Complete,
            };
            (fence, end)
        });
        let webhooks = match told {
            Some(told) => told.webhooks(self, &ended, now).await?,
            None => Vec::new(),
        };
        self.store().runs().finish_and_tell(finish(run, ended, job, now), webhooks).await?;
        Ok(())
    }

    /// Runs an action for a caller that waits, and writes its log behind the caller's back.
    pub(crate) async fn answer(&self, work: Work, cancel: CancellationToken) -> Result<RunOutcome, syncline_store::Error> {
        let run = self.new_run_id();
        self.activity().begin(self.begin(&work, run));
        let (environment, kind, begun) = (work.connection.environment, work.function.definition.kind, Instant::now());
        let unended = Unended { runner: self, run, is_over: false };
        let ended = self.execute(work, run, never(), cancel).await;
        unended.over();
        self.count(environment, kind, &ended, begun);
        let result = ended.result.clone();
        self.activity().end(finish(run, ended, None, self.now()));
        Ok(RunOutcome { run, result })
    }

    fn count(&self, environment: EnvironmentId, kind: FunctionKind, ended: &Ended, begun: Instant) {
        self.store().metrics().run_ended(environment, kind, ended.state, begun.elapsed(), ended.usage.cpu_time);
    }

    fn begin(&self, work: &Work, run: RunId) -> NewRun {
        NewRun {
            id: run,
            environment: work.connection.environment,
            function: work.function.id,
            function_name: work.function.definition.name.clone(),
            kind: work.function.definition.kind,
            connection: Some(work.connection.id),
            connection_name: Some(work.connection.name.clone()),
            integration_key: work.function.integration_key.clone(),
            sync: work.sync.as_ref().map(|sync| sync.id),
            variant: work.sync.as_ref().map(|sync| sync.variant.clone()),
            trigger: work.trigger,
            attempt: work.attempt,
            job: work.fence,
            input: (work.function.definition.kind == FunctionKind::Action).then(|| work.input.clone()),
            now: self.now(),
        }
    }

    async fn execute(&self, work: Work, run: RunId, soft: CancellationToken, cancel: CancellationToken) -> Ended {
        let (name, connection) = (&work.function.definition.name, &work.connection.name);
        let span = tracing::info_span!("worker.run", run.id = %run, function.name = %name, connection.id = %connection);
        // Inside of the log's: what goes on in another task takes the innermost along.
        let trace = trace::run(&work, run);
        // Boxed: a job's future holds it several times over.
        let ended = Box::pin(self.execute_in(work, run, soft, cancel)).instrument(trace.clone()).instrument(span).await;
        trace::run_ended(&trace, &ended);
        ended
    }

    async fn execute_in(&self, work: Work, run: RunId, soft: CancellationToken, cancel: CancellationToken) -> Ended {
        let function = work.function.definition.name.to_string();
        let kind = work.function.definition.kind;
        let mut limits = self.options().budgets.of(&work.function.definition);
        if work.trigger == Trigger::Webhook {
            limits.wall_time = limits.wall_time.min(WEBHOOK_WALL_TIME);
        }
        let refused = |error: RunError| Ended {
            state: RunState::Failed,
            result: Err(error),
            counts: Counts::new(),
            usage: Usage::default(),
            checkpoints: None,
        };
        let schemas = match self.schemas().of(&work.function) {
            Ok(schemas) => schemas,
            Err(problem) => return refused(failed("invalid_schema", problem)),
        };
        if kind == FunctionKind::Action
            && let Err(problem) = schemas.check_input(&work.input)
        {
            return refused(failed("invalid_action_input", format!("the input of `{function}` does not match its schema: {problem}")));
        }
        let component = match self.prepare(&work.function, &work.connection).await {
            Ok(component) => component,
            Err((error, state)) => return Ended { state, ..refused(error) },
        };
        let stop = cancel.child_token();
        let setup = Setup { runner: self.clone(), run, is_kept: true, work, schemas: Arc::clone(&schemas), soft, stop: stop.clone() };
        let host = match FunctionHost::new(setup).await {
            Ok(host) => Arc::new(host),
            Err(error) => return refused(failed(&error.code, error.message)),
        };
        let call = Call { function: function.clone(), host: Arc::clone(&host) as Arc<dyn Host>, limits, cancel: stop };
        let under_way = self.store().metrics().runs(kind).under_way.enter();
        let Completion { outcome, usage } = self.executor().call(&component, call).await;
        drop(under_way);
        host.close().await;
        let state = match &outcome {
            Ok(_) => RunState::Succeeded,
            // Either the run stopped at a checkpoint, or the time for that is over: its job goes on elsewhere.
            Err(RunFailure::Cancelled { .. }) if host.interrupted() || cancel.is_cancelled() => RunState::Interrupted,
            Err(RunFailure::Cancelled { .. }) => RunState::Cancelled,
            Err(RunFailure::ProcessLost { .. }) => RunState::Lost,
            Err(_) => RunState::Failed,
        };
        let mut result = outcome.map_err(run_error);
        let mut state = state;
        if let (Ok(output), FunctionKind::Action) = (&result, kind)
            && let Err(problem) = schemas.check_output(output)
        {
            state = RunState::Failed;
            result = Err(failed("invalid_action_output", format!("the output of `{function}` does not match its schema: {problem}")));
        }
        if let Err(error) = &result {
            host.say_failed(error);
        }
        Ended { state, result, counts: host.counts(), usage, checkpoints: host.checkpoints() }
    }

    /// A function's component, ready to run on a connection; or why there is none, and how a run of it ends.
    pub(crate) async fn prepare(&self, function: &FunctionRow, connection: &ConnectionRow) -> Result<Prepared, (RunError, RunState)> {
        let (name, stored, store) = (&function.definition.name, function.digest, self.store().clone());
        let tenant = self.options().tenants.of(connection);
        let (was_compiled, begun) = (Arc::new(AtomicBool::new(true)), Instant::now());
        let missed = Arc::clone(&was_compiled);
        let prepare = self.executor().prepare(&tenant, syncline_engine::Digest::from(stored.0), || async move {
            missed.store(false, Ordering::Relaxed);
            store
                .components()
                .wasm(stored)
                .await
                .inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "a component could not be read"))
                .ok()
                .flatten()
        });
        let prepared = prepare.await;
        let metrics = self.store().metrics();
        if was_compiled.load(Ordering::Relaxed) {
            metrics.components_cached.increment();
        } else {
            metrics.components_compiled.increment();
            metrics.component_compile.record(begun.elapsed());
        }
        prepared.map_err(|error| match error {
            PrepareError::Start(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, function.name = %name, "a function has no process to run in");
                let message = format!("no process for `{name}` could be started; the server's log says why");
                (failed("function_process_lost", message), RunState::Lost)
            }
            PrepareError::Load(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, function.name = %name, "the component could not be loaded");
                (
                    failed("function_internal_error", format!("the component of `{name}` could not be loaded; deploy it again")),
                    RunState::Failed,
                )
            }
        })
    }
}

/// For a run that has no error of its own.
pub(crate) fn failed(code: &str, message: String) -> RunError {
    RunError { code: code.to_owned(), message, status: None, details: None, frames: Vec::new() }
}

/// A run whose caller may stop waiting: an action that another run called, and that is dropped with it, has no end of its own.
struct Unended<'r> {
    runner: &'r Runner,
    run: RunId,
    is_over: bool,
}

impl Unended<'_> {
    fn over(mut self) {
        self.is_over = true;
    }
}

impl Drop for Unended<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let (id, counts, usage, now) = (self.run, Counts::new(), RunUsage::default(), self.runner.now());
        self.runner.activity().end(FinishRun { id, state: RunState::Lost, output: None, error: None, counts, usage, job: None, now });
    }
}

/// Whether another try may end otherwise: an input that does not match its schema never will.
fn is_passing(result: &Result<String, RunError>) -> bool {
    result.as_ref().is_err_and(|error| error.code != "invalid_action_input")
}

fn finish(run: RunId, ended: Ended, job: Option<(Fence, JobDecision)>, now: Timestamp) -> FinishRun {
    let (output, error) = match ended.result {
        Ok(output) => (Some(output), None),
        // An interrupted run has not failed.
        Err(_) if ended.state == RunState::Interrupted => (None, None),
        Err(error) => (None, Some(error)),
    };
    let usage = RunUsage {
        cpu_time: Some(ended.usage.cpu_time),
        peak_memory_bytes: Some(ended.usage.peak_memory_bytes as u64),
        host_calls: Some(ended.usage.host_calls),
    };
    FinishRun { id: run, state: ended.state, output, error, counts: ended.counts, usage, job, now }
}

/// A failed call, in the words of a run.
pub fn run_error(failure: RunFailure) -> RunError {
    let frames = failure.frames();
    match failure {
        RunFailure::Guest(failure) => RunError {
            code: failure.code,
            message: failure.message,
            status: failure.status,
            details: failure.details.and_then(|text| syncline_domain::normalise(&text).ok()),
            frames,
        },
        other => RunError { code: other.code().to_owned(), message: other.to_string(), status: None, details: None, frames },
    }
}
