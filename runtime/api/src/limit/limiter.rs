//! Counts, alone or with other nodes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use syncline_domain::{Clock, Timestamp};
use syncline_store::Store;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::window::{Take, Window};
use super::{Bucket, FAILED_AUTHENTICATION, Network, RateLimits, Standing};

const WINDOW_SECONDS: i64 = 60;
const MICROS: i64 = 1_000_000;
/// Locks, so that requests on several cores seldom meet at one.
const SHARDS: usize = 16;
/// A bound for memory: an attacker has more addresses than this machine has bytes. Buckets beyond it are not limited.
const MAX_ADDRESSES_PER_SHARD: usize = 8_192;
/// A database that takes longer is as good as none: the requests would pile up.
const PATIENCE: Duration = Duration::from_secs(2);

/// All buckets of a node.
pub(crate) struct Limiter {
    limits: RateLimits,
    /// Where other nodes count too.
    shared: Option<Store>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    shards: [Mutex<HashMap<Bucket, Window>>; SHARDS],
    /// The database did not answer the last time: said once, not for every request.
    failing: AtomicBool,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits, store: &Store, clock: Arc<dyn Clock>, tasks: TaskTracker) -> Arc<Self> {
        let shared = store.may_be_shared().then(|| store.clone());
        Arc::new(Self { limits, shared, clock, tasks, shards: Default::default(), failing: AtomicBool::new(false) })
    }

    pub(super) fn limits(&self) -> &RateLimits {
        &self.limits
    }

    /// Takes points. `Err` where the window is used up; `None` where nothing is limited.
    pub(crate) async fn take(self: &Arc<Self>, bucket: Bucket, points: u32) -> Result<Option<Standing>, Standing> {
        let limit = self.limit_of(bucket);
        if limit == 0 {
            return Ok(None);
        }
        loop {
            let now = self.clock.now();
            let mut leased = {
                let mut windows = self.shard(bucket);
                let Some(window) = current(&mut windows, bucket, index(now), limit, self.shared.is_some()) else { return Ok(None) };
                match window.take(points) {
                    Take::Granted => return Ok(Some(standing(limit, window, now))),
                    Take::Refused => return Err(standing(limit, window, now)),
                    Take::Lease(asked) => match &window.leasing {
                        Some(leasing) => leasing.clone(),
                        None => self.lease(bucket, window, asked),
                    },
                }
            };
            // Ends with an error, because the other side is dropped when it is done.
            let _ = leased.changed().await;
        }
    }

    /// A key or a token from there opened nothing.
    pub(crate) async fn note_failed_authentication(self: &Arc<Self>, address: Option<Network>) {
        if let Some(address) = address {
            // Whether it was the last straw shows with the next request.
            let _ = self.take(Bucket::Address(address), FAILED_AUTHENTICATION).await;
        }
    }

    /// How the address stands, if it has used up its window. Asks nobody.
    pub(crate) fn used_up(&self, address: Option<Network>) -> Option<Standing> {
        let bucket = Bucket::Address(address?);
        let (limit, now) = (self.limit_of(bucket), self.clock.now());
        let windows = self.shard(bucket);
        let window = windows.get(&bucket).filter(|window| window.index == index(now) && window.is_used_up())?;
        Some(standing(limit, window, now))
    }

    fn limit_of(&self, bucket: Bucket) -> u32 {
        match bucket {
            Bucket::Address(_) => self.limits.per_address_per_minute,
            Bucket::Webhooks(_) => self.limits.webhooks_per_minute,
            Bucket::Environment(_) | Bucket::Sessions(_) | Bucket::Account => self.limits.per_minute,
        }
    }

    fn shard(&self, bucket: Bucket) -> MutexGuard<'_, HashMap<Bucket, Window>> {
        let shard = match bucket {
            Bucket::Environment(id) | Bucket::Sessions(id) => id.0.unsigned_abs() as usize,
            Bucket::Webhooks(id) => id.0.unsigned_abs() as usize,
            Bucket::Account => 0,
            Bucket::Address(network) => network.spread(),
        };
        self.shards[shard % SHARDS].lock().expect("nothing panics while it holds this lock")
    }

    /// Leases in a task of its own: a caller that goes away must not leave the others waiting.
    fn lease(self: &Arc<Self>, bucket: Bucket, window: &mut Window, asked: u32) -> watch::Receiver<()> {
        let (done, leasing) = watch::channel(());
        window.leasing = Some(leasing.clone());
        let (limiter, index) = (Arc::clone(self), window.index);
        self.tasks.spawn(async move {
            let taken = limiter.ask(bucket, index, asked).await;
            if let Some(window) = limiter.shard(bucket).get_mut(&bucket).filter(|window| window.index == index) {
                match taken {
                    Some(taken) => window.lease(asked, taken),
                    None => window.lease_unasked(asked),
                }
                window.leasing = None;
            }
            drop(done);
        });
        leasing
    }

    /// How many are taken in all; `None` where the database does not say.
    async fn ask(&self, bucket: Bucket, index: i64, asked: u32) -> Option<u64> {
        let store = self.shared.as_ref()?;
        let begins_at = Timestamp::from_unix_micros(index * WINDOW_SECONDS * MICROS);
        let answer = tokio::time::timeout(PATIENCE, store.rate_windows().take(name(bucket), begins_at, asked)).await;
        let problem = match answer {
            Ok(Ok(taken)) => {
                self.failing.store(false, Ordering::Relaxed);
                return Some(taken);
            }
            Ok(Err(error)) => crate::error::chain(&error),
            Err(_) => "it does not answer in time".to_owned(),
        };
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(error.reason = %problem, "the database cannot be asked about rate limits; until it can, requests pass");
        }
        None
    }
}

/// The bucket's present window, begun if it is new; `None` where there are too many addresses to count them.
fn current(windows: &mut HashMap<Bucket, Window>, bucket: Bucket, index: i64, limit: u32, is_shared: bool) -> Option<&mut Window> {
    if windows.len() >= MAX_ADDRESSES_PER_SHARD && !windows.contains_key(&bucket) {
        windows.retain(|_, window| window.index == index);
        if windows.len() >= MAX_ADDRESSES_PER_SHARD && matches!(bucket, Bucket::Address(_)) {
            return None;
        }
    }
    let window = windows.entry(bucket).or_insert_with(|| Window::new(index, limit, is_shared));
    if window.index != index {
        *window = Window::new(index, limit, is_shared);
    }
    Some(window)
}

fn standing(limit: u32, window: &Window, now: Timestamp) -> Standing {
    let reset_at = (window.index + 1) * WINDOW_SECONDS;
    let left = reset_at * MICROS - now.unix_micros();
    Standing { limit, remaining: window.remaining(), reset_at, wait_seconds: ((left + MICROS - 1) / MICROS).max(1) }
}

fn index(now: Timestamp) -> i64 {
    now.unix_micros().div_euclid(WINDOW_SECONDS * MICROS)
}

/// In the database.
fn name(bucket: Bucket) -> String {
    match bucket {
        Bucket::Environment(id) => format!("environment:{id}"),
        Bucket::Sessions(id) => format!("sessions:{id}"),
        Bucket::Webhooks(id) => format!("webhooks:{id}"),
        Bucket::Account => "account".to_owned(),
        Bucket::Address(network) => format!("address:{network}"),
    }
}
