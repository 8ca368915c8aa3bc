//! `GET /ready`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::state::App;

/// A worker looks for jobs every second; one that could not for so long will not soon.
const SILENCE: Duration = Duration::from_secs(15);

/// That the server can serve.
#[derive(ToSchema)]
#[schema(as = Ready)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Answer {
    result: String,
    checks: Checks,
}

/// What a server that can serve is held against.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadyChecks)]
struct Checks {
    database: Database,
    shutdown: Shutdown,
    /// Absent where this process runs no jobs
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<Worker>,
}

/// Whether the database takes writes.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadyDatabase)]
struct Database {
    ok: bool,
    /// How long it took, a second ago at most
    #[schema(required = true)]
    write_ms: Option<u64>,
}

/// Whether nobody has asked the process to stop.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadyShutdown)]
struct Shutdown {
    ok: bool,
}

/// Whether jobs can be claimed.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadyWorker)]
struct Worker {
    ok: bool,
    last_claim_ms: u64,
}

/// Tell that the server can serve
///
/// The database takes writes, nobody has asked the process to stop, and its worker can claim jobs. 503 `not_ready` otherwise, with the same
/// `checks` in the error; a server that stops answers so for as long as it still answers. The schema is not among the checks: a server brings
/// it up to date before it listens.
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "getReady",
    tag = "server",
    security(()),
    responses((status = 200, description = "It can", body = Answer))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let pulse = &app.options.pulse;
    let write = app.probe.ask(&app).await;
    let checks = Checks {
        database: Database { ok: write.is_some(), write_ms: write.map(milliseconds) },
        shutdown: Shutdown { ok: !pulse.is_stopping() },
        worker: pulse.last_claim().map(|age| Worker { ok: age < SILENCE, last_claim_ms: milliseconds(age) }),
    };
    match problem(&checks) {
        None => Ok(Json(json!({ "result": "ok", "checks": checks }))),
        Some(problem) => Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", problem).with("checks", &checks)),
    }
}

fn problem(checks: &Checks) -> Option<&'static str> {
    if !checks.shutdown.ok {
        return Some("the server is stopping; send requests to another");
    }
    if !checks.database.ok {
        return Some("the database takes no writes; the server's log has the reason");
    }
    let silent = checks.worker.as_ref().is_some_and(|worker| !worker.ok);
    silent.then_some("no job could be claimed for a while; the server's log has the reason")
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
