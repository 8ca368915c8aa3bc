//! One process, as its runs see it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use syncline_engine::Digest;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use super::health::Health;
use crate::Options;
use crate::tenant::Tenant;
use crate::wire::{FromRun, RunNumber, ToChild, encode, encode_raw};

/// Components that a process holds at one time; the engine keeps as many.
const MAX_LOADED: usize = 256;
/// What a run may have said that nobody has looked at yet. Then the whole process waits: a run is slower to speak than we are to listen.
const UNREAD: usize = 256;

/// A process and its runs.
pub(super) struct Process {
    pub(super) tenant: Tenant,
    pub(super) options: Arc<Options>,
    to: UnboundedSender<Vec<u8>>,
    /// As many as its pool has instances, so that it never has to make a run wait.
    pub(super) slots: Semaphore,
    state: Mutex<State>,
    /// What it was sent, and when it was last used. Held while more is sent, so that a component goes over once.
    loaded: tokio::sync::Mutex<HashMap<Digest, u64>>,
    began: AtomicU64,
    pub(super) health: Health,
    /// No more runs, and an end as soon as those that it has are over.
    pub(super) retire: CancellationToken,
    /// Told when it has no users any more.
    pub(super) left: Notify,
    /// It has to go at once.
    pub(super) condemned: CancellationToken,
    verdict: Mutex<Option<String>>,
}

#[derive(Default)]
struct State {
    /// Users of the process: runs, and those who are about to begin one.
    users: usize,
    /// Since when there are none.
    idle_since: Option<Instant>,
    runs: HashMap<RunNumber, mpsc::Sender<FromRun>>,
    /// Runs that were told to end and have not said that they did.
    ending: HashMap<RunNumber, Instant>,
    over: bool,
}

impl Process {
    pub(super) fn new(tenant: Tenant, options: Arc<Options>, to: UnboundedSender<Vec<u8>>) -> Self {
        Self {
            tenant,
            to,
            slots: Semaphore::new(options.instances as usize),
            options,
            state: Mutex::new(State { idle_since: Some(Instant::now()), ..State::default() }),
            loaded: tokio::sync::Mutex::default(),
            began: AtomicU64::new(0),
            health: Health::default(),
            retire: CancellationToken::new(),
            left: Notify::new(),
            condemned: CancellationToken::new(),
            verdict: Mutex::default(),
        }
    }

    /// Becomes a user of it, unless it takes no more.
    pub(super) fn enter(self: &Arc<Self>) -> Option<InUse> {
        let mut state = self.state();
        if state.over || self.retire.is_cancelled() || self.condemned.is_cancelled() {
            return None;
        }
        state.users += 1;
        state.idle_since = None;
        Some(InUse(Arc::clone(self)))
    }

    /// Sends a frame. A process that is gone does not hear it, and its runs know that already.
    pub(super) fn send(&self, frame: Vec<u8>) {
        let _ = self.to.send(frame);
    }

    /// Has the process load a component, if it has not.
    pub(super) async fn load<E>(&self, digest: Digest, code: impl AsyncFnOnce() -> Result<Vec<u8>, E>) -> Result<(), E> {
        let mut loaded = self.loaded.lock().await;
        let now = loaded.values().max().map_or(0, |latest| latest + 1);
        if let Some(used) = loaded.get_mut(&digest) {
            *used = now;
            return Ok(());
        }
        let code = code().await?;
        if loaded.len() >= MAX_LOADED
            && let Some(oldest) = loaded.iter().min_by_key(|(_, used)| **used).map(|(digest, _)| *digest)
        {
            loaded.remove(&oldest);
            self.send(encode(&ToChild::Unload(*oldest.as_bytes())));
        }
        self.send(encode_raw(&ToChild::Load(*digest.as_bytes()), &code));
        loaded.insert(digest, now);
        Ok(())
    }

    /// A number for a run, and what it will say.
    pub(super) fn begin(self: &Arc<Self>) -> (RunGuard, mpsc::Receiver<FromRun>) {
        let number = self.began.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = mpsc::channel(UNREAD);
        let mut state = self.state();
        // Where it is over, dropping the sender here says so to the run.
        if !state.over {
            state.runs.insert(number, sender);
        }
        drop(state);
        if number + 1 >= self.options.max_runs {
            self.retire.cancel();
        }
        (RunGuard { process: Arc::clone(self), number, ended: false }, receiver)
    }

    /// Passes on what a run said. What comes from one that nobody listens to any more is forgotten.
    pub(super) async fn pass(&self, number: RunNumber, said: FromRun) {
        let ended = matches!(said, FromRun::Ended(..) | FromRun::Described(_) | FromRun::Unfit(_));
        let listener = {
            let mut state = self.state();
            if ended {
                state.ending.remove(&number);
            }
            state.runs.get(&number).cloned()
        };
        if let Some(listener) = listener {
            let _ = listener.send(said).await;
        }
    }

    /// What came from it is nothing that it would say: it is not itself any more.
    pub(super) fn condemn(&self, why: impl Into<String>) {
        self.verdict.lock().expect("nothing panics while it is held").get_or_insert(why.into());
        self.condemned.cancel();
    }

    pub(super) fn verdict(&self) -> Option<String> {
        self.verdict.lock().expect("nothing panics while it is held").clone()
    }

    /// The process is gone, and its runs with it. Answers how many.
    pub(super) fn over(&self) -> usize {
        let mut state = self.state();
        state.over = true;
        std::mem::take(&mut state.runs).len()
    }

    /// Whether nobody has used it for as long as a process is kept.
    pub(super) fn is_idle(&self) -> bool {
        self.state().idle_since.is_some_and(|since| since.elapsed() >= self.options.idle)
    }

    pub(super) fn is_unused(&self) -> bool {
        self.state().users == 0
    }

    /// Whether a run was told to end long ago and goes on.
    pub(super) fn hangs(&self) -> bool {
        self.state().ending.values().any(|since| since.elapsed() >= self.options.patience)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it is held")
    }
}

/// Keeps a process from being ended for want of use.
pub(super) struct InUse(Arc<Process>);

impl InUse {
    pub(super) fn process(&self) -> &Arc<Process> {
        &self.0
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.users -= 1;
        if state.users == 0 {
            state.idle_since = Some(Instant::now());
            self.0.left.notify_one();
        }
    }
}

/// A component in a process that holds it.
pub(crate) struct InChild {
    pub(super) user: InUse,
    pub(super) digest: Digest,
}

/// One run of a process: dropped before its end, it is cancelled there.
pub(super) struct RunGuard {
    process: Arc<Process>,
    pub(super) number: RunNumber,
    pub(super) ended: bool,
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        let mut state = self.process.state();
        state.runs.remove(&self.number);
        if !self.ended && !state.over {
            state.ending.insert(self.number, Instant::now());
            drop(state);
            self.process.send(encode(&ToChild::Cancel(self.number)));
        }
    }
}
