//! `POST /functions/deployments` and `GET /functions/deployments/:id`: one function, from a template or (not here) from source.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use syncline_domain::{FunctionId, OperationKind, Timestamp};
use syncline_store::{ComponentContent, Constraint, DeployComponent, Error as StoreError, FunctionRow, Origin};
use utoipa::ToSchema;
use uuid::Uuid;

use super::built::{self, SourceKind};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::deployments::refused;
use crate::error::ApiError;
use crate::integrations::functions::Kind;
use crate::state::App;

/// What to deploy.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewFunctionDeployment)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Body {
    /// Source: refused, because functions are built on the author's machine
    Function {
        integration_id: String,
        function_name: String,
        #[schema(inline)]
        #[expect(dead_code, reason = "only its shape matters where source is not compiled")]
        function_type: SourceKind,
        code: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only its shape matters where source is not compiled")]
        version: Option<String>,
        #[serde(default)]
        #[expect(dead_code, reason = "only its shape matters where source is not compiled")]
        allow_destructive: Option<bool>,
    },
    /// A function that comes with the server
    Template {
        integration_id: String,
        /// Its name: `GET /providers/{provider}/templates`
        template: String,
        /// Needed where templates of several kinds have the name
        #[serde(default)]
        #[schema(inline)]
        function_type: Option<Kind>,
    },
}

/// A deployment that is done.
#[derive(Serialize, ToSchema)]
#[schema(as = FunctionDeployment)]
pub(crate) struct Answer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// `success`
    status: &'static str,
    integration_id: String,
    #[schema(inline)]
    function_type: Kind,
    function_name: String,
    deployed: bool,
    deployed_functions: Vec<DeployedVersion>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    completed_at: Timestamp,
}

/// A function of a deployment.
#[derive(Serialize, ToSchema)]
struct DeployedVersion {
    name: String,
    version: String,
}

/// Deploy one function
///
/// From a template that comes with the server; it is deployed when the answer comes. Source is refused with 400
/// `execution_environment_unavailable`: functions are built on the author's machine and deployed with `syncline deploy`. 404
/// `integration_not_found` or `template_not_found`; 409 `template_already_deployed`, or `ambiguous_function` where `function_type` is needed.
#[utoipa::path(
    post,
    path = "/functions/deployments",
    operation_id = "createFunctionDeployment",
    tag = "functions",
    request_body = Body,
    responses((status = 202, description = "The deployment, which is done", body = Answer))
)]
pub(crate) async fn create(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Response, ApiError> {
    caller.require("environment:deploy")?;
    match body {
        Body::Function { integration_id, function_name, code, .. } => {
            built::check_name(&["function_name"], &function_name)?;
            built::check_code(&code)?;
            built::integration(&app, &caller, &integration_id).await?;
            Err(built::elsewhere())
        }
        Body::Template { integration_id, template, function_type } => {
            let row = deploy(&app, &caller, &integration_id, &template, function_type).await?;
            Ok((StatusCode::ACCEPTED, Json(answer(&row))).into_response())
        }
    }
}

/// Show a deployment of one function
///
/// As long as the function is what that deployment made it.
#[utoipa::path(
    get,
    path = "/functions/deployments/{id}",
    operation_id = "getFunctionDeployment",
    tag = "functions",
    params(("id" = String, Path, description = "Id of the deployment")),
    responses((status = 200, description = "The deployment", body = Answer))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Json<Answer>, ApiError> {
    caller.require("environment:deploy")?;
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "deployment_not_found", format!("there is no deployment `{id}`"));
    let uuid = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let row = app.store.functions().lookup(function_of(uuid)).await?;
    let row = row.filter(|row| {
        row.environment == caller.environment() && row.origin == Origin::Template && deployment_id(row.id, row.version) == uuid
    });
    row.map(|row| Json(answer(&row))).ok_or_else(unknown)
}

async fn deploy(app: &App, caller: &Caller, key: &str, name: &str, kind: Option<Kind>) -> Result<FunctionRow, ApiError> {
    let integration = built::integration(app, caller, key).await?;
    let templates = app.templates.all(app.runner.as_ref()).await.map_err(refused)?;
    let mut found = templates.iter().filter(|template| {
        let definition = &template.definition;
        template.is_for(&integration.provider) && definition.name.as_str() == name && kind.is_none_or(|kind| kind == definition.kind.into())
    });
    let template = found.next().ok_or_else(|| {
        let message =
            format!("the provider `{}` has no template `{name}`; `GET /providers/{0}/templates` lists them", integration.provider);
        ApiError::new(StatusCode::NOT_FOUND, "template_not_found", message)
    })?;
    if found.next().is_some() {
        let message = format!("several templates are called `{name}`; say which with `function_type`");
        return Err(ApiError::new(StatusCode::CONFLICT, "ambiguous_function", message));
    }
    let component = DeployComponent {
        integration: integration.id,
        content: ComponentContent::Sent {
            digest: template.digest,
            build: template.build.clone(),
            wasm: template.wasm.clone(),
            manifest: json!([template.definition]).to_string(),
        },
        functions: vec![template.definition.clone()],
        source: None,
    };
    let deployed = app.store.deployments().insert_template(caller.environment(), component, app.clock.now()).await;
    let deployed = deployed.map_err(|error| match error {
        StoreError::Conflict { constraint: Constraint::Function } => {
            let message = format!("integration `{key}` has a function `{name}` of that type already; delete it first");
            ApiError::new(StatusCode::CONFLICT, "template_already_deployed", message)
        }
        other => other.into(),
    })?;
    let note = app.operation(caller.environment(), OperationKind::DeployPrebuilt).by(caller).of(&integration.key);
    let note = note.function(&template.definition.name);
    note.succeeded(app, format!("deployed the template {name}"), &json!({}));
    let row = app.store.functions().lookup(deployed[0]).await?;
    row.ok_or_else(|| ApiError::not_found(format!("function `{name}` was deleted a moment ago")))
}

fn answer(row: &FunctionRow) -> Answer {
    let name = row.definition.name.to_string();
    Answer {
        id: deployment_id(row.id, row.version),
        status: "success",
        integration_id: row.integration_key.to_string(),
        function_type: row.definition.kind.into(),
        function_name: name.clone(),
        deployed: true,
        deployed_functions: vec![DeployedVersion { name, version: row.version.to_string() }],
        created_at: row.deployed_at,
        completed_at: row.deployed_at,
    }
}

/// A version of a function is its deployment: its id says which (UUID version 8, RFC 9562), so that nothing else need be kept. Six bytes for
/// each number are more than either reaches.
fn deployment_id(function: FunctionId, version: i64) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&function.0.to_be_bytes()[2..]);
    bytes[10..].copy_from_slice(&version.to_be_bytes()[2..]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn function_of(deployment: Uuid) -> FunctionId {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&deployment.as_bytes()[..6]);
    FunctionId(i64::from_be_bytes(bytes))
}
