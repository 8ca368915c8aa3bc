//! Guessing is slow: after five wrong passwords each further one costs a longer wait.

use std::time::Duration;

use syncline_domain::Timestamp;
use tokio::sync::{Mutex, MutexGuard};

/// Enough for a person who has forgotten which of a few passwords it was.
const FREE_FAILURES: u32 = 5;
/// The operator's own wait after an attack, at most.
const LONGEST: Duration = Duration::from_mins(5);
/// Failures that are older than this are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);

/// One at a time: an attempt costs 19 MiB and a good part of a second, which must not be had in parallel.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<Failures>);

#[derive(Debug, Default)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// The right to try once.
#[derive(Debug)]
pub(super) struct Attempt<'g>(MutexGuard<'g, Failures>);

impl Gate {
    /// Waits for its turn; `Err` with how long nobody may try.
    pub(super) async fn enter(&self, now: Timestamp) -> Result<Attempt<'_>, Duration> {
        let mut failures = self.0.lock().await;
        // A clock that was set back leaves `last` in the future: forget then, too.
        if now.since(failures.last) >= FORGOTTEN_AFTER || failures.last > now {
            *failures = Failures::default();
        }
        let open_at = failures.last.plus(delay(failures.count));
        if failures.count > 0 && now < open_at {
            return Err(open_at.since(now));
        }
        Ok(Attempt(failures))
    }
}

impl Attempt<'_> {
    pub(super) fn failed(mut self, now: Timestamp) {
        self.0.count = self.0.count.saturating_add(1);
        self.0.last = now;
    }

    pub(super) fn passed(mut self) {
        *self.0 = Failures::default();
    }
}

/// Nothing, then 1 s, 2 s, 4 s, ...
fn delay(failures: u32) -> Duration {
    match failures.checked_sub(FREE_FAILURES) {
        None => Duration::ZERO,
        Some(beyond) => Duration::from_secs(1_u64.checked_shl(beyond).unwrap_or(u64::MAX)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn guessing_gets_slower_and_a_right_password_forgets() {
        let (gate, mut now) = (Gate::default(), Timestamp::parse("2026-01-31T12:00:00Z").unwrap());
        for _ in 0..FREE_FAILURES {
            gate.enter(now).await.expect("free").failed(now);
        }
        for seconds in [1, 2, 4, 8] {
            assert_eq!(gate.enter(now).await.err(), Some(Duration::from_secs(seconds)));
            now = now.plus(Duration::from_secs(seconds));
            gate.enter(now).await.expect("waited").failed(now);
        }
        for _ in 0..100 {
            now = now.plus(LONGEST);
            gate.enter(now).await.expect("never longer than that").failed(now);
        }
        now = now.plus(LONGEST);
        gate.enter(now).await.expect("waited").passed();
        gate.enter(now).await.expect("forgotten").failed(now);
        assert!(gate.enter(now).await.is_ok());
    }

    #[tokio::test]
    async fn an_hour_of_quiet_forgets() {
        let (gate, now) = (Gate::default(), Timestamp::parse("2026-01-31T12:00:00Z").unwrap());
        for minute in 0..20 {
            let later = now.plus(Duration::from_mins(5 * minute));
            gate.enter(later).await.expect("waited").failed(later);
        }
        let later = now.plus(Duration::from_mins(5 * 20 + 60));
        gate.enter(later).await.expect("forgotten").failed(later);
        assert!(gate.enter(later).await.is_ok());
    }
}
