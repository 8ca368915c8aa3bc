//! The public form of a function, and the names of its kinds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use syncline_domain::{EventKind, FunctionDefinition, FunctionId, FunctionKind, Timestamp};
use syncline_store::{FunctionRow, Origin};
use utoipa::ToSchema;

/// As in the path's query and in `type`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Sync,
    Action,
    OnEvent,
}

impl From<FunctionKind> for Kind {
    fn from(kind: FunctionKind) -> Self {
        match kind {
            FunctionKind::Sync => Self::Sync,
            FunctionKind::Action => Self::Action,
            FunctionKind::Event => Self::OnEvent,
        }
    }
}

/// A function that can be deployed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Described` flattens")]
pub(crate) struct FunctionTemplate {
    name: String,
    #[schema(inline)]
    r#type: Kind,
    description: String,
    scopes: Vec<String>,
    /// Name of the input's schema in `json_schema`; actions only
    #[schema(required = false)]
    input: String,
    /// Names of models or of the output's schema in `json_schema`
    #[schema(required = false)]
    returns: Vec<String>,
    /// `{"definitions": {name: JSON Schema}}`
    #[schema(required = false, value_type = Option<Object>)]
    json_schema: Option<String>,
    /// When a sync runs; `null` for one that runs on demand
    #[schema(required = false)]
    runs: Option<String>,
    #[schema(required = false)]
    auto_start: bool,
    #[schema(required = false)]
    track_deletes: bool,
    /// What an event function waits for
    #[schema(required = false)]
    event: String,
}

/// A function with what is known of its deployment.
#[derive(Serialize)]
pub(super) struct Attached<'a> {
    id: FunctionId,
    #[serde(flatten)]
    function: Described<'a>,
    enabled: bool,
    last_deployed: Timestamp,
    source: &'static str,
}

/// What a function says of itself.
#[derive(Serialize)]
pub(crate) struct Described<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: Kind,
    description: &'a str,
    scopes: &'a [String],
    #[serde(flatten)]
    data: Option<Data<'a>>,
    #[serde(flatten)]
    schedule: Option<Timing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventKind>,
}

/// What comes in and goes out.
#[derive(Serialize)]
pub(crate) struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    pub(crate) returns: Vec<String>,
    pub(crate) json_schema: Option<Schemas<'a>>,
}

#[derive(Serialize)]
struct Timing {
    runs: Option<String>,
    auto_start: bool,
    track_deletes: bool,
}

/// Every schema of the function by name.
#[derive(Serialize)]
pub(crate) struct Schemas<'a> {
    definitions: BTreeMap<String, &'a RawValue>,
}

pub(super) fn deployed(row: &FunctionRow) -> Attached<'_> {
    let function = described(&row.definition);
    Attached { id: row.id, function, enabled: row.enabled, last_deployed: row.deployed_at, source: source(row) }
}

pub(crate) fn described(definition: &FunctionDefinition) -> Described<'_> {
    Described {
        name: definition.name.as_str(),
        kind: definition.kind.into(),
        description: &definition.description,
        scopes: &definition.scopes,
        data: (definition.kind != FunctionKind::Event).then(|| data(definition)),
        schedule: (definition.kind == FunctionKind::Sync).then(|| Timing {
            runs: definition.schedule().ok().flatten().map(|schedule| schedule.text()),
            auto_start: definition.auto_start,
            // A function tracks deletes by calling for it; its description does not tell.
            track_deletes: false,
        }),
        event: definition.event,
    }
}

/// Where a function came from, in the wire's words.
pub(crate) const fn source(row: &FunctionRow) -> &'static str {
    match row.origin {
        Origin::Deployed => "standalone",
        Origin::Template => "catalog",
    }
}

/// Inputs and outputs have no names of their own, so they are called after the function.
pub(crate) fn data(definition: &FunctionDefinition) -> Data<'_> {
    let mut definitions: BTreeMap<String, &RawValue> =
        definition.models.iter().map(|model| (model.name.to_string(), &*model.schema)).collect();
    let mut returns: Vec<String> = definition.models.iter().map(|model| model.name.to_string()).collect();
    let named = |prefix: &str, schema: &Option<Box<RawValue>>| schema.is_some().then(|| format!("{prefix}_{}", definition.name));
    let (input, output) = (named("ActionInput", &definition.input), named("ActionOutput", &definition.output));
    for (name, schema) in [(&input, &definition.input), (&output, &definition.output)] {
        if let (Some(name), Some(schema)) = (name, schema) {
            definitions.insert(name.clone(), schema);
        }
    }
    returns.extend(output);
    Data { input, returns, json_schema: (!definitions.is_empty()).then_some(Schemas { definitions }) }
}

/// A function with what is known of its deployment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Attached` flattens")]
pub(crate) struct AttachedFunction {
    id: i64,
    name: String,
    #[schema(inline)]
    r#type: Kind,
    description: String,
    scopes: Vec<String>,
    enabled: bool,
    #[schema(format = DateTime)]
    last_deployed: String,
    /// Where it comes from
    source: String,
    /// Name of the input's schema in `json_schema`; actions only
    #[schema(required = false)]
    input: String,
    /// Names of models, or of the output's schema, in `json_schema`; not of event functions
    #[schema(required = false)]
    returns: Vec<String>,
    /// `{"definitions": {name: JSON Schema}}`; not of event functions
    #[schema(required = false, value_type = Option<Object>)]
    json_schema: Option<String>,
    /// When a sync runs; `null` for one that runs on demand
    #[schema(required = false)]
    runs: Option<String>,
    /// Of a sync: whether it starts with each new connection
    #[schema(required = false)]
    auto_start: bool,
    /// Of a sync
    #[schema(required = false)]
    track_deletes: bool,
    /// What an event function waits for
    #[schema(required = false)]
    event: String,
}
