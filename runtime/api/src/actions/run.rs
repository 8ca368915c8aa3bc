//! Running an action while its caller waits: what `/action/trigger` and the tools of `/mcp` have in common.

use http::StatusCode;
use serde_json::value::RawValue;
use syncline_domain::{ActionCall, FunctionKind, FunctionName, RunnerError, Trigger};
use syncline_store::{ConnectionRow, FunctionRow};

use crate::actions::failure;
use crate::error::ApiError;
use crate::state::App;

/// When a caller may find a free slot: long enough for short actions to end, short enough for nobody to notice.
const BUSY_RETRY_SECONDS: u32 = 1;

/// The action of this name at the connection's integration: 404 `not_found` or `disabled_resource` where there is none that may run.
pub(crate) async fn find(app: &App, connection: &ConnectionRow, name: &FunctionName) -> Result<FunctionRow, ApiError> {
    let function = app.store.functions().lookup_by_name(connection.integration, FunctionKind::Action, name).await?;
    let integration = &connection.integration_key;
    let function =
        function.ok_or_else(|| ApiError::not_found(format!("action `{name}` is not deployed to integration `{integration}`")))?;
    if !function.enabled {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "disabled_resource", format!("action `{name}` is disabled")));
    }
    Ok(function)
}

/// What the action gets. No input is an empty object to it: contract 11.2 A2.
pub(super) fn input(input: Option<&RawValue>) -> String {
    input.map(RawValue::get).filter(|&input| input != "null").unwrap_or("{}").to_owned()
}

/// Runs it to its end and returns its output, JSON text as the action wrote it.
pub(crate) async fn run(app: &App, connection: &ConnectionRow, action: &FunctionRow, input: Option<&RawValue>) -> Result<String, ApiError> {
    let input = self::input(input);
    let (environment, connection, function) = (connection.environment, connection.id, action.id);
    let outcome = app.runner.run_action(ActionCall { environment, connection, function, input, trigger: Trigger::Api }).await;
    match outcome {
        Ok(outcome) => outcome.result.map_err(|error| failure::to_api(Some(outcome.run), error)),
        Err(RunnerError::Refused { code, message }) => Err(ApiError::bad_request(code, message)),
        Err(busy @ RunnerError::Busy) => {
            let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", busy.to_string());
            Err(error.retry_after(BUSY_RETRY_SECONDS))
        }
        Err(error @ RunnerError::Internal(_)) => Err(ApiError::internal(error)),
    }
}
