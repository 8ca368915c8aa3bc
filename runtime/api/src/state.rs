//! What every endpoint can reach.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use syncline_connect::Connect;
use syncline_domain::{Clock, FunctionRunner, Pulse, Secret, Traces};
use syncline_outbound::Proxy;
use syncline_providers::Catalogue;
use syncline_store::Store;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::auth::KeyCache;
use crate::health::Probe;
use crate::limit::{Limiter, RateLimits};
use crate::metrics::{Depth, Requests};
use crate::providers::dump::Tag;
use crate::providers::listing::Listings;
use crate::sockets::Sockets;
use crate::templates::{Template, Templates};

/// The rooms behind the API.
#[derive(Clone)]
pub struct Services {
    /// Everything that is kept.
    pub store: Store,
    /// Integrations, connections and their credentials.
    pub connect: Connect,
    /// Requests to providers.
    pub proxy: Proxy,
    /// The providers.
    pub catalogue: Arc<Catalogue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Runs actions and inspects components in this process.
    pub runner: Arc<dyn FunctionRunner>,
    /// Sixteen random bytes, of a generator fit for keys.
    pub randomness: fn() -> [u8; 16],
    /// What must be finished even if nobody waits for its answer any more runs on it.
    pub tasks: TaskTracker,
    /// Functions that come with the server.
    pub templates: Vec<Template>,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where clients reach this server; the logos' URLs begin with it.
    pub public_url: Url,
    /// How long a request with an `Idempotency-Key` is taken to be under way after its process was last heard of.
    pub request_lease: Duration,
    /// The largest body of everything but the proxy, which streams.
    pub max_body_bytes: usize,
    /// What proves that whoever sets the console's first password runs this server; `None` where one is set already.
    pub console_setup_code: Option<Secret>,
    /// SHA-256 of the token that opens the operator's routes; without it they are closed.
    pub operator_token_hash: Option<[u8; 32]>,
    /// How many requests a minute.
    pub rate_limits: RateLimits,
    /// The signs of life of this process.
    pub pulse: Arc<Pulse>,
    /// Whose spans go on in those of the requests that they caused.
    pub traces: Traces,
}

impl Options {
    /// What clients of the field send at most: wire contract 1.1.
    pub const MAX_BODY_BYTES: usize = 75 * 1024 * 1024;

    /// The defaults, for a server reached at `public_url`.
    pub fn new(public_url: Url) -> Self {
        Self {
            public_url,
            request_lease: Duration::from_secs(30),
            max_body_bytes: Self::MAX_BODY_BYTES,
            console_setup_code: None,
            operator_token_hash: None,
            rate_limits: RateLimits::default(),
            pulse: Arc::default(),
            traces: Traces::default(),
        }
    }
}

/// One per server, shared by all requests.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) connect: Connect,
    pub(crate) proxy: Proxy,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) runner: Arc<dyn FunctionRunner>,
    pub(crate) randomness: fn() -> [u8; 16],
    pub(crate) tasks: TaskTracker,
    pub(crate) options: Options,
    pub(crate) keys: KeyCache,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) templates: Templates,
    pub(crate) listings: Listings,
    pub(crate) dump_tag: Tag,
    /// The page of the API's description, once somebody has asked for it.
    pub(crate) reference: OnceLock<Bytes>,
    pub(crate) probe: Probe,
    pub(crate) requests: Requests,
    pub(crate) depth: Depth,
}

impl App {
    pub(crate) fn new(services: Services, options: Options) -> Self {
        let Services { store, connect, proxy, catalogue, clock, runner, randomness, tasks, templates } = services;
        let (keys, sockets) = (KeyCache::default(), Arc::default());
        let templates = Templates::new(templates);
        let (reference, probe) = (OnceLock::new(), Probe::default());
        let limiter = Limiter::new(options.rate_limits.clone(), &store, Arc::clone(&clock), tasks.clone());
        Self {
            store,
            connect,
            proxy,
            catalogue,
            clock,
            runner,
            randomness,
            tasks,
            options,
            keys,
            limiter,
            sockets,
            templates,
            listings: Listings::default(),
            dump_tag: Tag::default(),
            reference,
            probe,
            requests: Requests::default(),
            depth: Depth::default(),
        }
    }

    /// Below the address at which clients reach this server.
    pub(crate) fn url(&self, path: &str) -> Url {
        let base = self.options.public_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{path}")).expect("an http URL with a longer path is one")
    }
}
