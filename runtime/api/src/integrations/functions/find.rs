//! The function that a path names.

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use syncline_store::FunctionRow;
use utoipa::IntoParams;

use super::wire::Kind;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::find;
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfKind {
    /// Which of several functions with the name: `sync`, `action` or `on-event`
    #[serde(default, rename = "type")]
    #[param(inline)]
    pub(super) kind: Option<Kind>,
}

/// 404 where there is none; 409 `ambiguous_function` where functions of several kinds have the name and the caller names none.
pub(super) async fn function(app: &App, caller: &Caller, key: &str, name: &str, of: OfKind) -> Result<FunctionRow, ApiError> {
    let integration = find::integration(app, caller.environment(), key).await?;
    let mut found = app.store.functions().list(caller.environment(), Some(integration.id)).await?;
    found.retain(|row| row.definition.name.as_str() == name && of.kind.is_none_or(|kind| kind == row.definition.kind.into()));
    if found.len() > 1 {
        let matches: Vec<_> = found.iter().map(|row| json!({ "type": Kind::from(row.definition.kind), "name": name })).collect();
        let message = format!("several functions are called `{name}`; say which with `type`");
        return Err(ApiError::new(StatusCode::CONFLICT, "ambiguous_function", message).with("payload", &json!({ "matches": matches })));
    }
    found.pop().ok_or_else(|| ApiError::not_found(format!("function `{name}` is not deployed to integration `{key}`")))
}
