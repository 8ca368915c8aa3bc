//! How much waits in the queue: one statement, and not for each of many scrapers.

use std::time::{Duration, Instant};

use syncline_domain::Outage;
use syncline_store::JobDepth;
use tokio::sync::Mutex;

use crate::state::App;

/// It counts rows, and a million take a while.
const FRESH: Duration = Duration::from_secs(5);
/// A scraper gives up after ten seconds, and would have nothing at all then.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the database said last.
pub(crate) struct Depth(Mutex<Last>);

struct Last {
    answer: Option<(Instant, Vec<JobDepth>)>,
    outage: Outage,
}

#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("it answered nothing in {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error(transparent)]
    Failed(#[from] syncline_store::Error),
}

impl Default for Depth {
    fn default() -> Self {
        Self(Mutex::new(Last { answer: None, outage: Outage::of("the queue could not be counted for /metrics") }))
    }
}

impl Depth {
    /// `None` where the database does not answer in time: a figure that is missing is told from one that is zero.
    pub(super) async fn ask(&self, app: &App) -> Option<Vec<JobDepth>> {
        let mut last = self.0.lock().await;
        if let Some((at, answer)) = &last.answer
            && at.elapsed() < FRESH
        {
            return Some(answer.clone());
        }
        let tried = match tokio::time::timeout(PATIENCE, app.store.jobs().depth(app.clock.now())).await {
            Ok(tried) => tried.map_err(NoAnswer::Failed),
            Err(_) => Err(NoAnswer::TimedOut),
        };
        let answer = last.outage.note(tried);
        last.answer = answer.clone().map(|answer| (Instant::now(), answer));
        answer
    }
}
