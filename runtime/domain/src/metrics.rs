//! Figures of one process: atomics that are there from the start, so that counting allocates nothing and waits for nobody.
//!
//! *Invariant:* a label is one of a closed set of this crate's: kinds, states, outcomes. No name, id or path that somebody outside chooses is
//! ever one, so that the number of series has a bound.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::figures::Tally;
use crate::{EnvironmentId, Figure, Figures, FunctionKind, JobKind, RecordChange, RunState};

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
    /// Runs that found their component compiled.
    pub components_cached: Counter,
    /// Runs for which it was compiled.
    pub components_compiled: Counter,
    /// How long they waited for that, with reading it from the database.
    pub component_compile: Histogram,
    proxied: [Counter; 5],
    /// Requests to providers, with those that were tried again.
    pub proxy_attempts: Counter,
    /// Until the answer's head was there, with all tries.
    pub proxy_duration: Histogram,
    records: [Counter; 3],
    /// Credentials that were renewed.
    pub refreshes: Counter,
    /// Credentials that were not.
    pub refreshes_failed: Counter,
    /// Webhooks that were taken by their receivers.
    pub webhooks_delivered: Counter,
    /// Tries that were not.
    pub webhooks_failed: Counter,
    /// Times at which an address failed so often that it is left alone for a while.
    pub webhook_breakers_opened: Counter,
    /// Addresses that were given up.
    pub webhook_addresses_disabled: Counter,
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
    /// The same by environment, where the overview shows it. Only the operator makes environments.
    environments: RwLock<HashMap<EnvironmentId, Arc<Tally>>>,
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

    /// Records to which runs did this.
    pub fn records(&self, change: RecordChange) -> &Counter {
        &self.records[change as usize]
    }

    /// A run ended.
    pub fn run_ended(&self, environment: EnvironmentId, kind: FunctionKind, state: RunState, took: Duration, cpu_time: Duration) {
        let metrics = self.runs(kind);
        metrics.ended(state).increment();
        metrics.duration.record(took);
        metrics.cpu_us.add(u64::try_from(cpu_time.as_micros()).unwrap_or(u64::MAX));
        if let Some(figure) = Figure::of_run(state) {
            self.tally(environment, |tally| tally.add(figure, 1));
        }
    }

    /// A request to a provider ended after so many tries. `took`: until the answer began, where one could.
    pub fn call_ended(&self, environment: EnvironmentId, outcome: ProxyOutcome, attempts: u32, took: Option<Duration>) {
        self.proxied(outcome).increment();
        self.proxy_attempts.add(attempts.into());
        if let Some(took) = took {
            self.proxy_duration.record(took);
        }
        self.tally(environment, |tally| {
            tally.add(Figure::of_call(outcome), 1);
            if let Some(took) = took {
                tally.took(took);
            }
        });
    }

    /// A run changed records.
    pub fn records_changed(&self, environment: EnvironmentId, changes: &[(RecordChange, u64)]) {
        for (change, count) in changes.iter().filter(|(_, count)| *count > 0) {
            self.records(*change).add(*count);
            self.tally(environment, |tally| tally.add(Figure::of_records(*change), *count));
        }
    }

    /// The product's server was told something, or did not listen.
    pub fn delivery_attempted(&self, environment: EnvironmentId, is_delivered: bool) {
        let (counter, figure) = if is_delivered {
            (&self.webhooks_delivered, Figure::WebhooksDelivered)
        } else {
            (&self.webhooks_failed, Figure::WebhooksFailed)
        };
        counter.increment();
        self.tally(environment, |tally| tally.add(figure, 1));
    }

    /// A provider sent a webhook, which was kept or proved nothing.
    pub fn webhook_received(&self, environment: EnvironmentId, is_taken: bool) {
        let (counter, figure) =
            if is_taken { (&self.webhooks_taken, Figure::WebhooksTaken) } else { (&self.webhooks_refused, Figure::WebhooksRefused) };
        counter.increment();
        self.tally(environment, |tally| tally.add(figure, 1));
    }

    /// What each environment has had since this process began.
    pub fn figures(&self) -> Vec<(EnvironmentId, Figures)> {
        let environments = self.environments.read().unwrap_or_else(PoisonError::into_inner);
        environments.iter().map(|(environment, tally)| (*environment, tally.read())).collect()
    }

    /// Without a lock that anybody waits for: only an environment's first event writes.
    fn tally(&self, environment: EnvironmentId, count: impl FnOnce(&Tally)) {
        if let Some(tally) = self.environments.read().unwrap_or_else(PoisonError::into_inner).get(&environment) {
            return count(tally);
        }
        count(self.environments.write().unwrap_or_else(PoisonError::into_inner).entry(environment).or_default());
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
        for change in RecordChange::ALL {
            metrics.records(*change).increment();
            assert_eq!(metrics.records(*change).value(), 1);
        }
        let states = [RunState::Running, RunState::Succeeded, RunState::Failed, RunState::Interrupted, RunState::Cancelled, RunState::Lost];
        for state in states {
            metrics.runs(FunctionKind::Event).ended(state).increment();
            assert_eq!(metrics.runs(FunctionKind::Event).ended(state).value(), 1);
        }
    }

    #[test]
    fn an_environment_has_what_happened_in_it_and_the_process_has_all() {
        let (metrics, one, other) = (Metrics::default(), EnvironmentId(1), EnvironmentId(2));
        let took = Duration::from_millis(3);
        metrics.run_ended(one, FunctionKind::Sync, RunState::Failed, took, took);
        metrics.call_ended(one, ProxyOutcome::Succeeded, 2, Some(took));
        metrics.call_ended(other, ProxyOutcome::Refused, 0, None);
        metrics.records_changed(one, &[(RecordChange::Added, 7), (RecordChange::Deleted, 0)]);
        metrics.delivery_attempted(other, false);
        metrics.webhook_received(other, true);
        let mut figures = metrics.figures();
        figures.sort_by_key(|(environment, _)| environment.0);
        let [(_, one), (_, other)] = figures[..] else { panic!("{figures:?}") };
        let counted = |figures: &Figures| {
            let some = Figure::ALL.iter().filter(|figure| figures.get(**figure) > 0);
            some.map(|figure| (figure.as_str(), figures.get(*figure))).collect::<Vec<_>>()
        };
        assert_eq!(counted(&one), [("runs_failed", 1), ("calls_succeeded", 1), ("records_added", 7)]);
        assert_eq!(counted(&other), [("calls_refused", 1), ("webhooks_failed", 1), ("webhooks_taken", 1)]);
        assert_eq!((one.durations()[1], other.durations().iter().sum::<u64>()), (1, 0));
        let process = (metrics.proxied(ProxyOutcome::Refused).value(), metrics.proxy_attempts.value(), metrics.webhooks_failed.value());
        assert_eq!((process, metrics.records(RecordChange::Added).value()), ((1, 2, 1), 7));
    }
}
