//! The stand-in's listener, and the handle by which a tour or a test changes what it holds.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use syncline_domain::{Clock, Timestamp};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::data::World;
use super::routes;

/// GitHub's window.
const WINDOW: Duration = Duration::from_hours(1);

/// How the stand-in behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The one token that it lets in.
    pub token: String,
    /// Requests an hour; 5,000 at GitHub.
    pub rate_limit: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { token: "gho_stand-in-token".to_owned(), rate_limit: 5_000 }
    }
}

/// A running stand-in; it stops when this is dropped.
pub struct GithubStandIn {
    shared: Arc<Shared>,
    tasks: TaskTracker,
    stop: DropGuard,
}

pub(super) struct Shared {
    options: Options,
    base_url: String,
    world: Mutex<World>,
    spent: Mutex<Spent>,
}

struct Spent {
    used: u64,
    total: u64,
    reset_at: Timestamp,
}

/// The rate limit as one request sees it.
pub(super) struct Rate {
    pub(super) limit: u64,
    pub(super) used: u64,
    /// Seconds since 1970.
    pub(super) reset_at: u64,
    pub(super) exceeded: bool,
}

impl GithubStandIn {
    /// Listens on a free loopback port.
    pub async fn start(options: Options, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let spent = Spent { used: 0, total: 0, reset_at: clock.now().plus(WINDOW) };
        let shared = Arc::new(Shared { options, base_url, world: Mutex::new(World::new(clock)), spent: Mutex::new(spent) });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let serving = axum::serve(listener, routes::router(Arc::clone(&shared))).with_graceful_shutdown(stop.clone().cancelled_owned());
        tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the stand-in stopped");
            }
        });
        tasks.close();
        Ok(Self { shared, tasks, stop: stop.drop_guard() })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.shared.base_url
    }

    /// The token that it lets in.
    pub fn token(&self) -> &str {
        self.shared.token()
    }

    /// What it holds, to read and to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// How many requests it has answered, all windows together.
    pub fn requests(&self) -> u64 {
        self.shared.lock_spent().total
    }

    /// Stops, and waits until the last answer is out.
    pub async fn stop(self) {
        drop(self.stop);
        self.tasks.wait().await;
    }
}

impl Shared {
    pub(super) fn token(&self) -> &str {
        &self.options.token
    }

    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request.
    pub(super) fn spend(&self) -> Rate {
        let now = self.world().clock().now();
        let mut spent = self.lock_spent();
        if now >= spent.reset_at {
            spent.used = 0;
            spent.reset_at = now.plus(WINDOW);
        }
        spent.total += 1;
        let exceeded = spent.used >= self.options.rate_limit;
        spent.used += u64::from(!exceeded);
        self.read(&spent, exceeded)
    }

    /// Looks without counting.
    pub(super) fn rate(&self) -> Rate {
        self.read(&self.lock_spent(), false)
    }

    fn read(&self, spent: &Spent, exceeded: bool) -> Rate {
        let reset_at = u64::try_from(spent.reset_at.unix_millis() / 1_000).unwrap_or(0);
        Rate { limit: self.options.rate_limit, used: spent.used, reset_at, exceeded }
    }

    fn lock_spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rate {
    pub(super) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use syncline_domain::SystemClock;

    use super::*;
    use crate::cli::client::plain_http;

    async fn get(stand_in: &GithubStandIn, url: &str, token: &str) -> (u16, Option<String>, Value) {
        let url = if url.starts_with("http") { url.to_owned() } else { format!("{}{url}", stand_in.url()) };
        let response = plain_http().unwrap().get(url).bearer_auth(token).send().await.unwrap();
        let next = response.headers().get("link").and_then(|link| {
            let next = link.to_str().unwrap().split(", ").find(|part| part.ends_with("rel=\"next\""))?;
            Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
        });
        (response.status().as_u16(), next, response.json().await.unwrap())
    }

    #[tokio::test]
    async fn following_the_links_gives_every_issue_once() {
        let stand_in = GithubStandIn::start(Options::default(), Arc::new(SystemClock)).await.unwrap();
        let mut url = Some("/repos/octo-orbit/beacon/issues?state=all&sort=updated&direction=asc&per_page=25".to_owned());
        let (mut numbers, mut pages, mut updated) = (BTreeSet::new(), 0, Vec::new());
        while let Some(here) = url {
            let (status, next, issues) = get(&stand_in, &here, stand_in.token()).await;
            assert_eq!(status, 200);
            for issue in issues.as_array().unwrap() {
                assert!(numbers.insert(issue["number"].as_u64().unwrap()), "{issue}");
                updated.push(issue["updated_at"].as_str().unwrap().to_owned());
            }
            (url, pages) = (next, pages + 1);
        }
        assert_eq!((numbers.len(), pages), (110, 5));
        assert!(updated.is_sorted());
        let since = updated[100].clone();
        let (_, _, newer) =
            get(&stand_in, &format!("/repos/octo-orbit/beacon/issues?state=all&per_page=100&since={since}"), stand_in.token()).await;
        assert_eq!(newer.as_array().unwrap().len(), updated.iter().filter(|at| **at >= since).count());
        stand_in.stop().await;
    }

    #[tokio::test]
    async fn a_wrong_token_and_a_spent_limit_are_refused_as_at_github() {
        let options = Options { rate_limit: 1, ..Options::default() };
        let stand_in = GithubStandIn::start(options, Arc::new(SystemClock)).await.unwrap();
        let (status, _, body) = get(&stand_in, "/user/repos", "wrong").await;
        assert_eq!((status, &body["message"]), (401, &Value::from("Bad credentials")));
        assert_eq!(get(&stand_in, "/user/repos", stand_in.token()).await.0, 200);
        assert_eq!(get(&stand_in, "/user/repos", stand_in.token()).await.0, 403);
        let (status, _, body) = get(&stand_in, "/rate_limit", stand_in.token()).await;
        assert_eq!((status, &body["rate"]["remaining"]), (200, &Value::from(0)));
        assert_eq!(stand_in.requests(), 2);
    }
}
