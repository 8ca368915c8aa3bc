//! All rooms of the house, put together. The only file that names every crate.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use syncline_api::{ALL_OF_ACCOUNT, ALL_OF_ENVIRONMENT};
use syncline_connect::Connect;
use syncline_domain::{Clock, EnvironmentName, FunctionRunner, Pulse, Secret, Traces};
use syncline_dryrun::Functions;
use syncline_engine::{CompileLimits, Compiler, Engine};
use syncline_outbound::{EgressPolicy, HttpClient, Proxy, SystemPace};
use syncline_store::{MasterKey, NewAccountKey, NewApiKey, Store, Taken};
use syncline_wall::{Executor, Wall};
use syncline_worker::{Dependencies, Loops, Runner, Shutdown, Tenants, Worker};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::catalogue;
use crate::config::{Configuration, DeclaredKey, Isolation, Keys, MissedTicks, setup_code};

/// Load balancers ask every few seconds, and the usual ones believe the second refusal.
const DRAIN: Duration = Duration::from_secs(5);
/// Runs that are under way have this long to reach a checkpoint; container platforms kill after 30 s or a little more.
const GRACE: Duration = Duration::from_secs(30);
/// A provider that was asked for a token answers or is given up within that time. Its answer may be the only valid refresh token.
const LAST_ANSWERS: Duration = Duration::from_secs(21);
/// What is dropped only has to notice and to give its leases back.
const AFTER_HARD: Duration = Duration::from_secs(3);
/// Twice the largest Python guest that was measured.
const MAX_COMPONENT_BYTES: usize = 64 << 20;
/// Below it, a server that has nothing to do but actions would refuse them.
const MIN_INSTANCES: u32 = 2;

/// What a node is made of.
pub struct Options {
    /// What the operator decided.
    pub configuration: Configuration,
    /// Given or made.
    pub keys: Keys,
    /// The machine's clock, or one set by a test.
    pub clock: Arc<dyn Clock>,
    /// Where components are compiled.
    pub compiler: Compiler,
    /// One to use instead of a new one, which then compiles where it was told to.
    pub engine: Option<Engine>,
    /// The processes that components run in; `None` where they run in this one.
    pub wall: Option<syncline_wall::Options>,
    /// How the worker works; its defaults suit a machine of two cores.
    pub worker: syncline_worker::Options,
    /// Where spans meet those of others.
    pub traces: Traces,
}

/// A running server.
pub struct Node {
    address: SocketAddr,
    url: Url,
    setup_code: Option<Secret>,
    store: Store,
    runner: Runner,
    shutdown: Shutdown,
    pulse: Arc<Pulse>,
    /// How long the API still answers once it was asked to stop.
    drain: Duration,
    /// Ends the API.
    closing: CancellationToken,
    /// Tokens that providers were asked for.
    exchanges: TaskTracker,
    serving: JoinHandle<std::io::Result<()>>,
    working: Option<JoinHandle<()>>,
}

impl Options {
    /// As `syncline serve` starts: compilation in a child process of this same program, all roles in one.
    pub fn new(configuration: Configuration, keys: Keys, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the path of this program is not known")?;
        let mut worker = syncline_worker::Options::new(owner());
        worker.jobs = configuration.max_concurrent_runs as usize;
        worker.limits = configuration.run_limits;
        worker.lease = configuration.lease;
        worker.soft_deadline = configuration.soft_deadline;
        worker.skip_missed = configuration.missed_ticks == MissedTicks::Skip;
        worker.keep_runs = configuration.keep_operations;
        worker.actions = configuration.max_concurrent_runs as usize;
        if configuration.isolation == Isolation::ProcessPerIntegration {
            worker.tenants = Tenants::Integrations;
        }
        let compiler = Compiler::Child { program: program.clone(), args: vec!["compile-component".to_owned()] };
        let wall = (configuration.isolation != Isolation::InProcess)
            .then(|| syncline_wall::Options::new(program, vec!["execute-components".to_owned()], instances(&configuration)));
        Ok(Self { configuration, keys, clock, compiler, engine: None, wall, worker, traces: Traces::default() })
    }
}

/// Starts everything; returns when the API answers.
pub async fn start(options: Options) -> anyhow::Result<Node> {
    let Options { configuration, keys, clock, compiler, engine, wall, mut worker, traces } = options;
    worker.traces = traces.clone();
    // Whoever installs it first in this process wins; all install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let catalogue = Arc::new(catalogue::load(configuration.own_providers())?);
    let store_options = syncline_store::Options {
        url: configuration.database(),
        keys: MasterKey::new(*keys.encryption),
        max_connections: configuration.database_connections,
    };
    let store = Store::open(store_options, Arc::clone(&clock)).await.context("the database cannot be used")?;
    seed(&store, &keys, &configuration.declared_keys, clock.as_ref())
        .await
        .context("the environments and their API keys cannot be written")?;
    let fields = catalogue
        .summaries()
        .flat_map(|one| one.route_fields.iter().map(|field| (one.key.clone().into_owned(), field.clone().into_owned())));
    store.incoming_webhooks().declare_routes(fields.collect()).await.context("the routes of webhooks cannot be written")?;
    let setup_code = console_password(&store, &configuration, clock.as_ref()).await?;
    let engine = match engine {
        Some(engine) => engine,
        None => Engine::new(engine_options(&configuration, &keys, compiler)).context("the engine cannot be started")?,
    };
    let executor = executor(engine, wall).await?;
    let policy = EgressPolicy { allow_private_network: configuration.allow_private_network };
    let http = HttpClient::new(syncline_outbound::Options::new(policy));
    let proxy = Proxy::new(http.clone(), Arc::clone(&clock), Arc::new(SystemPace), syncline_outbound::Limits::default());
    let listen = configuration.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; is another server running there? Choose another with --listen (port 0 takes a free one)")
    })?;
    let address = listener.local_addr()?;
    let own = || Url::parse(&format!("http://{address}")).expect("an address makes a URL");
    let url = configuration.public_url.unwrap_or_else(own);
    let shutdown = Shutdown::new();
    let exchanges = TaskTracker::new();
    let connect = Connect::new(syncline_connect::Options {
        store: store.clone(),
        catalogue: Arc::clone(&catalogue),
        proxy: proxy.clone(),
        http: http.clone(),
        clock: Arc::clone(&clock),
        randomness: random,
        public_url: url.clone(),
        node: worker.owner.clone(),
        tasks: exchanges.clone(),
    });
    let dependencies = Dependencies {
        store: store.clone(),
        executor,
        connect: connect.clone(),
        proxy: proxy.clone(),
        http,
        clock: Arc::clone(&clock),
        randomness: random,
    };
    let pulse = Arc::clone(&worker.pulse);
    // Other nodes, and something that balances between them, are there on PostgreSQL only.
    let drain = configuration.drain.unwrap_or(if store.may_be_shared() { DRAIN } else { Duration::ZERO });
    // One setting for both: how long something may be silent before its process is taken for gone.
    let request_lease = worker.lease;
    let runner = Runner::new(dependencies, worker, shutdown.clone());

    let as_port = Arc::new(Functions::new(runner.clone())) as Arc<dyn FunctionRunner>;
    connect.set_runner(&as_port);
    let services = syncline_api::Services {
        store: store.clone(),
        connect,
        proxy,
        catalogue,
        clock,
        runner: as_port,
        randomness: random,
        tasks: exchanges.clone(),
        templates: vec![syncline_api::Template { providers: &["github", "github-pat"], wasm: crate::demo::GITHUB_COMPONENT }],
    };
    let api_options = syncline_api::Options {
        request_lease,
        console_setup_code: setup_code.clone(),
        operator_token_hash: Some(hash(&syncline_api::operator_token(&keys.encryption))),
        rate_limits: configuration.rate_limits.clone(),
        pulse: Arc::clone(&pulse),
        traces,
        ..syncline_api::Options::new(url.clone())
    };
    let roles = configuration.roles;
    let (router, monitor) = syncline_api::routers(services, api_options, roles.api);
    if let Some(listen) = configuration.metrics_listen {
        let listener = TcpListener::bind(listen).await;
        let listener = listener.with_context(|| format!("cannot listen on {listen}; choose another address with --metrics-listen"))?;
        shutdown.tasks.spawn(syncline_api::serve(listener, monitor, shutdown.hard.clone().cancelled_owned()));
    }
    let closing = CancellationToken::new();
    let serving = shutdown.tasks.spawn(syncline_api::serve(listener, router, closing.clone().cancelled_owned()));
    let loops = Loops { schedules: roles.scheduler, jobs: roles.worker };
    let working = (loops.schedules || loops.jobs).then(|| shutdown.tasks.spawn(Worker::new(runner.clone(), loops).run(shutdown.clone())));
    Ok(Node { address, url, setup_code, store, runner, shutdown, pulse, drain, closing, exchanges, serving, working })
}

impl Node {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients reach it.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The same for people, without the slash at its end.
    pub fn shown_url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// With what the console's first password is set; `None` once there is one.
    pub fn setup_code(&self) -> Option<&Secret> {
        self.setup_code.as_ref()
    }

    /// The store behind it, for tests and tools in the same process.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The runner behind it, likewise.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// Softly: no new jobs, runs go to a checkpoint, and after a while in which load balancers learn of it no new requests. After 30 s what is
    /// left is dropped; its leases expire.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { store, runner, shutdown, pulse, drain, closing, exchanges, mut serving, mut working, .. } = self;
        pulse.stop();
        shutdown.soft.cancel();
        let _closes = shutdown.tasks.spawn(async move {
            tokio::time::sleep(drain).await;
            closing.cancel();
        });
        shutdown.tasks.close();
        let quiet = async {
            if let Some(working) = &mut working {
                working.await.context("the worker panicked")?;
            }
            (&mut serving).await.context("the API panicked")?.context("the API stopped with an error")
        };
        let stopped = if let Ok(stopped) = tokio::time::timeout(GRACE.max(drain), quiet).await {
            stopped
        } else {
            tracing::warn!("not everything reached a checkpoint within {} s; dropping the rest", GRACE.as_secs());
            shutdown.hard.cancel();
            serving.abort();
            if let Some(working) = working.filter(|working| !working.is_finished()) {
                let _ = tokio::time::timeout(AFTER_HARD, working).await;
            }
            Ok(())
        };
        exchanges.close();
        if tokio::time::timeout(LAST_ANSWERS, exchanges.wait()).await.is_err() {
            tracing::warn!("a provider that was asked for a token has not answered; its connection will say so if the token was lost");
        }
        runner.stop_executor().await;
        runner.flush().await;
        store.close().await;
        stopped
    }
}

fn engine_options(configuration: &Configuration, keys: &Keys, compiler: Compiler) -> syncline_engine::Options {
    syncline_engine::Options {
        cache_dir: configuration.data_dir.join("components"),
        cache_key: derive(&keys.encryption, b"syncline component cache"),
        // Behind the wall, this process only compiles.
        max_concurrent_instances: if configuration.isolation == Isolation::InProcess { instances(configuration) } else { MIN_INSTANCES },
        compiler,
        compile_limits: CompileLimits::default(),
        max_component_bytes: MAX_COMPONENT_BYTES,
    }
}

/// An action may call another, which needs an instance while the first one waits. An eighth of the jobs' slots more is for environments that
/// have nothing under way.
fn instances(configuration: &Configuration) -> u32 {
    (2 * configuration.max_concurrent_runs + (configuration.max_concurrent_runs / 8).max(1)).max(MIN_INSTANCES)
}

/// Finds out now, and not with the first run, whether this system can confine a process.
async fn executor(engine: Engine, wall: Option<syncline_wall::Options>) -> anyhow::Result<Executor> {
    let Some(options) = wall else { return Ok(Executor::InProcess(engine)) };
    let (wall, given_up) = Wall::new(engine, options).await.context("`--isolation process` cannot be had here; `in-process` can")?;
    tracing::info!(given_up, "functions run in processes of their own");
    Ok(Executor::Process(wall))
}

async fn seed(store: &Store, keys: &Keys, declared: &[DeclaredKey], clock: &dyn Clock) -> anyhow::Result<()> {
    for (name, key) in [("dev", &keys.dev), ("prod", &keys.prod)] {
        let name = EnvironmentName::new(name)?;
        let environment = store.environments().ensure(&name, clock.now()).await?;
        let key = NewApiKey {
            environment: environment.id,
            display_name: "default".to_owned(),
            hash: hash(key),
            scopes: vec![ALL_OF_ENVIRONMENT.to_owned()],
            now: clock.now(),
        };
        // A node that brings another key does not end the one that other nodes' callers use.
        store.api_keys().ensure(key, Taken::Rename).await?;
    }
    for DeclaredKey { environment, name, key, scopes } in declared {
        let environment = store.environments().ensure(environment, clock.now()).await?.id;
        let key = NewApiKey { environment, display_name: name.clone(), hash: hash(key), scopes: scopes.clone(), now: clock.now() };
        store.api_keys().ensure(key, Taken::Replace).await?;
    }
    let account = NewAccountKey {
        display_name: "default".to_owned(),
        hash: hash(&keys.account),
        scopes: vec![ALL_OF_ACCOUNT.to_owned()],
        now: clock.now(),
    };
    Ok(store.account_keys().ensure(account).await?)
}

/// Sets the console's password where it is given. Where nobody has set one, the code with which the console lets somebody do so.
async fn console_password(store: &Store, configuration: &Configuration, clock: &dyn Clock) -> anyhow::Result<Option<Secret>> {
    if let Some(password) = &configuration.console_password {
        syncline_api::seed_password(store, clock, random, password).await.context("the console's password cannot be set")?;
    }
    if !store.operators().list_with_passwords().await?.is_empty() {
        setup_code::discard(&configuration.data_dir);
        return Ok(None);
    }
    Ok(Some(setup_code::prepare(&configuration.data_dir)?))
}

/// As the API looks keys up. They are random, so a plain hash is enough.
fn hash(key: &Secret) -> [u8; 32] {
    Sha256::digest(key.expose()).into()
}

fn derive(key: &[u8; 32], label: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(label);
    mac.finalize().into_bytes().into()
}

/// Names this process in leases: the host for people, random so that a restart is somebody else.
fn owner() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "node".to_owned());
    format!("{}-{}-{:08x}", host.trim(), std::process::id(), u32::from_le_bytes(random()))
}

fn random<const N: usize>() -> [u8; N] {
    crate::config::random()
}
