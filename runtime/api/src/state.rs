//! What every endpoint can reach.

use std::sync::Arc;

use syncline_connect::Connect;
use syncline_domain::{Clock, FunctionRunner};
use syncline_outbound::Proxy;
use syncline_providers::Catalogue;
use syncline_store::Store;
use url::Url;

use crate::auth::KeyCache;

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
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where clients reach this server; the logos' URLs begin with it.
    pub public_url: Url,
    /// The largest body of everything but the proxy, which streams.
    pub max_body_bytes: usize,
}

impl Options {
    /// What clients of the field send at most: wire contract 1.1.
    pub const MAX_BODY_BYTES: usize = 75 * 1024 * 1024;

    /// The defaults, for a server reached at `public_url`.
    pub const fn new(public_url: Url) -> Self {
        Self { public_url, max_body_bytes: Self::MAX_BODY_BYTES }
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
    pub(crate) options: Options,
    pub(crate) keys: KeyCache,
}

impl App {
    pub(crate) fn new(services: Services, options: Options) -> Self {
        let Services { store, connect, proxy, catalogue, clock, runner } = services;
        Self { store, connect, proxy, catalogue, clock, runner, options, keys: KeyCache::default() }
    }
}
