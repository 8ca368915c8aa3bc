//! Things that go wrong on purpose.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, header};
use axum::middleware::Next;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{World, answer, refuse};

/// What is to happen to a request instead of, or after, what should.
#[derive(Clone)]
pub(crate) enum Plan {
    /// This status, these headers, and no work.
    Status(u16, Vec<(&'static str, String)>),
    /// An OAuth error, and no work.
    Refuse(u16, &'static str),
    /// Never an answer, and no work.
    Stall,
    /// The work is done, but the answer waits until the gate opens.
    Hold(Gate),
    /// The work is done, and its JSON answer is written differently: content type and body.
    Reshape(fn(&Value) -> (&'static str, String)),
}

/// Something to wait at.
#[derive(Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until somebody stands at the gate: the work behind it is done.
    pub(crate) async fn arrived(&self) {
        self.arrived.acquire().await.expect("never closed").forget();
    }

    /// Lets one through.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        self.open.acquire().await.expect("never closed").forget();
    }
}

#[derive(Default)]
pub(super) struct Plans {
    once: BTreeMap<String, VecDeque<Plan>>,
    always: BTreeMap<String, Plan>,
    /// How often each path was asked for.
    seen: BTreeMap<String, usize>,
}

impl World {
    /// For the next request to `path` that has no plan yet.
    pub(crate) fn plan(&self, path: &str, plan: Plan) {
        self.state.plans.lock().unwrap().once.entry(path.to_owned()).or_default().push_back(plan);
    }

    /// For every request to `path` without a plan of its own, until it is healed.
    pub(crate) fn plan_always(&self, path: &str, plan: Plan) {
        self.state.plans.lock().unwrap().always.insert(path.to_owned(), plan);
    }

    /// Forgets every plan for `path`.
    pub(crate) fn heal(&self, path: &str) {
        let mut plans = self.state.plans.lock().unwrap();
        plans.once.remove(path);
        plans.always.remove(path);
    }

    /// How often `path` was asked for.
    pub(crate) fn requests(&self, path: &str) -> usize {
        self.state.plans.lock().unwrap().seen.get(path).copied().unwrap_or(0)
    }
}

/// Counts the request and does what is planned for its path.
pub(super) async fn follow(State(world): State<World>, request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let plan = {
        let mut plans = world.state.plans.lock().unwrap();
        *plans.seen.entry(path.clone()).or_default() += 1;
        let once = plans.once.get_mut(&path).and_then(VecDeque::pop_front);
        once.or_else(|| plans.always.get(&path).cloned())
    };
    match plan {
        None => next.run(request).await,
        Some(Plan::Status(status, headers)) => {
            let mut response = answer(status, &json!({ "message": "planned" }));
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().expect("a header's value"));
            }
            response
        }
        Some(Plan::Refuse(status, error)) => refuse(status, error, "planned"),
        Some(Plan::Stall) => std::future::pending().await,
        Some(Plan::Hold(gate)) => {
            let response = next.run(request).await;
            gate.pass().await;
            response
        }
        Some(Plan::Reshape(reshape)) => {
            let (mut parts, body) = next.run(request).await.into_parts();
            let body = to_bytes(body, 1 << 20).await.expect("our own body");
            let (content_type, text) = reshape(&serde_json::from_slice(&body).expect("our own JSON"));
            parts.headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a content type"));
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(text))
        }
    }
}
