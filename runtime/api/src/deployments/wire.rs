//! What a deployment does or did, as the outside reads it.

use http::StatusCode;
use serde::Serialize;
use syncline_domain::{DeploymentId, Timestamp};
use syncline_store::{Change, Deployed, DeploymentRow, FunctionChange, Outcome, RecordedChange};
use utoipa::ToSchema;

use super::difference::{Difference, differences};
use super::request;
use crate::error::ApiError;
use crate::integrations::functions::Kind;

/// What a deployment changes, or would change.
#[derive(Serialize, ToSchema)]
#[schema(as = DeploymentChanges)]
pub(crate) struct Changes {
    /// The deployment; `null` where nothing changed, and in a dry run
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    deployment: Option<DeploymentId>,
    /// Whether functions or models go
    destructive: bool,
    /// Everything that the integrations have afterwards, but for templates
    functions: Vec<DeployedFunction>,
    deleted: Vec<DeletedFunction>,
}

/// A function that was deployed.
#[derive(Serialize, ToSchema)]
#[schema(as = DeploymentFunction)]
struct DeployedFunction {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
    version: i64,
    /// `created`, `updated` or `unchanged`
    #[schema(value_type = String)]
    change: Change,
    /// What of it changes
    details: Vec<Difference>,
    /// Where models go: on how many connections the sync runs
    connections: u64,
    /// Models that no function of the integration saves any more
    lost_models: Vec<LostModel>,
}

/// A function that no component holds any more.
#[derive(Serialize, ToSchema)]
#[schema(as = DeploymentDeletion)]
struct DeletedFunction {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
    /// Its last
    version: i64,
    /// Of a sync: on how many connections it runs
    connections: u64,
    /// Models that no function of the integration saves any more
    lost_models: Vec<LostModel>,
}

/// A model that nothing saves any more. Its records stay in the cache, and are renewed no more.
#[derive(Serialize, ToSchema)]
struct LostModel {
    name: String,
    /// How many the integration's connections have
    records: u64,
}

/// A deployment that happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deployment {
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: DeploymentId,
    /// `deploy`, `rollback`, or `initial`: what was there before deployments were kept
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(required = true)]
    created_by: Option<DeployedBy>,
    /// Of a rollback: the deployment that it put back
    #[schema(value_type = Option<String>, required = true, format = "uuid")]
    rolled_back_to: Option<DeploymentId>,
    /// What it changed
    integrations: Vec<DeployedIntegration>,
    changes: Vec<DeploymentChange>,
}

/// An API key, by the name that it had then.
#[derive(Serialize, ToSchema)]
struct DeployedBy {
    api_key_id: String,
    api_key: String,
}

/// An integration that a deployment changed.
#[derive(Serialize, ToSchema)]
struct DeployedIntegration {
    integration: String,
    /// Whether it has not been deployed to since
    current: bool,
}

/// What a deployment did to a function.
#[derive(Serialize, ToSchema)]
struct DeploymentChange {
    integration: String,
    #[schema(inline)]
    r#type: Kind,
    name: String,
    /// `created`, `updated` or `deleted`
    #[schema(value_type = String)]
    change: Change,
    version: i64,
}

/// The answer, or why there is none.
pub(super) fn outcome(outcome: Outcome) -> Result<Changes, ApiError> {
    match outcome {
        Outcome::Done(deployed) => Ok(changes(&deployed)),
        Outcome::Destructive(deployed) => Err(destructive(&deployed)),
        Outcome::Missing(place) => Err(request::needed(&[place])),
        Outcome::Unknown => Err(unknown()),
        Outcome::Forgotten(key) => {
            let message = format!("what integration `{key}` had behind that deployment is not kept any more; roll the others back by name");
            Err(ApiError::new(StatusCode::CONFLICT, "deployment_forgotten", message))
        }
    }
}

/// 404 `deployment_not_found`
pub(super) fn unknown() -> ApiError {
    let message = "there is no such deployment, or it is not kept any more; `GET /deployments` lists those that are";
    ApiError::new(StatusCode::NOT_FOUND, "deployment_not_found", message)
}

pub(super) fn changes(deployed: &Deployed) -> Changes {
    let functions = deployed.functions.iter().map(|function| DeployedFunction {
        integration: function.integration_key.to_string(),
        r#type: function.kind.into(),
        name: function.name.to_string(),
        version: function.version,
        change: function.change,
        details: details(function),
        connections: function.connections,
        lost_models: lost(function),
    });
    let deleted = deployed.deleted.iter().map(|function| DeletedFunction {
        integration: function.integration_key.to_string(),
        r#type: function.kind.into(),
        name: function.name.to_string(),
        version: function.version,
        connections: function.connections,
        lost_models: lost(function),
    });
    let (deployment, destructive) = (deployed.deployment, deployed.is_destructive());
    Changes { deployment, destructive, functions: functions.collect(), deleted: deleted.collect() }
}

pub(super) fn deployment(row: &DeploymentRow) -> Deployment {
    let change = |change: &RecordedChange| DeploymentChange {
        integration: change.integration.to_string(),
        r#type: change.kind.into(),
        name: change.name.to_string(),
        change: change.change,
        version: change.version,
    };
    let integration = |(key, current): &(_, bool)| DeployedIntegration { integration: ToString::to_string(key), current: *current };
    Deployment {
        id: row.id,
        kind: row.kind.as_str(),
        created_at: row.created_at,
        created_by: row.by.as_ref().map(|by| DeployedBy { api_key_id: by.key.to_string(), api_key: by.name.clone() }),
        rolled_back_to: row.origin,
        integrations: row.integrations.iter().map(integration).collect::<Vec<_>>(),
        changes: row.changes.iter().map(change).collect(),
    }
}

fn details(function: &FunctionChange) -> Vec<Difference> {
    match (&function.after, function.change) {
        (Some(after), Change::Created | Change::Updated) => differences(function.before.as_ref(), after),
        _ => Vec::new(),
    }
}

fn lost(function: &FunctionChange) -> Vec<LostModel> {
    function.lost.iter().map(|model| LostModel { name: model.name.to_string(), records: model.records }).collect()
}

/// 409 `destructive_deployment`, with everything that would change.
fn destructive(deployed: &Deployed) -> ApiError {
    let functions = deployed.deleted.iter().map(|function| format!("the {} `{}`", function.kind.as_str(), function.name));
    let models = deployed.functions.iter().flat_map(|function| &function.lost).map(|model| format!("the model `{}`", model.name));
    let goes: Vec<String> = functions.chain(models).collect();
    let message = format!("{} would go: say `allow_destructive` if that is meant, or deploy what holds it, too", goes.join(", "));
    ApiError::new(StatusCode::CONFLICT, "destructive_deployment", message).with("payload", &changes(deployed))
}
