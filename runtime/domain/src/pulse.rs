//! The signs of life of one process: what a load balancer asks before it sends somebody here.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Noted by the loops of a process, read by whoever answers for it. By the monotonic clock, and not the injected one: a wall clock that jumps
/// must not make a healthy process look dead.
#[derive(Debug)]
pub struct Pulse {
    begun: Instant,
    stopping: AtomicBool,
    /// Milliseconds after `begun` and 1, of the last claim that the database answered; 0 where nobody claims.
    claimed: AtomicU64,
    /// Every slot is taken: there is nothing to claim for.
    full: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { begun: Instant::now(), stopping: AtomicBool::new(false), claimed: AtomicU64::new(0), full: AtomicBool::new(false) }
    }
}

impl Pulse {
    /// The operator asked the process to stop: from now on it is ready for nothing new.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it was.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Jobs could be claimed, or there were none. The first beat says that this process claims at all.
    pub fn beat(&self) {
        let age = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.claimed.store(age + 1, Ordering::Relaxed);
        self.full.store(false, Ordering::Relaxed);
    }

    /// Until the next beat, every slot is taken: a worker that is busy for hours is not dead.
    pub fn full(&self) {
        self.full.store(true, Ordering::Relaxed);
    }

    /// How long ago jobs could be claimed; `None` for a process that claims none.
    pub fn last_claim(&self) -> Option<Duration> {
        let claimed = self.claimed.load(Ordering::Relaxed).checked_sub(1)?;
        if self.full.load(Ordering::Relaxed) {
            return Some(Duration::ZERO);
        }
        Some(self.begun.elapsed().saturating_sub(Duration::from_millis(claimed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_whose_slots_are_taken_is_alive_and_one_that_never_claimed_is_none() {
        let mut pulse = Pulse::default();
        assert_eq!((pulse.last_claim(), pulse.is_stopping()), (None, false));
        pulse.beat();
        // As if an hour had passed since.
        pulse.begun = pulse.begun.checked_sub(Duration::from_hours(1)).unwrap();
        assert!(pulse.last_claim().unwrap() >= Duration::from_mins(59));
        pulse.full();
        assert_eq!(pulse.last_claim(), Some(Duration::ZERO));
        pulse.beat();
        assert!(pulse.last_claim().unwrap() < Duration::from_mins(1));
        pulse.stop();
        assert!(pulse.is_stopping());
    }
}
