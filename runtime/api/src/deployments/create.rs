//! `POST /deployments`

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ComponentSource, IntegrationId, IntegrationKey, RunnerError};
use syncline_store::{Change, Deploy, DeployComponent, DeployedFunction, FunctionSource, IntegrationRow};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::integrations::functions::Kind;
use crate::issue::Issue;
use crate::openapi::{Envelope, IntegrationKeyText};
use crate::state::App;

/// As text; what is longer was not written by hand.
const MAX_SOURCE_BYTES: usize = 1 << 20;
const MAX_LANGUAGE_CHARS: usize = 32;

/// What to deploy.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDeployment)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(min_items = 1)]
    components: Vec<Component>,
}

/// A component, and the integration that it is for.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewComponent)]
#[serde(deny_unknown_fields)]
struct Component {
    /// May be left out where the component names one itself.
    #[serde(default)]
    #[schema(value_type = Option<IntegrationKeyText>)]
    integration: Option<IntegrationKey>,
    /// The .wasm file in Base64.
    #[schema(format = Byte)]
    wasm: String,
    /// What the author wrote, for whoever asks for a function's code.
    #[serde(default)]
    source: Option<Source>,
}

/// What the author wrote.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewSource)]
#[serde(deny_unknown_fields)]
struct Source {
    #[schema(pattern = "^[a-z0-9-]+$", min_length = 1, max_length = 32)]
    language: String,
    /// 1 MiB at most, without zero bytes
    #[schema(max_length = 1_048_576)]
    code: String,
}

impl Source {
    fn check(self, at: &str) -> Result<FunctionSource, ApiError> {
        let Self { language, code } = self;
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if language.is_empty() || language.len() > MAX_LANGUAGE_CHARS || !language.chars().all(is_word) {
            let message = "has 1 to 32 small letters, digits and hyphens: `rust`, `typescript`";
            return Err(ApiError::invalid_body(&["components", at, "source", "language"], message));
        }
        if code.len() > MAX_SOURCE_BYTES {
            let issue = Issue::new("too_big", &["components", at, "source", "code"], format!("has {MAX_SOURCE_BYTES} bytes at most"));
            return Err(ApiError::invalid("invalid_body", issue));
        }
        // PostgreSQL's texts cannot hold it, and no source does.
        if code.contains('\0') {
            return Err(ApiError::invalid_body(&["components", at, "source", "code"], "holds a zero byte"));
        }
        Ok(FunctionSource { language, code })
    }
}

/// What was deployed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Deployment {
    functions: Vec<DeploymentFunction>,
    deleted: Vec<DeploymentDeletion>,
}

/// A function that was deployed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct DeploymentFunction {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
    version: i64,
    /// `created`, `updated` or `unchanged`
    change: String,
}

/// A function that no component holds any more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct DeploymentDeletion {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
}

/// Deploy components
///
/// Deploys all components or none: each integration named has, afterwards, exactly the functions that its components hold.
#[utoipa::path(
    post,
    path = "/deployments",
    operation_id = "createDeployment",
    tag = "functions",
    request_body = Body,
    responses((status = 200, description = "What was deployed", body = Envelope<Deployment>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:deploy")?;
    if body.components.is_empty() {
        return Err(ApiError::invalid_body(&["components"], "names no component"));
    }
    let mut keys: HashMap<IntegrationId, IntegrationKey> = HashMap::new();
    let mut taken = HashSet::new();
    let mut components = Vec::with_capacity(body.components.len());
    for (index, component) in body.components.into_iter().enumerate() {
        let at = index.to_string();
        let source = component.source.map(|source| source.check(&at)).transpose()?;
        let wasm = STANDARD
            .decode(component.wasm)
            .map_err(|error| ApiError::invalid_body(&["components", &at, "wasm"], format!("is not Base64: {error}")))?;
        let wasm = Bytes::from(wasm);
        let deployment =
            app.runner.inspect(ComponentSource { wasm: wasm.clone() }).await.map_err(|error| refused(error).with("component", &at))?;
        let integration = integration(&app, &caller, component.integration, deployment.integration.as_deref(), &at).await?;
        for function in &deployment.functions {
            if !taken.insert((integration.id, function.kind, function.name.clone())) {
                let message =
                    format!("two components hold the {} `{}` for integration `{}`", function.kind.as_str(), function.name, integration.key);
                return Err(ApiError::bad_request("duplicate_function", message));
            }
        }
        keys.insert(integration.id, integration.key);
        let manifest = serde_json::to_string(&deployment.functions).expect("definitions have a JSON form");
        components.push(DeployComponent {
            integration: integration.id,
            digest: deployment.digest,
            wasm,
            manifest,
            functions: deployment.functions,
            source,
        });
    }
    let deploy = Deploy { environment: caller.environment(), components, now: app.clock.now() };
    let deployed = app.store.components().insert_deployment(deploy).await?;
    let head = |function: &DeployedFunction| json!({ "integration": keys.get(&function.integration), "type": Kind::from(function.kind), "name": function.name });
    let functions: Vec<Value> = deployed
        .functions
        .iter()
        .map(|function| {
            let mut wire = head(function);
            wire["version"] = function.version.into();
            wire["change"] = change(function.change).into();
            wire
        })
        .collect();
    let deleted: Vec<Value> = deployed.deleted.iter().map(head).collect();
    Ok(Json(json!({ "data": { "functions": functions, "deleted": deleted } })))
}

/// The integration that the request names, or else the component.
async fn integration(
    app: &App,
    caller: &Caller,
    asked: Option<IntegrationKey>,
    meant: Option<&str>,
    at: &str,
) -> Result<IntegrationRow, ApiError> {
    let unknown = |key: &str| {
        let message = format!("there is no integration `{key}`; create it first, or name another for this component");
        ApiError::bad_request("unknown_integration", message)
    };
    let key = match (asked, meant) {
        (Some(key), _) => key,
        (None, Some(key)) => IntegrationKey::new(key).map_err(|_| unknown(key))?,
        (None, None) => {
            let message = "the component names no integration, so the request must";
            return Err(ApiError::invalid_body(&["components", at, "integration"], message));
        }
    };
    app.store.integrations().lookup(caller.environment(), &key).await?.ok_or_else(|| unknown(key.as_str()))
}

/// Why a component is not deployed.
pub(crate) fn refused(error: RunnerError) -> ApiError {
    match error {
        RunnerError::Refused { code, message } => ApiError::bad_request(code, message),
        RunnerError::Busy => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", error.to_string()),
        RunnerError::Internal(_) => ApiError::internal(error),
    }
}

const fn change(change: Change) -> &'static str {
    match change {
        Change::Created => "created",
        Change::Updated => "updated",
        Change::Unchanged => "unchanged",
        Change::Deleted => "deleted",
    }
}
