//! One run, as the worker sees it: its host calls are answered here, on the task that waits for it.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use syncline_engine::{Call, Completion, Limits, MAX_IN_FLIGHT, RunFailure, Usage, is_readable};
use syncline_host_api::Host;
use syncline_host_api::host::Level;
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep_until, timeout};

use super::process::{InChild, Process, RunGuard};
use super::serve::{Walks, serve};
use crate::wire::{FromRun, Start, ToChild, encode};

/// Beside those that a guest has started, the one that it blocks in; and some room, because it is the order of magnitude that matters.
const MAX_CALLS: usize = MAX_IN_FLIGHT + 14;
/// How long the caller of a run that it cancelled waits to hear what the run took.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why the waiting is over.
enum End {
    Ended(Result<String, RunFailure>, Usage),
    Cancelled,
    HostPanic,
    /// The process is gone, or must go.
    Lost,
}

impl InChild {
    pub(crate) async fn call(&self, call: Call) -> Completion {
        let process = self.user.process();
        let nothing = |failure| Completion { outcome: Err(failure), usage: Usage::default() };
        let cancel = call.cancel.clone();
        let slot = tokio::select! {
            biased;
            () = cancel.cancelled() => return nothing(RunFailure::Cancelled { function: call.function }),
            slot = process.slots.acquire() => slot.expect("the slots are never closed"),
        };
        let (guard, said) = process.begin();
        let Call { function, host, limits, cancel: _ } = call;
        let start = Start {
            run: guard.number,
            component: *self.digest.as_bytes(),
            function: function.clone(),
            limits: limits.clone(),
            info: host.info(),
            input: host.input(),
            details: host.details(),
        };
        process.send(encode(&ToChild::Start(Box::new(start))));
        let mut run = Run { process, guard, said, host, limits, spent: Spent::default() };
        let end = tokio::select! {
            biased;
            () = cancel.cancelled() => End::Cancelled,
            end = run.attend() => end,
        };
        let completion = run.complete(end, function).await;
        drop(slot);
        completion
    }
}

struct Run<'p> {
    process: &'p Arc<Process>,
    guard: RunGuard,
    said: Receiver<FromRun>,
    host: Arc<dyn Host>,
    limits: Limits,
    spent: Spent,
}

/// What the child counts as well, counted where it cannot lie.
#[derive(Default)]
struct Spent {
    host_calls: u64,
    log_lines: u64,
    log_bytes: usize,
}

impl Run<'_> {
    async fn attend(&mut self) -> End {
        let deadline = tokio::time::Instant::now() + self.limits.wall_time + self.process.options.patience;
        let walks = Arc::new(Walks::default());
        let mut calls = FuturesUnordered::new();
        loop {
            tokio::select! {
                said = self.said.recv() => match said {
                    None => return End::Lost,
                    Some(FromRun::Ask(number, ask)) => {
                        self.spent.host_calls += 1;
                        if self.spent.host_calls > self.limits.host_calls || calls.len() >= MAX_CALLS {
                            return self.condemn("more host calls than a run may make");
                        }
                        let served = serve(Arc::clone(&self.host), Arc::clone(&walks), self.guard.number, number, ask);
                        calls.push(AssertUnwindSafe(served).catch_unwind());
                    }
                    Some(FromRun::Log(level, message, fields)) => {
                        if let Some(end) = self.log(level, message, fields) {
                            return end;
                        }
                    }
                    Some(FromRun::DropWalk(number)) => walks.remove(number),
                    Some(FromRun::Ended(outcome, usage)) => return self.check(outcome, usage),
                    Some(FromRun::Unfit(message)) => {
                        let function = String::new();
                        return End::Ended(Err(RunFailure::Internal { function, message }), Usage::default());
                    }
                    Some(FromRun::Described(_)) => return self.condemn("an answer to what nobody asked"),
                },
                Some(served) = calls.next() => match served {
                    Ok(Ok(answer)) => self.process.send(answer),
                    Ok(Err(problem)) => return self.condemn(problem),
                    Err(_panic) => return End::HostPanic,
                },
                () = sleep_until(deadline) => return self.condemn("a run whose time is over goes on"),
            }
        }
    }

    /// What ends the run, if something does.
    fn log(&mut self, level: Level, message: String, fields: Option<String>) -> Option<End> {
        self.spent.log_lines += 1;
        self.spent.log_bytes += message.len() + fields.as_ref().map_or(0, String::len);
        // The line that says that the budget is used up is one more.
        let room = 1_000;
        if self.spent.log_lines > self.limits.log_lines + 1 || self.spent.log_bytes > self.limits.log_bytes + room {
            return Some(self.condemn("more log than a run may write"));
        }
        if !is_readable(&message) {
            return Some(self.condemn("a log line that was not made harmless"));
        }
        // Whether the fields are what they should be is looked at by whoever keeps them.
        std::panic::catch_unwind(AssertUnwindSafe(|| self.host.log(level, message, fields))).err().map(|_| End::HostPanic)
    }

    /// What an honest child has held to its limits and made harmless.
    fn check(&mut self, outcome: Result<String, RunFailure>, usage: Usage) -> End {
        let limit = self.limits.result_bytes;
        let fits = match &outcome {
            Ok(result) => result.len() <= limit,
            Err(RunFailure::Guest(failure)) => {
                is_readable(&failure.code)
                    && failure.message.len() <= 1 << 20
                    && failure.details.as_ref().is_none_or(|details| details.len() <= limit)
            }
            Err(failure) => failure.frames().len() <= 20 && failure.to_string().len() <= 1 << 20,
        };
        if !fits {
            return self.condemn("a result beyond its limits");
        }
        self.guard.ended = true;
        End::Ended(outcome, usage)
    }

    fn condemn(&self, why: &str) -> End {
        self.process.condemn(why);
        End::Lost
    }

    async fn complete(mut self, end: End, function: String) -> Completion {
        let failure = match end {
            End::Ended(outcome, usage) => return Completion { outcome: outcome.map_err(|failure| named(failure, function)), usage },
            End::Lost => return Completion { outcome: Err(RunFailure::ProcessLost { function }), usage: Usage::default() },
            End::Cancelled => RunFailure::Cancelled { function },
            End::HostPanic => RunFailure::HostPanic { function },
        };
        self.process.send(encode(&ToChild::Cancel(self.guard.number)));
        let usage = timeout(FAREWELL, async {
            loop {
                match self.said.recv().await {
                    Some(FromRun::Ended(_, usage)) => return usage,
                    Some(_) => {}
                    None => pending().await,
                }
            }
        });
        let usage = usage.await.inspect(|_| self.guard.ended = true).unwrap_or_default();
        Completion { outcome: Err(failure), usage }
    }
}

/// A component that does not load does not know the function's name.
fn named(failure: RunFailure, function: String) -> RunFailure {
    match failure {
        RunFailure::Internal { message, .. } => RunFailure::Internal { function, message },
        other => other,
    }
}
