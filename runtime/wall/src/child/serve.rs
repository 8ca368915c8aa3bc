//! Reads what the worker sends, and starts what it asks for.

use std::collections::HashMap;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard};

use syncline_engine::{Call, Completion, Component, Digest, RunFailure, Sandbox, Usage};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::host::RemoteHost;
use super::link::Link;
use crate::wire::{DigestBytes, Frames, FromRun, MAX_TO_CHILD_BYTES, RunNumber, Start, ToChild, decode, write_frames};

/// Components, or why they do not load.
type Components = HashMap<DigestBytes, Result<Component, String>>;

struct Child {
    sandbox: Sandbox,
    link: Arc<Link>,
    runs: Arc<Mutex<HashMap<RunNumber, CancellationToken>>>,
    tasks: TaskTracker,
}

/// Until the worker closes the socket.
pub(super) async fn serve(sandbox: Sandbox, socket: StdStream) -> std::io::Result<()> {
    socket.set_nonblocking(true)?;
    let (from, to) = UnixStream::from_std(socket)?.into_split();
    let (sender, mut outgoing) = mpsc::unbounded_channel();
    let child = Child { sandbox, link: Arc::new(Link::new(sender)), runs: Arc::default(), tasks: TaskTracker::new() };
    let mut components = Components::new();
    let mut frames = Frames::new(from, MAX_TO_CHILD_BYTES);
    let read = async {
        while let Some(frame) = frames.next().await? {
            let (message, rest) = decode::<ToChild>(&frame)?;
            match message {
                ToChild::Load(digest) => {
                    components.insert(digest, child.load(digest, rest));
                }
                ToChild::Unload(digest) => {
                    components.remove(&digest);
                }
                ToChild::Start(start) => child.start(&components, *start),
                ToChild::Describe(run, digest) => child.describe(&components, run, digest),
                ToChild::Answer(_, call) => child.link.answer(call, frame.slice_ref(rest)),
                ToChild::Cancel(run) => child.cancel(run),
                ToChild::Ping => child.link.pong(),
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = read => ended,
        written = write_frames(to, &mut outgoing) => written,
    }
}

impl Child {
    fn load(&self, digest: DigestBytes, code: &[u8]) -> Result<Component, String> {
        #[expect(
            unsafe_code,
            reason = "machine code is trusted by whoever loads it; this is the worker's: from its compiler or under its MAC"
        )]
        // SAFETY: the worker sends what `Engine::code` answered, the authenticated output of this same program's compiler, over a socket that
        // nobody else holds; and this process could not open another source.
        unsafe {
            self.sandbox.load(Digest::from(digest), code).map_err(|error| error.to_string())
        }
    }

    fn start(&self, components: &Components, start: Start) {
        let Start { run, component, function, limits, info, input, details } = start;
        let Some(component) = self.component(components, run, component) else { return };
        let cancel = CancellationToken::new();
        self.runs().insert(run, cancel.clone());
        let link = Arc::clone(&self.link);
        let host = Arc::new(RemoteHost { link: Arc::clone(&link), run, info, input, details, walks: AtomicU32::new(0) });
        let (sandbox, runs) = (self.sandbox.clone(), Arc::clone(&self.runs));
        self.tasks.spawn(async move {
            let Completion { outcome, usage } = sandbox.call(&component, Call { function, host, limits, cancel }).await;
            runs.lock().expect("nothing panics while it is held").remove(&run);
            link.say(run, FromRun::Ended(outcome, usage));
        });
    }

    fn describe(&self, components: &Components, run: RunNumber, digest: DigestBytes) {
        let Some(component) = self.component(components, run, digest) else { return };
        let (sandbox, link) = (self.sandbox.clone(), Arc::clone(&self.link));
        self.tasks.spawn(async move {
            link.say(run, FromRun::Described(sandbox.describe(&component).await));
        });
    }

    fn component(&self, components: &Components, run: RunNumber, digest: DigestBytes) -> Option<Component> {
        match components.get(&digest) {
            Some(Ok(component)) => return Some(component.clone()),
            Some(Err(problem)) => self.link.say(run, FromRun::Unfit(problem.clone())),
            None => self.link.say(run, FromRun::Unfit("the component was not sent".to_owned())),
        }
        None
    }

    /// A run that is over says so once more: the worker may have asked before it heard.
    fn cancel(&self, run: RunNumber) {
        if let Some(cancel) = self.runs().get(&run) {
            return cancel.cancel();
        }
        let over = RunFailure::Cancelled { function: String::new() };
        self.link.say(run, FromRun::Ended(Err(over), Usage::default()));
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<RunNumber, CancellationToken>> {
        self.runs.lock().expect("nothing panics while it is held")
    }
}
