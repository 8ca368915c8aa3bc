//! From a call to its completion.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use syncline_host_api::Host;
use syncline_host_api::bindings::{Function, FunctionPre};
use syncline_host_api::host::Failure;
use tokio_util::sync::CancellationToken;
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::cpu::CpuMeter;
use super::{RunFailure, State, Stop, stack, trap};
use crate::config::{MAX_MEMORY_BYTES, MAX_TABLE_ELEMENTS};
use crate::text::readable;

/// The most that one call may pass through the component boundary: bounds what a guest can make the host allocate.
const MAX_HOST_CALL_BYTES: usize = 64 << 20;

/// One function call.
pub struct Call {
    /// The function's name, as its manifest has it.
    pub function: String,
    /// What it may touch.
    pub host: Arc<dyn Host>,
    /// What it may use.
    pub limits: Limits,
    /// Cancelling it drops the run where it stands.
    pub cancel: CancellationToken,
}

/// What a run may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Linear memory over all its memories; at most 256 MiB.
    pub memory_bytes: usize,
    /// Elements over all its tables.
    pub table_elements: usize,
    /// CPU time, that of the host functions on its behalf included.
    pub cpu_time: Duration,
    /// From start to end.
    pub wall_time: Duration,
    /// Calls of host functions, `log` not counted.
    pub host_calls: u64,
    /// Of all log lines together.
    pub log_bytes: usize,
    /// Lines of log.
    pub log_lines: u64,
    /// Of the result's JSON text.
    pub result_bytes: usize,
}

impl Default for Limits {
    /// For a sync that walks some hundred thousand records. 2 MiB of result is what Nango allows an action.
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            table_elements: MAX_TABLE_ELEMENTS,
            cpu_time: Duration::from_mins(1),
            wall_time: Duration::from_mins(15),
            host_calls: 100_000,
            log_bytes: 10 << 20,
            log_lines: 10_000,
            result_bytes: 2 << 20,
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub struct Completion {
    /// The result as JSON text.
    pub outcome: Result<String, RunFailure>,
    /// What it took.
    pub usage: Usage,
}

/// What a run took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time on the run's own task.
    pub cpu_time: Duration,
    /// From start to end.
    pub wall_time: Duration,
    /// Linear memory at its largest.
    pub peak_memory_bytes: usize,
    /// Calls of host functions.
    pub host_calls: u64,
}

/// Why the guest's own future ended without a value.
enum End {
    Error(wasmtime::Error),
    Timeout,
    Cancelled,
    Panicked,
}

/// Calls one function of a fresh instance.
pub(crate) async fn run(engine: &wasmtime::Engine, pre: &FunctionPre<State>, call: Call) -> Completion {
    let Call { function, host, limits, cancel } = call;
    let name = function.clone();
    let mut run = Run::new(engine, host, limits);
    let ended =
        run.drive(pre, &cancel, async move |guest, store| guest.func_call().call_async(store, (name,)).await.map(|(result,)| result)).await;
    let outcome = match ended {
        Ok(Ok(output)) if output.len() > run.limits.result_bytes => {
            Err(RunFailure::ResultTooLarge { function, size_bytes: output.len(), limit_bytes: run.limits.result_bytes })
        }
        Ok(Ok(output)) => Ok(output),
        Ok(Err(failure)) => Err(run.own(failure, function)),
        Err(end) => Err(run.explain(end, function)),
    };
    Completion { outcome, usage: run.usage() }
}

/// Asks a fresh instance for its manifest.
pub(crate) async fn describe(
    engine: &wasmtime::Engine,
    pre: &FunctionPre<State>,
    host: Arc<dyn Host>,
    limits: Limits,
) -> Result<String, RunFailure> {
    let mut run = Run::new(engine, host, limits);
    let ended = run.drive(pre, &CancellationToken::new(), async |guest, store| guest.call_describe(store).await).await;
    let manifest = ended.map_err(|end| run.explain(end, "describe".to_owned()))?;
    if manifest.len() > run.limits.result_bytes {
        let (size_bytes, limit_bytes) = (manifest.len(), run.limits.result_bytes);
        return Err(RunFailure::ResultTooLarge { function: "describe".to_owned(), size_bytes, limit_bytes });
    }
    Ok(manifest)
}

struct Run {
    store: Store<State>,
    limits: Limits,
    meter: Arc<CpuMeter>,
    began: Instant,
}

impl Run {
    fn new(engine: &wasmtime::Engine, host: Arc<dyn Host>, mut limits: Limits) -> Self {
        limits.memory_bytes = limits.memory_bytes.min(MAX_MEMORY_BYTES);
        let began = Instant::now();
        let meter = Arc::new(CpuMeter::default());
        let mut store = Store::new(engine, State::new(host, &limits, Arc::clone(&meter)));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(MAX_HOST_CALL_BYTES);
        store.set_epoch_deadline(1);
        let (watched, budget) = (Arc::clone(&meter), limits.cpu_time);
        store.epoch_deadline_callback(move |_| {
            if watched.spent_so_far() > budget {
                return Err(Stop::CpuTime.into());
            }
            Ok(UpdateDeadline::Yield(1))
        });
        Self { store, limits, meter, began }
    }

    /// Instantiates and calls, within the limits. Boxed, because a future that lives on a worker's stack would be large.
    async fn drive<T: Send>(
        &mut self,
        pre: &FunctionPre<State>,
        cancel: &CancellationToken,
        call: impl AsyncFnOnce(&Function, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, End> {
        let store = &mut self.store;
        let guest = Box::pin(async move {
            let guest = pre.instantiate_async(&mut *store).await?;
            call(&guest, store).await
        });
        // A panicking host function unwinds through the guest to here. The store is dropped soon after, so nothing that the panic
        // left half-done is seen again.
        let guest = AssertUnwindSafe(self.meter.measure(guest)).catch_unwind();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(End::Cancelled),
            ended = tokio::time::timeout(self.limits.wall_time, guest) => match ended {
                Err(_) => Err(End::Timeout),
                Ok(Err(_panic)) => Err(End::Panicked),
                Ok(Ok(Err(error))) => Err(End::Error(error)),
                Ok(Ok(Ok(value))) => Ok(value),
            },
        }
    }

    fn usage(&self) -> Usage {
        let state = self.store.data();
        Usage {
            cpu_time: self.meter.spent(),
            wall_time: self.began.elapsed(),
            peak_memory_bytes: state.limiter.peak_memory_bytes(),
            host_calls: state.host_calls(),
        }
    }

    /// What the guest itself answered; where its runtime stopped it for a limit, the failure of that limit.
    fn own(&self, failure: Failure, function: String) -> RunFailure {
        let frames = || stack::of(&failure);
        match failure.code.as_str() {
            stack::CPU_TIME_EXCEEDED => RunFailure::CpuTimeExceeded { function, limit: self.limits.cpu_time, frames: frames() },
            stack::OUT_OF_MEMORY => RunFailure::OutOfMemory { function, limit_bytes: self.limits.memory_bytes, frames: frames() },
            _ => RunFailure::Guest(bounded(failure, self.limits.result_bytes)),
        }
    }

    fn explain(&self, end: End, function: String) -> RunFailure {
        let error = match end {
            End::Timeout => return RunFailure::Timeout { function, limit: self.limits.wall_time },
            End::Cancelled => return RunFailure::Cancelled { function },
            End::Panicked => return RunFailure::HostPanic { function },
            End::Error(error) => error,
        };
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::CpuTime => RunFailure::CpuTimeExceeded { function, limit: self.limits.cpu_time, frames: Vec::new() },
                Stop::Memory => RunFailure::OutOfMemory { function, limit_bytes: self.limits.memory_bytes, frames: Vec::new() },
                Stop::Tables => RunFailure::TableTooLarge { function, limit_elements: self.limits.table_elements },
                Stop::HostCalls => RunFailure::HostCallBudget { function, limit: self.limits.host_calls },
                Stop::HostPanic => RunFailure::HostPanic { function },
            };
        }
        let frames = trap::frames(&error);
        if let Some(exit) = error.downcast_ref::<I32Exit>() {
            return RunFailure::Trap { function, message: format!("exited with status {}", exit.0), frames };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => RunFailure::StackOverflow { function, frames },
            // An allocation that failed ends like a panic.
            Some(Trap::UnreachableCodeReached) if self.store.data().limiter.refused() => {
                RunFailure::OutOfMemory { function, limit_bytes: self.limits.memory_bytes, frames: Vec::new() }
            }
            // A panic ends in `unreachable`, in every language that we know.
            Some(Trap::UnreachableCodeReached) => {
                let message = self.store.data().log.last_panic();
                RunFailure::Trap { function, message: message.unwrap_or_else(|| "trapped: unreachable code reached".to_owned()), frames }
            }
            Some(trap) => RunFailure::Trap { function, message: format!("trapped: {trap}"), frames },
            // Without a frame of the guest it was not the guest's doing.
            None if frames.is_empty() => RunFailure::Internal { function, message: format!("{error:#}") },
            None => RunFailure::Trap { function, message: format!("trapped: {}", error.root_cause()), frames },
        }
    }
}

/// A failure is stored and shown, so it is held to the size of a result.
fn bounded(mut failure: Failure, limit_bytes: usize) -> Failure {
    failure.code = readable(&failure.code);
    failure.message = readable(&failure.message);
    if failure.details.as_ref().is_some_and(|details| details.len() > limit_bytes) {
        failure.details = None;
        failure.message.push_str(" (its details were too large and are left out)");
    }
    failure
}
