//! Figures of one process: atomics that are there from the start, so that counting allocates nothing and waits for nobody.
//!
//! *Invariant:* a label is one of a closed set of this crate's: kinds, states, outcomes. No name, id or path that somebody outside chooses is
//! ever one, so that the number of series has a bound.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::{FunctionKind, JobKind, RunState};

/// Goes up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

/// Goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

/// Durations, counted by how long they were.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, and the last for what is above all.
    counts: [AtomicU64; Self::BOUNDS_MS.len() + 1],
    sum_us: AtomicU64,
}

/// A thing under way: counted in its gauge until it is dropped.
#[derive(Debug)]
pub struct UnderWay<'m>(&'m Gauge);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// So far.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Gauge {
    /// Counts until the value is dropped, also where a caller goes away in the middle.
    pub fn enter(&self) -> UnderWay<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Now.
    pub fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Histogram {
    /// From a read of the database to a sync that reads everything.
    pub const BOUNDS_MS: [u64; 14] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000, 120_000, 600_000];

    /// One more.
    pub fn record(&self, took: Duration) {
        let bucket = Self::BOUNDS_MS.iter().position(|bound| took <= Duration::from_millis(*bound)).unwrap_or(Self::BOUNDS_MS.len());
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many there were in each bucket, and all together in microseconds.
    pub fn read(&self) -> ([u64; Self::BOUNDS_MS.len() + 1], u64) {
        (std::array::from_fn(|at| self.counts[at].load(Ordering::Relaxed)), self.sum_us.load(Ordering::Relaxed))
    }
}

/// How a job's try ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobOutcome {
    /// Well.
    Completed,
    /// It goes on later.
    Snoozed,
    /// Badly; there is another try.
    Retried,
    /// Badly and for good: a dead letter.
    Discarded,
    /// The lease was another's by then.
    Lost,
}

/// How a request to a provider ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProxyOutcome {
    /// An answer below 400.
    Succeeded,
    /// 4xx
    ClientError,
    /// 5xx
    ServerError,
    /// It never left: no connection, no credential, an address that is not allowed.
    Refused,
    /// No answer came back.
    Failed,
}

impl ProxyOutcome {
    /// By the status of an answer.
    pub const fn of(status: u16) -> Self {
        match status {
            500.. => Self::ServerError,
            400..500 => Self::ClientError,
            _ => Self::Succeeded,
        }
    }
}

macro_rules! labels {
    ($($of:ident: $($variant:ident $text:literal),+;)+) => {$(
        impl $of {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As a label.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    )+};
}

labels! {
    JobOutcome: Completed "completed", Snoozed "snoozed", Retried "retried", Discarded "discarded", Lost "lost";
    ProxyOutcome: Succeeded "succeeded", ClientError "client_error", ServerError "server_error", Refused "refused", Failed "failed";
}

const JOB_KINDS: usize = JobKind::ALL.len();
const RUN_STATES: usize = 6;
const FUNCTION_KINDS: usize = 3;

/// Runs of one kind of function.
#[derive(Debug, Default)]
pub struct RunMetrics {
    ended: [Counter; RUN_STATES],
    /// From begin to end.
    pub duration: Histogram,
    /// What they computed.
    pub cpu_us: Counter,
    /// In a sandbox now.
    pub under_way: Gauge,
}

/// Everything that is counted in more than one room of the house.
#[derive(Debug, Default)]
pub struct Metrics {
    jobs: [[Counter; 5]; JOB_KINDS],
    /// From when a job was due to when it was claimed.
    pub job_lateness: Histogram,
    /// Jobs whose worker disappeared.
    pub jobs_rescued: Counter,
    runs: [RunMetrics; FUNCTION_KINDS],
    proxied: [Counter; 5],
    /// Requests to providers, with those that were tried again.
    pub proxy_attempts: Counter,
    /// Until the answer's head was there, with all tries.
    pub proxy_duration: Histogram,
    /// Credentials that were renewed.
    pub refreshes: Counter,
    /// Credentials that were not.
    pub refreshes_failed: Counter,
    /// Webhooks that were taken by their receivers.
    pub webhooks_delivered: Counter,
    /// Tries that were not.
    pub webhooks_failed: Counter,
    /// Requests of providers that were kept.
    pub webhooks_taken: Counter,
    /// Those that proved nothing.
    pub webhooks_refused: Counter,
    /// From handing a transaction in until it is on disk.
    pub database_write: Histogram,
    /// Transactions handed in and not on disk yet.
    pub database_writes_waiting: Gauge,
    /// Transactions that failed.
    pub database_writes_failed: Counter,
}

impl Metrics {
    /// Tries of jobs of this kind that ended so.
    pub fn job(&self, kind: JobKind, outcome: JobOutcome) -> &Counter {
        &self.jobs[kind as usize][outcome as usize]
    }

    /// Runs of functions of this kind.
    pub fn runs(&self, kind: FunctionKind) -> &RunMetrics {
        &self.runs[kind as usize]
    }

    /// Requests to providers that ended so.
    pub fn proxied(&self, outcome: ProxyOutcome) -> &Counter {
        &self.proxied[outcome as usize]
    }
}

impl RunMetrics {
    /// Those that ended so.
    pub fn ended(&self, state: RunState) -> &Counter {
        &self.ended[state as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        for ms in [0, 1, 2, 1_000, 1_001, 10_000_000] {
            histogram.record(Duration::from_millis(ms));
        }
        let (counts, sum_us) = histogram.read();
        assert_eq!((counts[0], counts[1], counts[8], counts[9], counts[14]), (2, 1, 1, 1, 1));
        assert_eq!((counts.iter().sum::<u64>(), sum_us), (6, 10_002_004_000));
    }

    #[test]
    fn what_is_under_way_is_counted_until_it_is_dropped() {
        let metrics = Metrics::default();
        let gauge = &metrics.runs(FunctionKind::Action).under_way;
        let one = gauge.enter();
        assert_eq!(gauge.value(), 1);
        drop(one);
        assert_eq!(gauge.value(), 0);
    }

    #[test]
    fn every_label_has_a_place_of_its_own() {
        let metrics = Metrics::default();
        for kind in JobKind::ALL {
            for outcome in JobOutcome::ALL {
                metrics.job(kind, *outcome).increment();
                assert_eq!(metrics.job(kind, *outcome).value(), 1, "{kind:?} {outcome:?}");
            }
        }
        for outcome in ProxyOutcome::ALL {
            metrics.proxied(*outcome).increment();
            assert_eq!(metrics.proxied(*outcome).value(), 1);
        }
        let states = [RunState::Running, RunState::Succeeded, RunState::Failed, RunState::Interrupted, RunState::Cancelled, RunState::Lost];
        for state in states {
            metrics.runs(FunctionKind::Event).ended(state).increment();
            assert_eq!(metrics.runs(FunctionKind::Event).ended(state).value(), 1);
        }
    }
}
