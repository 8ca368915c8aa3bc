//! Backends that ask for work without a pause, and write down what they were told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::chance::Chance;
use super::history::{History, Told};
use crate::node::{self, KEY};
use crate::provider::Provider;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than anything here takes on a loaded machine.
const END: Duration = Duration::from_secs(150);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the servers are at the moment.
pub(crate) type Addresses = Arc<RwLock<Vec<String>>>;

/// Asynchronous actions that leave their number with the provider, each under an idempotency key of its own.
#[derive(Clone)]
pub(crate) struct Load {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    addresses: Addresses,
    connections: Vec<String>,
    /// Part of each key: another load's numbers are others.
    name: String,
    history: Mutex<History>,
    next: AtomicU64,
    /// How many were acknowledged so far.
    acknowledged: AtomicU64,
    /// Counts what happens, so that of two events it is known which was first.
    moment: AtomicU64,
    receipts: Mutex<Vec<Receipt>>,
}

/// Of one acknowledged action.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// Before it was sent.
    pub(crate) sent: u64,
    /// When it was known to be acknowledged.
    pub(crate) acknowledged: u64,
    /// Where its result will be.
    pub(crate) path: String,
}

/// Those who produce a load.
pub(crate) struct Producers {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Producers {
    /// Lets each hear the answer to its last request.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.join_all().await;
    }
}

impl Load {
    pub(crate) fn new(name: &str, addresses: &Addresses, connections: &[String]) -> Self {
        let shared = Shared {
            http: node::client(),
            addresses: Arc::clone(addresses),
            connections: connections.to_vec(),
            name: name.to_owned(),
            history: Mutex::default(),
            next: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            moment: AtomicU64::new(0),
            receipts: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Producers that go on until they are stopped.
    pub(crate) fn start(&self, producers: usize, chance: &mut Chance) -> Producers {
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        for _ in 0..producers {
            let (load, mut chance, stop) = (self.clone(), chance.split(), stop.clone());
            tasks.spawn(async move {
                while !stop.is_cancelled() {
                    let number = load.shared.next.fetch_add(1, Ordering::SeqCst);
                    let sent = load.moment();
                    let (told, _) = load.send(number, &mut chance).await;
                    if let Told::Acknowledged(path) = &told {
                        let receipt = Receipt { sent, acknowledged: load.moment(), path: path.clone() };
                        load.shared.receipts.lock().unwrap().push(receipt);
                    }
                    let pause = !matches!(told, Told::Acknowledged(_));
                    load.tell(number, told);
                    if pause {
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            });
        }
        Producers { tasks, stop }
    }

    /// The present, as events are counted.
    pub(crate) fn moment(&self) -> u64 {
        self.shared.moment.fetch_add(1, Ordering::SeqCst)
    }

    /// Of everything that a producer was told by now.
    pub(crate) fn receipts(&self) -> Vec<Receipt> {
        self.shared.receipts.lock().unwrap().clone()
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.shared.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until so many are acknowledged.
    pub(crate) async fn reach(&self, count: u64) {
        let begin = Instant::now();
        while self.acknowledged() < count {
            assert!(begin.elapsed() < END, "{} of {count} acknowledged: the service does not resume", self.acknowledged());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn tell(&self, number: u64, told: Told) {
        if matches!(told, Told::Acknowledged(_)) {
            self.shared.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        self.shared.history.lock().unwrap().tell(number, told);
    }

    fn address(&self, chance: &mut Chance) -> Option<String> {
        let addresses = self.shared.addresses.read().unwrap();
        (!addresses.is_empty()).then(|| addresses[chance.index(addresses.len())].clone())
    }

    /// What came of it, and whether asking again would give the same.
    async fn send(&self, number: u64, chance: &mut Chance) -> (Told, bool) {
        let Some(address) = self.address(chance) else { return (Told::Refused, false) };
        // The same number goes to the same connection, or the same key would be of another request.
        let connection = &self.shared.connections[usize::try_from(number).unwrap() % self.shared.connections.len()];
        let request = self
            .shared
            .http
            .post(format!("{address}/action/trigger"))
            .bearer_auth(KEY)
            .timeout(PATIENCE)
            .header("Connection-Id", connection)
            .header("Provider-Config-Key", "fixture")
            .header("X-Async", "true")
            .header("X-Max-Retries", "5")
            .header("Idempotency-Key", format!("{}-{number}", self.shared.name))
            .json(&json!({ "action_name": "fetch-status", "input": { "path": format!("/witness/{number}"), "throw": true } }));
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return (Told::Refused, false),
            Err(_) => return (Told::Unknown, false),
        };
        let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        let (status, is_replay) = (answer.status(), answer.headers().contains_key("idempotency-replayed"));
        match (status, location) {
            (StatusCode::ACCEPTED, Some(location)) => (Told::Acknowledged(location), true),
            (StatusCode::CONFLICT, _) => {
                (Told::Unknown, answer.text().await.is_ok_and(|text| text.contains("idempotency_outcome_unknown")))
            }
            (status, _) if status.is_client_error() => panic!("{status}: {}", answer.text().await.unwrap_or_default()),
            _ => (Told::Unknown, is_replay),
        }
    }

    /// Sends whatever is unknown again, under the same key, until there is an answer that will not change any more: it is acknowledged, or nobody
    /// knows for ever.
    pub(crate) async fn resolve(&self, chance: &mut Chance) {
        let unknown = self.shared.history.lock().unwrap().unknown();
        let asking = unknown.into_iter().map(|number| (number, chance.split())).map(|(number, mut chance)| async move {
            let begin = Instant::now();
            loop {
                let (told, is_final) = self.send(number, &mut chance).await;
                if is_final {
                    return self.tell(number, told);
                }
                assert!(begin.elapsed() < END, "the outcome of {number} stays open");
                tokio::time::sleep(PAUSE).await;
            }
        });
        join_all(asking).await;
    }

    /// Waits until every acknowledged action has its result, which must be a success. Returns the history.
    pub(crate) async fn settle(&self, chance: &mut Chance) -> History {
        let begin = Instant::now();
        let history = self.shared.history.lock().unwrap().clone();
        for (number, path) in history.acknowledged() {
            loop {
                let address = self.address(chance).expect("a server runs at the end");
                let answer = self.shared.http.get(format!("{address}{path}")).bearer_auth(KEY).timeout(PATIENCE).send().await;
                if let Ok(answer) = answer {
                    let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
                    if status == StatusCode::OK {
                        assert!(text.contains("200"), "{number}: {text}");
                        break;
                    }
                    assert!(status == StatusCode::NOT_FOUND || status.is_server_error(), "{number} at {path}: {status} {text}");
                }
                assert!(begin.elapsed() < END, "acknowledged, and without a result after {END:?}: {number} at {path}");
                tokio::time::sleep(PAUSE).await;
            }
        }
        history
    }
}

/// Waits until the provider sees nothing new: what is unknown may still be on its way.
pub(crate) async fn quiet(provider: &Provider, window: Duration) -> BTreeMap<u64, u32> {
    let (mut seen, mut since) = (provider.witnessed(), Instant::now());
    while since.elapsed() < window {
        tokio::time::sleep(PAUSE).await;
        let now = provider.witnessed();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    seen
}
