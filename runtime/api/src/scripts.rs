//! `GET /scripts/config`: everything that is deployed, as old tools and language models read it. Wire contract 1.20.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_domain::FunctionKind;
use syncline_store::FunctionRow;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::functions::{Kind, data, source};
use crate::query::Query;
use crate::state::App;

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Nango,
    OpenAi,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// `nango` for a list of integrations; `openai` for actions as tools of a language model
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// List what is deployed
///
/// By integration, or as tools of a language model: every action that is enabled.
#[utoipa::path(
    get,
    path = "/scripts/config",
    operation_id = "getScriptsConfig",
    tag = "functions",
    params(Params),
    responses((status = 200, description = "A list of integrations with their functions, or `{\"data\": [tool]}`", body = Value))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:integrations:list_functions")?;
    let functions = app.store.functions().list(caller.environment(), None).await?;
    if params.format == Format::OpenAi {
        let tools: Vec<Value> =
            functions.iter().filter(|row| row.enabled && row.definition.kind == FunctionKind::Action).map(tool).collect();
        return Ok(Json(json!({ "data": tools })));
    }
    let mut integrations = app.store.integrations().list(caller.environment()).await?;
    integrations.sort_by(|one, other| one.key.as_str().cmp(other.key.as_str()));
    let listed: Vec<Value> = integrations
        .iter()
        .map(|integration| {
            let of = |kind: FunctionKind| -> Vec<Value> {
                functions.iter().filter(|row| row.integration == integration.id && row.definition.kind == kind).map(function).collect()
            };
            json!({
                "providerConfigKey": integration.key,
                "provider": integration.provider,
                "syncs": of(FunctionKind::Sync),
                "actions": of(FunctionKind::Action),
                "on-events": of(FunctionKind::Event),
            })
        })
        .filter(|listed| ["syncs", "actions", "on-events"].iter().any(|kind| listed[kind] != json!([])))
        .collect();
    Ok(Json(listed.into()))
}

fn function(row: &FunctionRow) -> Value {
    let definition = &row.definition;
    let is_sync = definition.kind == FunctionKind::Sync;
    let data = data(definition);
    let features: &[&str] = if definition.checkpoint.is_some() { &["checkpoints"] } else { &[] };
    let mut wire = json!({
        "id": row.id,
        "name": definition.name,
        "type": Kind::from(definition.kind),
        "description": definition.description,
        "scopes": definition.scopes,
        "metadata": { "description": definition.description, "scopes": definition.scopes },
        "runs": definition.schedule().ok().flatten().map(|schedule| schedule.text()),
        "auto_start": definition.auto_start,
        // A function tracks deletes by calling for it; its description does not tell.
        "track_deletes": false,
        "returns": data.returns,
        "input": data.input,
        "json_schema": data.json_schema,
        "endpoints": [],
        "version": row.version.to_string(),
        "last_deployed": row.deployed_at,
        "enabled": row.enabled,
        // What a component was built with is not kept.
        "sdk_version": null,
        "source": source(row),
        "features": features,
        "webhookSubscriptions": definition.webhook_subscriptions,
        "attributes": {},
        "sync_type": is_sync.then_some(if definition.checkpoint.is_some() { "incremental" } else { "full" }),
    });
    if let Some(event) = definition.event {
        wire["event"] = json!(event);
    }
    wire
}

/// What a language model needs to call an action.
fn tool(row: &FunctionRow) -> Value {
    let definition = &row.definition;
    let schema = definition.input.as_deref().map(RawValue::get).and_then(|text| serde_json::from_str(text).ok());
    let mut schema: Map<String, Value> = schema.unwrap_or_default();
    let described = parameters_in(&definition.description);
    let Some(Value::Object(mut properties)) = schema.remove("properties") else {
        return json!({
            "name": definition.name, "description": definition.description,
            "parameters": { "type": "object", "properties": {}, "required": [] },
        });
    };
    for (name, property) in &mut properties {
        if let (Some(property), Some(description)) = (property.as_object_mut(), described.get(name)) {
            property.entry("description").or_insert_with(|| description.as_str().into());
        }
    }
    let required = schema.remove("required").unwrap_or_else(|| json!([]));
    let mut parameters = json!({ "type": "object", "properties": properties, "required": required });
    // What the properties refer to.
    for definitions in ["$defs", "definitions"] {
        if let Some(definitions_of) = schema.remove(definitions) {
            parameters[definitions] = definitions_of;
        }
    }
    json!({ "name": definition.name, "description": definition.description, "parameters": parameters })
}

/// Parameters that a description explains in a Markdown list: `- name: what it is`, the name perhaps in backticks or bold.
fn parameters_in(description: &str) -> BTreeMap<String, String> {
    let explained = |line: &str| {
        let item = line.trim().strip_prefix(['-', '*'])?.strip_prefix(' ')?;
        let (name, text) = item.split_once(':')?;
        let name = name.trim().trim_matches(['`', '*']);
        let text = text.trim_start_matches('*').trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        (is_name && !text.is_empty()).then(|| (name.to_owned(), text.to_owned()))
    };
    description.lines().filter_map(explained).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_the_description_explains_the_parameters() {
        let found = parameters_in("Adds an issue.\n\n- `title`: what it says\n* **body**: Markdown: yes\n- not a name: x\nlabels: none");
        let found: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(found, [("body", "Markdown: yes"), ("title", "what it says")]);
    }
}
