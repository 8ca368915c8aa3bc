//! The handle.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use syncline_domain::{Clock, CursorKey, FingerprintKey, Metrics, Outage, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::crypto::{Cipher, Keyring, RELOAD_EVERY};
use crate::database::{Database, Sql, values};
use crate::operations::{self, Journal};
use crate::overview::Recorder;
use crate::wakeups::Wakeups;
use crate::{
    AccountKeys, ApiKeys, AsyncActions, AuditEvents, AuthFlows, Checkpoints, Components, ConnectSessions, Connections, ConsoleSessions,
    DataKeys, Deployments, Environments, Error, FlowResults, FunctionCheckpoints, Functions, IdempotencyKeys, IncomingWebhooks,
    Integrations, Jobs, Locks, Operations, OperatorInvitations, Operators, Options, Overview, RateWindows, RecordPolicies, Records,
    RunLogs, Runs, Syncs, Variables, WebhookDeliveries, WebhookEndpoints, WebhookSettingsOf,
};

/// The database, opened. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    cipher: Arc<Cipher>,
    keyring: Arc<Keyring>,
    wakeups: Wakeups,
    /// The lane that had the latest turn on this node.
    lane_cursor: Arc<AtomicI64>,
    journal: Journal,
    recorder: Arc<Recorder>,
    tasks: TaskTracker,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

impl Store {
    /// Opens the database, brings its schema up to date and unwraps its keys.
    ///
    /// Fails with [`Error::AlreadyOpen`] when another server has the SQLite file and with [`Error::WrongKey`] when it was encrypted with
    /// another master key.
    pub async fn open(options: Options, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let tasks = TaskTracker::new();
        let database = Database::open(&options.url.0, options.max_connections, &tasks, Arc::default()).await?;
        let keyring = Arc::new(Keyring::new(&options.keys));
        let cipher = match keyring.open(&database, clock.now()).await {
            Ok(cipher) => Arc::new(cipher),
            Err(error) => {
                database.close().await;
                return Err(error);
            }
        };
        operations::partition(&database, None, clock.now()).await?;
        let journal = Journal::start(database.clone(), &tasks);
        let stop = CancellationToken::new();
        let wakeups = Wakeups::start(&database, &tasks, &stop);
        let recorder = Arc::new(Recorder::new(Arc::clone(database.metrics()), Arc::clone(&clock)));
        tasks.spawn(stop.clone().run_until_cancelled_owned(Arc::clone(&recorder).run(database.clone())));
        let reloading = reload(database.clone(), Arc::clone(&keyring), Arc::clone(&cipher), clock);
        tasks.spawn(stop.clone().run_until_cancelled_owned(reloading));
        tasks.close();
        let lane_cursor = Arc::new(AtomicI64::new(i64::MIN));
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                cipher,
                keyring,
                wakeups,
                lane_cursor,
                journal,
                recorder,
                tasks,
                _stop_on_drop: stop.clone().drop_guard(),
                stop,
            }),
        })
    }

    /// Whether the database takes writes: a small one, on disk when this returns.
    ///
    /// A read would not do: a full disk, a standby and a stuck writer all answer those. On PostgreSQL it is a message in the log that nobody
    /// reads, so that no row is there for nodes to wait for each other at.
    pub async fn probe(&self, now: Timestamp) -> Result<(), Error> {
        // Differs because SQLite writes to its log what changes a page, and nothing else.
        const PROBE: Sql = Sql::differs(
            "INSERT INTO probes (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at RETURNING id",
            // The message itself is let through where nothing else would be.
            "SELECT pg_logical_emit_message(true, 'syncline probe', ($1::BIGINT)::TEXT) WHERE current_setting('transaction_read_only') = 'off'",
        );
        self.database()
            .write(move |transaction| {
                Box::pin(async move { transaction.row(PROBE, values![now]).await?.map(drop).ok_or_else(Error::read_only) })
            })
            .await
    }

    /// Finishes what was handed in and lets go of the database. Later calls fail with [`Error::Closed`].
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.journal.close().await;
        if let Err(error) = self.overview().flush().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the last figures of the overview could not be written");
        }
        self.inner.database.close().await;
        self.inner.tasks.wait().await;
    }

    /// Makes and reads the cursors of this installation.
    pub fn cursor_key(&self) -> &CursorKey {
        &self.inner.cipher.cursors
    }

    /// Makes the fingerprints of records in this installation.
    pub fn fingerprint_key(&self) -> &FingerprintKey {
        &self.inner.cipher.fingerprints
    }

    /// Changes when a job may have become claimable: subscribe, then claim, then wait. Poll as well, for jobs that fall due later and for
    /// notices lost with a connection.
    pub fn wakeups(&self) -> watch::Receiver<()> {
        self.inner.wakeups.subscribe()
    }

    /// Environments.
    pub fn environments(&self) -> Environments<'_> {
        Environments(self)
    }

    /// Keys of the account.
    pub fn account_keys(&self) -> AccountKeys<'_> {
        AccountKeys(self)
    }

    /// API keys.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(self)
    }

    /// What people did in the console.
    pub fn audit_events(&self) -> AuditEvents<'_> {
        AuditEvents(self)
    }

    /// Environments' variables.
    pub fn variables(&self) -> Variables<'_> {
        Variables(self)
    }

    /// Integrations.
    pub fn integrations(&self) -> Integrations<'_> {
        Integrations(self)
    }

    /// What providers told.
    pub fn incoming_webhooks(&self) -> IncomingWebhooks<'_> {
        IncomingWebhooks(self)
    }

    /// Connections.
    pub fn connections(&self) -> Connections<'_> {
        Connections(self)
    }

    /// Components.
    pub fn components(&self) -> Components<'_> {
        Components(self)
    }

    /// What was deployed when.
    pub fn deployments(&self) -> Deployments<'_> {
        Deployments(self)
    }

    /// Functions.
    pub fn functions(&self) -> Functions<'_> {
        Functions(self)
    }

    /// Syncs.
    pub fn syncs(&self) -> Syncs<'_> {
        Syncs(self)
    }

    /// Checkpoints of actions and event functions.
    pub fn function_checkpoints(&self) -> FunctionCheckpoints<'_> {
        FunctionCheckpoints(self)
    }

    /// Checkpoints of syncs.
    pub fn checkpoints(&self) -> Checkpoints<'_> {
        Checkpoints(self)
    }

    /// Jobs.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Runs.
    pub fn runs(&self) -> Runs<'_> {
        Runs(self)
    }

    /// Actions that run while nobody waits for them.
    pub fn async_actions(&self) -> AsyncActions<'_> {
        AsyncActions(self)
    }

    /// Requests that are answered once.
    pub fn idempotency_keys(&self) -> IdempotencyKeys<'_> {
        IdempotencyKeys(self)
    }

    /// Runs' logs.
    pub fn run_logs(&self) -> RunLogs<'_> {
        RunLogs(self)
    }

    /// What is taken of rate limits.
    pub fn rate_windows(&self) -> RateWindows<'_> {
        RateWindows(self)
    }

    /// Whether other nodes may work on the same database.
    pub fn may_be_shared(&self) -> bool {
        matches!(self.database(), Database::Postgres(_))
    }

    /// Records.
    pub fn records(&self) -> Records<'_> {
        Records(self)
    }

    /// Locks.
    pub fn locks(&self) -> Locks<'_> {
        Locks(self)
    }

    /// Sessions in which accounts are connected.
    pub fn connect_sessions(&self) -> ConnectSessions<'_> {
        ConnectSessions(self)
    }

    /// One-time states.
    pub fn auth_flows(&self) -> AuthFlows<'_> {
        AuthFlows(self)
    }

    /// What waiting browsers are told.
    pub fn flow_results(&self) -> FlowResults<'_> {
        FlowResults(self)
    }

    /// Environments' webhook settings.
    pub fn webhook_settings(&self) -> WebhookSettingsOf<'_> {
        WebhookSettingsOf(self)
    }

    /// Webhooks on their way.
    pub fn webhook_deliveries(&self) -> WebhookDeliveries<'_> {
        WebhookDeliveries(self)
    }

    /// The addresses that they go to.
    pub fn webhook_endpoints(&self) -> WebhookEndpoints<'_> {
        WebhookEndpoints(self)
    }

    /// What the system did.
    pub fn operations(&self) -> Operations<'_> {
        Operations(self)
    }

    /// Whether everything is well.
    pub fn overview(&self) -> Overview<'_> {
        Overview(self)
    }

    /// For how long records are kept.
    pub fn record_policies(&self) -> RecordPolicies<'_> {
        RecordPolicies(self)
    }

    /// What this process counts, in whichever room: whoever counts has the store at hand.
    pub fn metrics(&self) -> &Arc<Metrics> {
        self.database().metrics()
    }

    /// Connections to the database, and how many of them are idle.
    pub fn connections_open(&self) -> (usize, usize) {
        self.database().connections_open()
    }

    /// Who runs this installation.
    pub fn operators(&self) -> Operators<'_> {
        Operators(self)
    }

    /// Links with which operators choose their passwords.
    pub fn operator_invitations(&self) -> OperatorInvitations<'_> {
        OperatorInvitations(self)
    }

    /// Browsers signed in to the console.
    pub fn console_sessions(&self) -> ConsoleSessions<'_> {
        ConsoleSessions(self)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The keys of encryption at rest.
    pub fn keys(&self) -> DataKeys<'_> {
        DataKeys(self)
    }

    pub(crate) fn keyring(&self) -> &Arc<Keyring> {
        &self.inner.keyring
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.inner.recorder
    }

    pub(crate) fn cipher(&self) -> &Arc<Cipher> {
        &self.inner.cipher
    }

    /// Tells the workers of all nodes that a job was committed.
    pub(crate) fn wake(&self) {
        self.inner.wakeups.wake();
    }

    pub(crate) fn lane_cursor(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.inner.lane_cursor)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(..)")
    }
}

/// Learns of keys that other nodes added, well before those encrypt.
async fn reload(database: Database, keyring: Arc<Keyring>, cipher: Arc<Cipher>, clock: Arc<dyn Clock>) {
    let mut outage = Outage::of("data keys could not be looked up");
    loop {
        tokio::time::sleep(RELOAD_EVERY).await;
        match keyring.reload(&database, &cipher, clock.now()).await {
            Err(Error::Closed) => {}
            tried => _ = outage.note(tried),
        }
    }
}
