//! `POST /runs/:run/dry-run`, and what a run's dry run begins with, for the console, too.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use syncline_domain::{DryRun, DryRunCall, FunctionKind, RunnerError, Trigger};
use syncline_providers::webhook::payload;
use syncline_store::{FunctionRow, RunRow};
use utoipa::ToSchema;

use super::dry_run_wire::{self, Answer};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::runs::find;
use crate::state::App;

/// Another one ends within a minute.
const BUSY_RETRY_SECONDS: u32 = 60;

/// How to try it out.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDryRunOfRun)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Whether requests that change something at the provider are sent, too; else the first of them ends the dry run
    #[serde(default)]
    send_changes: bool,
}

/// What a run's dry run would be.
pub(crate) struct Subject {
    /// As it is deployed now.
    pub(crate) function: FunctionRow,
    /// Whether that was deployed after the run began.
    pub(crate) is_other_version: bool,
    call: DryRunCall,
}

/// Dry-run a run
///
/// Runs the function again as it is deployed now, on the same connection with the same input, and keeps nothing: records, checkpoint, metadata and
/// locks stay in memory, no run is noted and no webhook is sent. A sync begins at the checkpoint that its next run would begin with. Requests that
/// read go to the provider; the first other one ends the dry run with the code `write_refused`, unless `send_changes` is set. It ends after 60
/// seconds. A failure of the function is an answer, with `error`. 409 `dry_run_under_way` where the environment has another one under way; 409
/// `dry_run_impossible` where the run's connection, function or input is not there any more.
#[utoipa::path(
    post,
    path = "/runs/{run}/dry-run",
    operation_id = "dryRunRun",
    tag = "runs",
    params(("run" = String, Path, description = "Id of the run")),
    request_body = Body,
    responses((status = 200, description = "What it did", body = Answer<'static>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(run): Path<String>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Response, ApiError> {
    caller.require("environment:functions:dryrun")?;
    let run = find::run(&app, caller.environment(), &run).await?;
    let subject = of(&app, &run).await?;
    let outcome = subject.play(&app, body.send_changes).await?;
    Ok(Json(dry_run_wire::answer(&outcome)).into_response())
}

/// What there is to try out; 409 `dry_run_impossible` where it is not there any more.
pub(crate) async fn of(app: &App, run: &RunRow) -> Result<Subject, ApiError> {
    let gone = |message: &str| ApiError::new(StatusCode::CONFLICT, "dry_run_impossible", message);
    let function = app.store.functions().lookup(run.function).await?;
    let function = function.ok_or_else(|| gone("the function of this run is not deployed any more"))?;
    let connection = match run.connection {
        Some(connection) => app.store.connections().lookup_by_row_id(connection).await?,
        None => None,
    };
    let connection = connection.ok_or_else(|| gone("the connection of this run does not exist any more"))?;
    let sync = match (run.kind, run.sync) {
        (FunctionKind::Sync, Some(sync)) => app.store.syncs().lookup_by_id(sync).await?.map(|sync| sync.id),
        _ => None,
    };
    if run.kind == FunctionKind::Sync && sync.is_none() {
        return Err(gone("the sync of this run does not exist any more"));
    }
    let input = match (run.kind, run.trigger) {
        (FunctionKind::Action, _) => run.input.clone(),
        (FunctionKind::Sync, Trigger::Webhook) => webhook(app, run).await?,
        (FunctionKind::Sync | FunctionKind::Event, _) => Some("null".to_owned()),
    };
    let call = DryRunCall {
        environment: run.environment,
        connection: connection.id,
        function: function.id,
        sync,
        input: input.ok_or_else(|| gone("the input of this run is not kept any more"))?,
        trigger: run.trigger,
        sends_changes: false,
    };
    Ok(Subject { is_other_version: function.deployed_at > run.started_at, function, call })
}

/// What the provider told, as the run was given it.
async fn webhook(app: &App, run: &RunRow) -> Result<Option<String>, ApiError> {
    let Some(webhook) = app.store.runs().caused_by(run.id).await? else { return Ok(None) };
    let Some(content) = app.store.incoming_webhooks().content(webhook).await? else { return Ok(None) };
    let content_type = content.head.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
    Ok(payload(content_type, &content.body))
}

impl Subject {
    /// Tries it out.
    pub(crate) async fn play(self, app: &App, sends_changes: bool) -> Result<DryRun, ApiError> {
        app.runner.dry_run(DryRunCall { sends_changes, ..self.call }).await.map_err(|error| match error {
            RunnerError::Refused { code, message } => ApiError::new(StatusCode::CONFLICT, code, message).retry_after(BUSY_RETRY_SECONDS),
            busy @ RunnerError::Busy => {
                ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", busy.to_string()).retry_after(BUSY_RETRY_SECONDS)
            }
            error @ RunnerError::Internal(_) => ApiError::internal(error),
        })
    }
}
