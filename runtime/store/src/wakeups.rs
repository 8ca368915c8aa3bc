//! Who waits for jobs hears of them: in this process at once, on other nodes a few milliseconds later.
//!
//! Not by a NOTIFY in the transaction that enqueues: PostgreSQL lets only one such transaction commit at a time in the whole cluster. A node
//! tells the others after its commits, once for all of a few milliseconds. A notice that is lost (the node crashes in between, a connection
//! breaks) costs one interval of the workers' own poll.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use syncline_domain::Outage;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::database::Database;

const CHANNEL: &str = "syncline_jobs";
/// Between attempts to listen again after PostgreSQL went away; the workers' own poll covers the gap.
const LISTEN_PAUSE: Duration = Duration::from_secs(1);
/// All commits of this time are told at once: a few hundred notices a second at most, whatever is enqueued, and hardly a delay.
const GATHER: Duration = Duration::from_millis(3);

/// The wake-ups of one node.
#[derive(Clone)]
pub(crate) struct Wakeups {
    here: watch::Sender<()>,
    /// `None` where there are no other nodes.
    elsewhere: Option<watch::Sender<()>>,
}

impl Wakeups {
    /// Starts to listen and to tell, where other nodes may be.
    pub(crate) fn start(database: &Database, tasks: &TaskTracker, stop: &CancellationToken) -> Self {
        let here = watch::Sender::new(());
        let elsewhere = match database {
            Database::Sqlite(_) => None,
            Database::Postgres(postgres) => {
                let (telling, told) = watch::channel(());
                let mut name = [0; 8];
                getrandom::fill(&mut name).expect("the system has randomness");
                let name = format!("{:016x}", u64::from_le_bytes(name));
                tasks.spawn(stop.clone().run_until_cancelled_owned(listen(postgres.pool.clone(), here.clone(), name.clone())));
                tasks.spawn(stop.clone().run_until_cancelled_owned(tell(postgres.pool.clone(), told, name)));
                Some(telling)
            }
        };
        Self { here, elsewhere }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.here.subscribe()
    }

    /// After the commit.
    pub(crate) fn wake(&self) {
        self.here.send_replace(());
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.send_replace(());
        }
    }
}

async fn tell(pool: PgPool, mut told: watch::Receiver<()>, name: String) {
    while told.changed().await.is_ok() {
        // The first at once: whoever waits for a single job waits for this.
        let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&name).execute(&pool);
        if let Err(error) = notify.await {
            tracing::debug!(error = &error as &dyn std::error::Error, "other nodes could not be told of a job; they poll");
        }
        tokio::time::sleep(GATHER).await;
    }
}

async fn listen(pool: PgPool, here: watch::Sender<()>, name: String) {
    let mut outage = Outage::of("nobody listens for jobs of other nodes");
    loop {
        let ended = forward(&pool, &here, &name, &mut outage).await;
        outage.note(ended);
        tokio::time::sleep(LISTEN_PAUSE).await;
    }
}

async fn forward(pool: &PgPool, here: &watch::Sender<()>, name: &str, outage: &mut Outage) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(false);
    listener.listen(CHANNEL).await?;
    outage.note(Ok::<_, sqlx::Error>(()));
    loop {
        // Also after a lost connection (`None`): a notice may have been lost with it.
        let notice = listener.try_recv().await?;
        if notice.is_none_or(|notice| notice.payload() != name) {
            here.send_replace(());
        }
    }
}
