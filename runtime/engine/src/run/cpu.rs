//! CPU time of a run.
//!
//! Not counted in epoch ticks: a guest that waited for the network comes back to an epoch long past, and would be charged a tick for
//! every answer. Instead the thread's own CPU clock is read around each poll, and by the epoch callback in between.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Only ever touched by the thread that polls the run at that moment, so no ordering is needed beyond the executor's own.
#[derive(Debug, Default)]
pub(super) struct CpuMeter {
    /// Nanoseconds of finished polls.
    spent: AtomicU64,
    /// The thread's clock when the current poll began.
    poll_began: AtomicU64,
}

impl CpuMeter {
    /// Of finished polls.
    pub(super) fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent.load(Ordering::Relaxed))
    }

    /// Including the poll that this is called from.
    pub(super) fn spent_so_far(&self) -> Duration {
        let current = thread_nanos().saturating_sub(self.poll_began.load(Ordering::Relaxed));
        self.spent() + Duration::from_nanos(current)
    }

    /// Charges the future's polls to this meter.
    pub(super) fn measure<F: Future + Unpin>(self: &Arc<Self>, future: F) -> Measured<F> {
        Measured { meter: Arc::clone(self), future }
    }
}

pub(super) struct Measured<F> {
    meter: Arc<CpuMeter>,
    future: F,
}

impl<F: Future + Unpin> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let began = thread_nanos();
        self.meter.poll_began.store(began, Ordering::Relaxed);
        let outcome = Pin::new(&mut self.future).poll(context);
        self.meter.spent.fetch_add(thread_nanos().saturating_sub(began), Ordering::Relaxed);
        outcome
    }
}

fn thread_nanos() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("every system that we run on has this clock");
    Duration::from(time).as_nanos() as u64
}
