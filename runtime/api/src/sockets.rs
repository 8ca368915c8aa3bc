//! The browsers that wait on this node for the result of an authorization. Wire contract 1.14.
//!
//! ```text
//! complete ──▶ store.flow_results (the truth) ──▶ a look each second, for all sockets of the node at once ──▶ the socket
//!          └─▶ tell: the socket is on this node already
//! ```
//!
//! What is not told here in time is found by the look, also when the browser returned to another node or came back after a lost connection.

pub(crate) mod serve;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::App;

/// A bound for memory: a socket costs some tens of kilobytes. Each belongs to a person who is signing in at this moment.
const MAX_SOCKETS: usize = 4_096;
/// How long a result waits for its browser, and a browser for its result: as long as a flow may take.
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);
/// How late a result of another node may be.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Clients asked for in one statement.
const LOOK_AT_ONCE: usize = 500;

/// All sockets of the node.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    waiting: Mutex<HashMap<Uuid, Waiting>>,
    looked: Mutex<Option<Instant>>,
    count: AtomicU64,
}

#[derive(Debug)]
struct Waiting {
    /// Tells sockets of the same client apart: the later one replaces the earlier.
    number: u64,
    result: Option<oneshot::Sender<String>>,
}

/// A socket's registration; ends with it.
#[derive(Debug)]
struct Place {
    sockets: Arc<Sockets>,
    client: Uuid,
    number: u64,
}

impl Sockets {
    /// Registers a client. Its earlier socket, if one is still open, hears of it by its channel's end.
    fn enter(self: &Arc<Self>, client: Uuid) -> Option<(Place, oneshot::Receiver<String>)> {
        let mut waiting = self.lock();
        if waiting.len() >= MAX_SOCKETS && !waiting.contains_key(&client) {
            return None;
        }
        let (result, receiver) = oneshot::channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        waiting.insert(client, Waiting { number, result: Some(result) });
        Some((Place { sockets: Arc::clone(self), client, number }, receiver))
    }

    /// Hands a result to the client's socket, if it is on this node and has had none.
    fn tell(&self, client: Uuid, message: String) {
        if let Some(result) = self.lock().get_mut(&client).and_then(|waiting| waiting.result.take()) {
            // A socket that closes at this moment leaves the result in the store.
            let _ = result.send(message);
        }
    }

    /// Those without a result, unless somebody looked less than a second ago.
    fn to_look_for(&self, now: Instant) -> Vec<String> {
        let mut looked = self.looked.lock().expect("nothing panics while it holds this lock");
        if looked.is_some_and(|last| now.saturating_duration_since(last) < LOOK_EVERY) {
            return Vec::new();
        }
        *looked = Some(now);
        self.lock().iter().filter(|(_, waiting)| waiting.result.is_some()).map(|(client, _)| client.to_string()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Waiting>> {
        self.waiting.lock().expect("nothing panics while it holds this lock")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.sockets.lock();
        if waiting.get(&self.client).is_some_and(|waiting| waiting.number == self.number) {
            waiting.remove(&self.client);
        }
    }
}

/// Keeps `message` for the client and hands it over at once where it waits on this node.
pub(crate) async fn publish(app: &App, client: &str, message: &str) -> Result<(), ApiError> {
    let Ok(client) = Uuid::parse_str(client) else { return Ok(()) };
    let expires_at = app.clock.now().plus(LIFETIME);
    app.store.flow_results().put(&client.to_string(), message, expires_at).await?;
    app.sockets.tell(client, message.to_owned());
    Ok(())
}

/// Fetches what other nodes have kept for the sockets of this one. Whichever socket's turn comes first looks for all.
async fn look(app: &App) {
    let clients = app.sockets.to_look_for(Instant::now());
    let now = app.clock.now();
    for some in clients.chunks(LOOK_AT_ONCE) {
        match app.store.flow_results().lookup(some, now).await {
            Ok(found) => {
                for (client, message) in found {
                    if let Ok(client) = Uuid::parse_str(&client) {
                        app.sockets.tell(client, message);
                    }
                }
            }
            // The next look comes in a second.
            Err(error) => tracing::debug!(error.reason = %error, "results of authorizations could not be looked up"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_socket_of_a_client_takes_over_from_the_earlier() {
        let sockets = Arc::new(Sockets::default());
        let client = Uuid::from_u128(1);
        let (first, mut earlier) = sockets.enter(client).unwrap();
        let (second, mut later) = sockets.enter(client).unwrap();
        assert!(matches!(earlier.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
        drop(first);
        sockets.tell(client, "done".to_owned());
        sockets.tell(client, "again".to_owned());
        assert_eq!(later.try_recv().unwrap(), "done");
        assert!(sockets.to_look_for(Instant::now()).is_empty(), "it has its result");
        drop(second);
        assert!(sockets.lock().is_empty());
    }

    #[test]
    fn sockets_are_bounded_and_a_place_that_ends_is_free_again() {
        let sockets = Arc::new(Sockets::default());
        let mut places: Vec<_> = (0..MAX_SOCKETS as u128).map(|n| sockets.enter(Uuid::from_u128(n)).unwrap()).collect();
        assert!(sockets.enter(Uuid::from_u128(u128::MAX)).is_none());
        assert!(sockets.enter(Uuid::from_u128(0)).is_some(), "a client that comes back takes no more room");
        places.truncate(1);
        assert!(sockets.enter(Uuid::from_u128(u128::MAX)).is_some());
    }

    #[test]
    fn one_look_a_second_serves_all() {
        let sockets = Arc::new(Sockets::default());
        let _places = [sockets.enter(Uuid::from_u128(1)).unwrap(), sockets.enter(Uuid::from_u128(2)).unwrap()];
        let now = Instant::now();
        assert_eq!(sockets.to_look_for(now).len(), 2);
        assert!(sockets.to_look_for(now + LOOK_EVERY / 2).is_empty());
        assert_eq!(sockets.to_look_for(now + LOOK_EVERY).len(), 2);
    }
}
