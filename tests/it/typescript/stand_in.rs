//! What all stand-ins for providers share: a port, a token, one 429, and a world that tests change.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use syncline_domain::{Clock as _, SystemClock};

use crate::provider::TOKEN;

/// Recordings are made from these answers: nothing in them may depend on the day.
const DATE: HeaderValue = HeaderValue::from_static("Mon, 02 Mar 2026 09:00:00 GMT");

/// A provider on loopback.
pub(crate) struct StandIn<W> {
    shared: Arc<Shared<W>>,
}

/// What its handlers see.
pub(crate) struct Shared<W> {
    address: SocketAddr,
    world: Mutex<W>,
    gate: Gate,
}

/// Who is let in.
#[derive(Default)]
struct Gate {
    requests: AtomicU32,
    /// How many requests are answered with 429 before the next real answer.
    refusals: AtomicU32,
    /// How many more are answered before it is down; `None` when it stays up.
    left: Mutex<Option<u32>>,
}

impl<W: Send + 'static> StandIn<W> {
    /// `guarded` asks for the token, `open` does not.
    pub(crate) async fn start(world: W, guarded: Router<Arc<Shared<W>>>, open: Router<Arc<Shared<W>>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { address, world: Mutex::new(world), gate: Gate::default() });
        let router = guarded
            .layer(middleware::from_fn_with_state(Arc::clone(&shared), admit::<W>))
            .merge(open)
            .layer(middleware::map_response(|mut response: Response| async move {
                response.headers_mut().insert(header::DATE, DATE);
                response
            }))
            .with_state(Arc::clone(&shared));
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared }
    }

    pub(crate) fn url(&self) -> String {
        self.shared.url()
    }

    /// To change what the provider holds.
    pub(crate) fn world(&self) -> MutexGuard<'_, W> {
        self.shared.world()
    }

    pub(crate) fn requests(&self) -> u32 {
        self.shared.gate.requests.load(Ordering::SeqCst)
    }

    /// The next request comes too early.
    pub(crate) fn limit_next(&self) {
        self.shared.gate.refusals.store(1, Ordering::SeqCst);
    }

    /// After that many more requests it is down, until this is called again with `None`.
    pub(crate) fn break_after(&self, requests: Option<u32>) {
        *self.shared.gate.left.lock().unwrap() = requests;
    }

    /// Whether somebody was told so.
    pub(crate) fn has_limited(&self) -> bool {
        self.shared.gate.refusals.load(Ordering::SeqCst) == 0
    }
}

impl<W> Shared<W> {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, W> {
        self.world.lock().unwrap()
    }
}

async fn admit<W: Send + 'static>(State(shared): State<Arc<Shared<W>>>, request: Request, next: Next) -> Response {
    shared.gate.requests.fetch_add(1, Ordering::SeqCst);
    let is_down = match &mut *shared.gate.left.lock().unwrap() {
        Some(0) => true,
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    };
    if is_down {
        // Not a status that is tried again.
        return refused(StatusCode::NOT_IMPLEMENTED, "Closed for maintenance");
    }
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let expected = format!("Bearer {TOKEN}");
    if !given.is_some_and(|given| given == expected || given == format!("Bearer {TOKEN}-closed")) {
        return refused(StatusCode::UNAUTHORIZED, "This token is not valid");
    }
    let limited = shared.gate.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if limited.is_ok() {
        let body = Json(json!({ "message": "Too many requests" }));
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], body).into_response();
    }
    next.run(request).await
}

pub(crate) fn refused(status: StatusCode, message: &str) -> Response<Body> {
    (status, Json(json!({ "message": message }))).into_response()
}

/// Now, as providers write it: `2026-01-31T12:00:00.000Z`.
pub(crate) fn now() -> String {
    SystemClock.now().to_millis_z()
}

/// One page of a list, at most `most` long, and where the next begins.
pub(crate) fn page(list: &[Value], start: usize, most: usize) -> (Vec<Value>, Option<usize>) {
    let page: Vec<Value> = list.iter().skip(start).take(most).cloned().collect();
    let end = start + page.len();
    (page, (end < list.len()).then_some(end))
}
