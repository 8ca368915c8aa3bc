//! Asks the database whether it takes writes: once a second at most, however many ask.

use std::time::{Duration, Instant};

use syncline_domain::Outage;
use tokio::sync::Mutex;

use crate::state::App;

/// A database that needs longer is of no use to callers with timeouts of their own.
const PATIENCE: Duration = Duration::from_secs(1);
/// Anybody may ask, and each answer costs a sync to disk: the last one is as good for so long.
const FRESH: Duration = Duration::from_secs(1);

/// What the database said last.
pub(crate) struct Probe(Mutex<Last>);

struct Last {
    answer: Option<(Instant, Result<Duration, ()>)>,
    outage: Outage,
}

#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("it answered nothing in {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error(transparent)]
    Failed(#[from] syncline_store::Error),
}

impl Default for Probe {
    fn default() -> Self {
        Self(Mutex::new(Last { answer: None, outage: Outage::of("the database takes no writes, and this server is not ready") }))
    }
}

impl Probe {
    /// How long a write took, a second ago at most; nothing where it failed. The log has the reason.
    pub(crate) async fn ask(&self, app: &App) -> Option<Duration> {
        // Whoever comes meanwhile waits here for the answer that is on its way.
        let mut last = self.0.lock().await;
        if let Some((at, answer)) = last.answer
            && at.elapsed() < FRESH
        {
            return answer.ok();
        }
        let begin = Instant::now();
        let tried = match tokio::time::timeout(PATIENCE, app.store.probe(app.clock.now())).await {
            Ok(tried) => tried.map_err(NoAnswer::Failed),
            Err(_) => Err(NoAnswer::TimedOut),
        };
        let took = last.outage.note(tried.map(|()| begin.elapsed()));
        last.answer = Some((Instant::now(), took.ok_or(())));
        took
    }
}
