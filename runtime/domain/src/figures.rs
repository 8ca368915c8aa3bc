//! What is counted for each environment, besides for the process: the overview adds it up over minutes and nodes.
//!
//! *Invariant:* an environment's figures are counted by the methods that count for the process ([`crate::Metrics`]), so that `/metrics` and the
//! overview cannot tell different stories.

use std::time::Duration;

use crate::metrics::{Counter, Histogram};
use crate::{ProxyOutcome, RunState};

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident $text:literal),+ $(,)?) => {
        /// One thing that is counted.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Figure {
            $($(#[$doc])* $name),+
        }

        impl Figure {
            /// Every one, in the order of their columns.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of its column.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

figures! {
    /// Runs that ended well.
    RunsSucceeded "runs_succeeded",
    /// Runs that ended in an error.
    RunsFailed "runs_failed",
    /// Runs that stopped at a checkpoint, to go on elsewhere.
    RunsInterrupted "runs_interrupted",
    /// Runs that were taken back.
    RunsCancelled "runs_cancelled",
    /// Runs whose process disappeared.
    RunsLost "runs_lost",
    /// Requests to providers that were answered below 400.
    CallsSucceeded "calls_succeeded",
    /// 4xx
    CallsClientError "calls_client_error",
    /// 5xx
    CallsServerError "calls_server_error",
    /// Requests that never left.
    CallsRefused "calls_refused",
    /// Requests without an answer.
    CallsFailed "calls_failed",
    /// Records that were new.
    RecordsAdded "records_added",
    /// Records with other content.
    RecordsUpdated "records_updated",
    /// Records that were marked as deleted.
    RecordsDeleted "records_deleted",
    /// Webhooks that their receivers took.
    WebhooksDelivered "webhooks_delivered",
    /// Attempts that they did not.
    WebhooksFailed "webhooks_failed",
    /// Providers' webhooks that were kept.
    WebhooksTaken "webhooks_taken",
    /// Those that proved nothing.
    WebhooksRefused "webhooks_refused",
}

/// What a run did to a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordChange {
    /// It was new.
    Added,
    /// It had other content.
    Updated,
    /// It is gone.
    Deleted,
}

impl Figure {
    const COUNT: usize = Self::ALL.len();

    /// Of runs that ended so; nothing ends as `running`.
    pub const fn of_run(state: RunState) -> Option<Self> {
        Some(match state {
            RunState::Running => return None,
            RunState::Succeeded => Self::RunsSucceeded,
            RunState::Failed => Self::RunsFailed,
            RunState::Interrupted => Self::RunsInterrupted,
            RunState::Cancelled => Self::RunsCancelled,
            RunState::Lost => Self::RunsLost,
        })
    }

    /// Of requests to providers that ended so.
    pub const fn of_call(outcome: ProxyOutcome) -> Self {
        match outcome {
            ProxyOutcome::Succeeded => Self::CallsSucceeded,
            ProxyOutcome::ClientError => Self::CallsClientError,
            ProxyOutcome::ServerError => Self::CallsServerError,
            ProxyOutcome::Refused => Self::CallsRefused,
            ProxyOutcome::Failed => Self::CallsFailed,
        }
    }

    /// Of records to which this happened.
    pub const fn of_records(change: RecordChange) -> Self {
        match change {
            RecordChange::Added => Self::RecordsAdded,
            RecordChange::Updated => Self::RecordsUpdated,
            RecordChange::Deleted => Self::RecordsDeleted,
        }
    }
}

impl RecordChange {
    /// Every one.
    pub const ALL: &[Self] = &[Self::Added, Self::Updated, Self::Deleted];

    /// As a label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// An environment's figures as they grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: [Counter; Figure::COUNT],
    durations: Histogram,
}

impl Tally {
    pub(crate) fn add(&self, figure: Figure, more: u64) {
        self.counts[figure as usize].add(more);
    }

    /// Of a request to a provider.
    pub(crate) fn took(&self, took: Duration) {
        self.durations.record(took);
    }

    pub(crate) fn read(&self) -> Figures {
        Figures { counts: std::array::from_fn(|at| self.counts[at].value()), durations: self.durations.read().0 }
    }
}

/// Figures of some time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Figures {
    counts: [u64; Figure::COUNT],
    durations: [u64; Figures::DURATIONS],
}

impl Figures {
    /// Buckets of the durations of requests to providers: those of [`Histogram`].
    pub const DURATIONS: usize = Histogram::BOUNDS_MS.len() + 1;

    /// How many.
    pub const fn get(&self, figure: Figure) -> u64 {
        self.counts[figure as usize]
    }

    /// Several together.
    pub fn sum(&self, figures: &[Figure]) -> u64 {
        figures.iter().map(|figure| self.get(*figure)).sum()
    }

    /// Sets one.
    pub const fn set(&mut self, figure: Figure, count: u64) {
        self.counts[figure as usize] = count;
    }

    /// How many requests to providers took how long.
    pub const fn durations(&self) -> &[u64; Self::DURATIONS] {
        &self.durations
    }

    /// Sets how many are in each bucket.
    pub const fn set_durations(&mut self, durations: [u64; Self::DURATIONS]) {
        self.durations = durations;
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.with(other, u64::saturating_add)
    }

    /// What is more here than in an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        self.with(earlier, u64::saturating_sub)
    }

    fn with(&self, other: &Self, of: fn(u64, u64) -> u64) -> Self {
        Self {
            counts: std::array::from_fn(|at| of(self.counts[at], other.counts[at])),
            durations: std::array::from_fn(|at| of(self.durations[at], other.durations[at])),
        }
    }

    /// How long the fastest `share` of the requests took at most: within its bucket as if they were spread evenly there, as Prometheus has it.
    /// What is above the last bound is as long as that. Nothing where there was no request.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let total: u64 = self.durations.iter().sum();
        if total == 0 {
            return None;
        }
        let (rank, mut below) = (share * total as f64, 0.0);
        for (at, count) in self.durations.iter().enumerate() {
            let count = *count as f64;
            if count > 0.0 && below + count >= rank {
                let from = if at == 0 { 0 } else { Histogram::BOUNDS_MS[at - 1] };
                let Some(to) = Histogram::BOUNDS_MS.get(at) else { return Some(Duration::from_millis(from)) };
                let ms = ((rank - below) / count).mul_add((to - from) as f64, from as f64);
                return Some(Duration::from_secs_f64(ms / 1e3));
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_in_the_bucket_that_holds_it() {
        let mut figures = Figures::default();
        assert_eq!(figures.quantile(0.5), None);
        let tally = Tally::default();
        for ms in [3, 3, 3, 3, 3, 3, 3, 3, 3, 800] {
            tally.took(Duration::from_millis(ms));
        }
        figures = tally.read();
        let ms = |share| figures.quantile(share).unwrap().as_millis();
        assert!((1..=5).contains(&ms(0.5)) && (500..=1_000).contains(&ms(0.95)), "{} {}", ms(0.5), ms(0.95));
        tally.took(Duration::from_hours(1));
        assert_eq!(tally.read().quantile(1.0), Some(Duration::from_mins(10)), "there is no bound above");
    }

    #[test]
    fn figures_are_told_apart_and_added() {
        let tally = Tally::default();
        for (at, figure) in Figure::ALL.iter().enumerate() {
            tally.add(*figure, at as u64 + 1);
        }
        let earlier = tally.read();
        for (at, figure) in Figure::ALL.iter().enumerate() {
            assert_eq!(earlier.get(*figure), at as u64 + 1, "{}", figure.as_str());
        }
        tally.add(Figure::RunsLost, 5);
        tally.took(Duration::ZERO);
        let more = tally.read().since(&earlier);
        assert_eq!((more.get(Figure::RunsLost), more.sum(Figure::ALL), more.durations()[0]), (5, 5, 1));
        assert_eq!(earlier.plus(&more), tally.read());
        assert!(!more.is_empty() && earlier.since(&earlier).is_empty());
    }
}
