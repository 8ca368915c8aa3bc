//! Where a job stands in line.
//!
//! A rank is a moment: when the job is due, less the head start of its kind. Of one connection's jobs of one kind each comes a step after the
//! one before it, so that a connection that enqueues ten thousand at once stands before its neighbours with one of them and not with all.
//! Because ranks are moments, whatever waits is first some day: nothing starves.

use syncline_domain::{EnvironmentId, JobKind};

/// Between two jobs of one connection and kind: under load a connection is served ten times a second by rank alone, and oftener when nobody
/// else wants the slots.
pub(super) const STEP_US: i64 = 100_000;

/// The lane of an environment's jobs of this kind.
pub(crate) const fn lane(environment: EnvironmentId, kind: JobKind) -> i64 {
    2 * environment.0 + kind.is_run() as i64
}

/// The environment of a lane.
pub(super) const fn environment(lane: i64) -> EnvironmentId {
    EnvironmentId(lane.div_euclid(2))
}

/// Whether functions run in it.
pub(super) const fn holds_runs(lane: i64) -> bool {
    lane.rem_euclid(2) == 1
}

/// Microseconds.
pub(super) fn head_start(kind: JobKind) -> i64 {
    i64::try_from(kind.head_start().as_micros()).expect("minutes")
}
