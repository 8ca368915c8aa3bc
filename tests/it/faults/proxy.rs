//! A TCP proxy that misbehaves on demand: between a server and its database, a server and a provider, a sender and a receiver.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What happens to what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flow {
    /// It goes through.
    Open,
    /// It waits, without a word, in both directions: a partition.
    Stalled,
    /// It waits on the way to the server; what the server says goes through.
    RequestsStalled,
    /// It waits on the way back.
    AnswersStalled,
    /// New connections are refused by a reset.
    Refused,
}

/// A fault that lies in wait for something that a client says.
#[derive(Clone)]
pub(crate) struct Trap {
    /// What springs it.
    pub(crate) needle: &'static [u8],
    /// Whether the server still hears it. Its answer is lost either way, with the connection.
    pub(crate) delivered: bool,
}

/// The proxy; it goes with its runtime.
#[derive(Clone)]
pub(crate) struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// On loopback.
    upstream: AtomicU16,
    flow: watch::Sender<Flow>,
    /// Cancelled and replaced whenever all connections are cut.
    cut: Mutex<CancellationToken>,
    trap: Mutex<Option<Trap>>,
    sprung: watch::Sender<u64>,
    delay_micros: AtomicU64,
    /// How many bytes still go through before every connection is cut; `u64::MAX` for no end.
    budget: AtomicU64,
}

/// One connection through the proxy.
struct Wire {
    shared: Arc<Shared>,
    reset: CancellationToken,
    /// The next answer is lost, and the connection with it.
    deaf: AtomicBool,
}

impl FaultProxy {
    /// In front of what listens on this port of loopback.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            upstream: AtomicU16::new(port),
            flow: watch::Sender::new(Flow::Open),
            cut: Mutex::default(),
            trap: Mutex::default(),
            sprung: watch::Sender::new(0),
            delay_micros: AtomicU64::new(0),
            budget: AtomicU64::new(u64::MAX),
        });
        let proxy = Self { address: listener.local_addr().unwrap(), shared: Arc::clone(&shared) };
        spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                spawn(Shared::connect(Arc::clone(&shared), client));
            }
        });
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn set(&self, flow: Flow) {
        self.shared.flow.send_replace(flow);
    }

    /// Resets every connection; new ones lead to another port: as an address that moves to another machine.
    pub(crate) fn repoint(&self, port: u16) {
        self.shared.upstream.store(port, Ordering::SeqCst);
        self.cut();
    }

    /// Resets every connection; new ones come through.
    pub(crate) fn cut(&self) {
        let cut = std::mem::take(&mut *self.shared.cut.lock().unwrap());
        cut.cancel();
    }

    /// Cuts every connection when so many more bytes went through, in whatever direction.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.shared.budget.store(bytes, Ordering::SeqCst);
    }

    /// Holds back each piece for so long.
    pub(crate) fn delay(&self, delay: Duration) {
        self.shared.delay_micros.store(u64::try_from(delay.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Springs once, on whatever connection says it first.
    pub(crate) fn lay(&self, trap: Trap) {
        *self.shared.trap.lock().unwrap() = Some(trap);
    }

    /// How many traps sprang.
    pub(crate) fn sprung(&self) -> u64 {
        *self.shared.sprung.borrow()
    }
}

impl Shared {
    async fn connect(self: Arc<Self>, client: TcpStream) {
        let refuse = |client: &TcpStream| client.set_zero_linger();
        if *self.flow.borrow() == Flow::Refused {
            return refuse(&client).unwrap_or_default();
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.upstream.load(Ordering::SeqCst))).await else {
            return refuse(&client).unwrap_or_default();
        };
        for stream in [&client, &server] {
            // Small messages go at once; and what is dropped unasked ends in a reset, as from a machine that is gone.
            if stream.set_nodelay(true).and_then(|()| stream.set_zero_linger()).is_err() {
                return;
            }
        }
        let reset = self.cut.lock().unwrap().child_token();
        let wire = Wire { shared: self, reset: reset.clone(), deaf: AtomicBool::new(false) };
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::select! {
            () = reset.cancelled() => {}
            () = async { tokio::join!(wire.requests(from_client, to_server), wire.answers(from_server, to_client)); } => {}
        }
    }

    /// Waits until this direction flows.
    async fn flows(&self, stalled: Flow) {
        let _ = self.flow.subscribe().wait_for(|flow| *flow != Flow::Stalled && *flow != stalled).await;
        let delay = Duration::from_micros(self.delay_micros.load(Ordering::SeqCst));
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    fn spend(&self, bytes: usize) {
        let spent = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            (left != u64::MAX).then(|| left.checked_sub(bytes as u64).unwrap_or(u64::MAX))
        });
        if spent.is_ok_and(|before| before < bytes as u64) {
            let cut = std::mem::take(&mut *self.cut.lock().unwrap());
            cut.cancel();
        }
    }

    /// Whether this piece springs the trap, and how.
    fn springs(&self, piece: &[u8]) -> Option<Trap> {
        let mut trap = self.trap.lock().unwrap();
        let sprung = trap.take_if(|trap| piece.windows(trap.needle.len()).any(|window| window == trap.needle))?;
        self.sprung.send_modify(|count| *count += 1);
        Some(sprung)
    }
}

impl Wire {
    async fn requests(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            self.shared.flows(Flow::RequestsStalled).await;
            if let Some(trap) = self.shared.springs(&buffer[..length]) {
                if !trap.delivered {
                    return self.reset.cancel();
                }
                self.deaf.store(true, Ordering::SeqCst);
            }
            self.shared.spend(length);
            if to.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    }

    async fn answers(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if self.deaf.load(Ordering::SeqCst) {
                return self.reset.cancel();
            }
            self.shared.flows(Flow::AnswersStalled).await;
            self.shared.spend(length);
            if to.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
        // A hang-up goes on as one; the client answers it by its own.
        let _ = to.shutdown().await;
    }
}

fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    #[expect(clippy::disallowed_methods, reason = "a test's proxy ends with its runtime")]
    tokio::spawn(work);
}
