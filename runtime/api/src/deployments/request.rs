//! The components of a request: sent along, or named where the environment has them.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use syncline_domain::{ComponentSource, Deployment, Digest, IntegrationKey, RunnerError};
use syncline_store::{ComponentContent, DeployComponent, FunctionSource, IntegrationRow, Known};
use utoipa::ToSchema;

use super::endpoints::Endpoints;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::IntegrationKeyText;
use crate::state::App;

/// As text; what is longer was not written by hand.
const MAX_SOURCE_BYTES: usize = 1 << 20;
const MAX_LANGUAGE_CHARS: usize = 32;

/// A component, and the integration that it is for. It comes along as `wasm`, or is named by its `build` or `digest` where this environment
/// has it already.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewComponent)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    /// May be left out where the component names one itself.
    #[serde(default)]
    #[schema(value_type = Option<IntegrationKeyText>)]
    integration: Option<IntegrationKey>,
    /// The .wasm file in Base64.
    #[serde(default)]
    #[schema(format = Byte)]
    wasm: Option<String>,
    /// What it was built from: `sdk.build` of its description, a SHA-256 in hexadecimal
    #[serde(default)]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    build: Option<String>,
    /// SHA-256 of the .wasm file in hexadecimal
    #[serde(default)]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    digest: Option<String>,
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

/// What a request comes to.
pub(super) struct Resolved {
    pub(super) components: Vec<DeployComponent>,
    /// Places of components that the environment does not have.
    pub(super) needed: Vec<usize>,
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

/// Every component with what it says of itself. What the environment does not have is only counted.
pub(super) async fn resolve(app: &App, caller: &Caller, asked: Vec<Component>) -> Result<Resolved, ApiError> {
    if asked.is_empty() {
        return Err(ApiError::invalid_body(&["components"], "names no component"));
    }
    let (mut taken, mut endpoints) = (HashSet::new(), Endpoints::default());
    let mut resolved = Resolved { components: Vec::with_capacity(asked.len()), needed: Vec::new() };
    for (index, component) in asked.into_iter().enumerate() {
        let at = index.to_string();
        let source = component.source.map(|source| source.check(&at)).transpose()?;
        // Before anybody sends megabytes for it.
        let named = match &component.integration {
            Some(key) => Some(lookup(app, caller, key.as_str()).await?),
            None => None,
        };
        let found = match (component.wasm, component.build, component.digest) {
            (Some(wasm), None, None) => Some(sent(app, &wasm, &at).await?),
            (None, Some(build), None) => kept(app, caller, Known::Build(hex("build", &at, &build)?.to_string()), &at).await?,
            (None, None, Some(digest)) => kept(app, caller, Known::Digest(hex("digest", &at, &digest)?), &at).await?,
            _ => return Err(ApiError::invalid_body(&["components", &at], "has one of `wasm`, `build` and `digest`")),
        };
        let Some((deployment, content)) = found else {
            resolved.needed.push(index);
            continue;
        };
        let integration = match (named, &deployment.integration) {
            (Some(row), _) => row,
            (None, Some(key)) => lookup(app, caller, key).await?,
            (None, None) => {
                let message = "the component names no integration, so the request must";
                return Err(ApiError::invalid_body(&["components", &at, "integration"], message));
            }
        };
        for function in &deployment.functions {
            if !taken.insert((integration.id, function.kind, function.name.clone())) {
                let message =
                    format!("two components hold the {} `{}` for integration `{}`", function.kind.as_str(), function.name, integration.key);
                return Err(ApiError::bad_request("duplicate_function", message));
            }
        }
        endpoints.add(integration.id, &deployment.functions)?;
        resolved.components.push(DeployComponent { integration: integration.id, content, functions: deployment.functions, source });
    }
    Ok(resolved)
}

/// 409 `component_needed`, with the places.
pub(super) fn needed(places: &[usize]) -> ApiError {
    let message = "this environment does not have all of the components that the request only names; send them along as `wasm`";
    ApiError::new(StatusCode::CONFLICT, "component_needed", message).with("payload", &serde_json::json!({ "needed": places }))
}

fn hex(field: &str, at: &str, text: &str) -> Result<Digest, ApiError> {
    let wrong = || ApiError::invalid_body(&["components", at, field], "is a SHA-256: 64 small hexadecimal digits");
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
    }
    Ok(Digest(bytes))
}

async fn sent(app: &App, wasm: &str, at: &str) -> Result<(Deployment, ComponentContent), ApiError> {
    let wasm =
        STANDARD.decode(wasm).map_err(|error| ApiError::invalid_body(&["components", at, "wasm"], format!("is not Base64: {error}")))?;
    let wasm = Bytes::from(wasm);
    let deployment = inspect(app, wasm.clone(), at).await?;
    let manifest = serde_json::to_string(&deployment.functions).expect("definitions have a JSON form");
    let content = ComponentContent::Sent { digest: deployment.digest, build: deployment.build.clone(), wasm, manifest };
    Ok((deployment, content))
}

/// It is asked again what it holds: a newer server may understand more of it than the one to which it was sent.
async fn kept(app: &App, caller: &Caller, known: Known, at: &str) -> Result<Option<(Deployment, ComponentContent)>, ApiError> {
    let Some((id, digest)) = app.store.components().find(caller.environment(), &known).await? else { return Ok(None) };
    let Some(wasm) = app.store.components().wasm(digest).await? else { return Ok(None) };
    Ok(Some((inspect(app, wasm, at).await?, ComponentContent::Kept(id))))
}

async fn inspect(app: &App, wasm: Bytes, at: &str) -> Result<Deployment, ApiError> {
    app.runner.inspect(ComponentSource { wasm }).await.map_err(|error| refused(error).with("component", &at))
}

/// 400 `unknown_integration`
async fn lookup(app: &App, caller: &Caller, key: &str) -> Result<IntegrationRow, ApiError> {
    let unknown = || {
        let message = format!("there is no integration `{key}`; create it first, or name another for this component");
        ApiError::bad_request("unknown_integration", message)
    };
    let key = IntegrationKey::new(key).map_err(|_| unknown())?;
    app.store.integrations().lookup(caller.environment(), &key).await?.ok_or_else(unknown)
}

/// Why a component is not deployed.
pub(crate) fn refused(error: RunnerError) -> ApiError {
    match error {
        RunnerError::Refused { code, message } => ApiError::bad_request(code, message),
        RunnerError::Busy => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", error.to_string()),
        RunnerError::Internal(_) => ApiError::internal(error),
    }
}
