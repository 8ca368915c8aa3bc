//! How many jobs this node does at once, and for whom.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use syncline_domain::EnvironmentId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// As many slots as were asked for, which any environment may fill, and an eighth more for environments that have nothing under way here: a
/// tenant whose long syncs hold every slot does not make another one wait for their end.
#[derive(Clone)]
pub(super) struct Slots {
    permits: Arc<Semaphore>,
    total: usize,
    common: usize,
    busy: Arc<Mutex<Busy>>,
    freed: Arc<Notify>,
}

#[derive(Default)]
struct Busy {
    environments: HashMap<EnvironmentId, usize>,
    suspects: usize,
}

/// A slot that is taken. Free again when it is dropped.
pub(super) struct Slot {
    slots: Slots,
    environment: EnvironmentId,
    is_suspect: bool,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub(super) fn new(jobs: usize) -> Self {
        let total = jobs + (jobs / 8).max(1);
        Self { permits: Arc::new(Semaphore::new(total)), total, common: jobs, busy: Arc::default(), freed: Arc::default() }
    }

    /// Waits for one, and takes up to `most` that are free. The second value is true where these are the last ones.
    pub(super) async fn take(&self, most: usize) -> (Vec<OwnedSemaphorePermit>, bool) {
        let first = Arc::clone(&self.permits).acquire_owned().await.expect("it is never closed");
        let taken = self.total - self.permits.available_permits() - 1;
        let is_last = taken >= self.common;
        let most = if is_last { most } else { most.min(self.common - taken) };
        let mut permits = vec![first];
        while permits.len() < most
            && let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned()
        {
            permits.push(permit);
        }
        (permits, is_last)
    }

    /// Whether every slot is taken.
    pub(super) fn are_taken(&self) -> bool {
        self.permits.available_permits() == 0
    }

    pub(super) fn fill(&self, permit: OwnedSemaphorePermit, environment: EnvironmentId, is_suspect: bool) -> Slot {
        let mut busy = self.busy.lock().expect("nothing panics while it is held");
        *busy.environments.entry(environment).or_default() += 1;
        busy.suspects += usize::from(is_suspect);
        Slot { slots: self.clone(), environment, is_suspect, _permit: permit }
    }

    /// The environments that have something under way.
    pub(super) fn busy(&self) -> HashSet<EnvironmentId> {
        self.busy.lock().expect("nothing panics while it is held").environments.keys().copied().collect()
    }

    pub(super) fn has_suspect(&self) -> bool {
        self.busy.lock().expect("nothing panics while it is held").suspects > 0
    }

    /// Returns when a slot was freed since the last time.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Returns when a quarter of the slots is free, or after this time.
    pub(super) async fn gather(&self, most: Duration) {
        let several = async {
            while self.permits.available_permits() < self.total.div_ceil(4) {
                self.freed().await;
            }
        };
        let _ = tokio::time::timeout(most, several).await;
    }

    /// Every slot back means every job has ended.
    pub(super) async fn all_free(&self) {
        let _ = self.permits.acquire_many(u32::try_from(self.total).unwrap_or(u32::MAX)).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut busy = self.slots.busy.lock().expect("nothing panics while it is held");
        if let Some(count) = busy.environments.get_mut(&self.environment) {
            *count -= 1;
            if *count == 0 {
                busy.environments.remove(&self.environment);
            }
        }
        busy.suspects -= usize::from(self.is_suspect);
        drop(busy);
        self.slots.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn short_runs_are_claimed_several_at_a_time_and_long_ones_are_not_waited_for() {
        let slots = Slots::new(7);
        let (permits, _) = slots.take(16).await;
        let mut held: Vec<_> = permits.into_iter().map(|permit| slots.fill(permit, EnvironmentId(1), false)).collect();
        // One of eight is free, and no run ends.
        slots.gather(Duration::from_millis(1)).await;
        let gathered = slots.gather(Duration::from_hours(1));
        let ends = async {
            tokio::task::yield_now().await;
            held.pop();
        };
        tokio::join!(gathered, ends);
    }

    #[tokio::test]
    async fn the_last_slots_are_told_apart() {
        let slots = Slots::new(8);
        let (permits, is_last) = slots.take(16).await;
        assert_eq!((permits.len(), is_last), (8, false), "one environment does not get the ninth");
        let held: Vec<_> = permits.into_iter().map(|permit| slots.fill(permit, EnvironmentId(1), false)).collect();
        let (permits, is_last) = slots.take(16).await;
        assert_eq!((permits.len(), is_last, slots.busy()), (1, true, HashSet::from([EnvironmentId(1)])));
        drop((permits, held));
        slots.all_free().await;
        assert!(slots.busy().is_empty());
    }
}
