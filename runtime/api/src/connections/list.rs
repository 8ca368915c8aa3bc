//! `GET /connections`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use syncline_domain::{ConnectionName, IntegrationKey, Tags};
use syncline_store::ConnectionFilter;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::connections::wire::{self, Summary};
use crate::error::ApiError;
use crate::query::{Bounded, Query};
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Params {
    /// Only this one
    #[serde(default)]
    connection_id: Option<String>,
    /// Text that occurs in the connection's id, or in its end user's name or e-mail address, in any case
    #[serde(default)]
    search: Option<String>,
    /// Only those of this user of yours
    #[serde(default)]
    end_user_id: Option<String>,
    /// Only those of users of this organization
    #[serde(default)]
    end_user_organization_id: Option<String>,
    /// Keys of integrations, joined by commas
    #[serde(default)]
    integration_id: Option<String>,
    /// Only connections that have all of these tags: `tags[plan]=gold`
    #[serde(default)]
    #[param(style = DeepObject, explode, required = false, value_type = BTreeMap<String, String>)]
    tags: Tags,
    /// At most so many; without it, up to 10,000
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 2_000)]
    limit: Option<Bounded<1, 2_000>>,
    /// Which page of `limit`, from 0
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 0)]
    page: Option<Bounded<0, { u32::MAX }>>,
}

/// A page of connections.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionList)]
pub(crate) struct Answer<'a> {
    connections: Vec<Summary<'a>>,
}

/// List connections
///
/// Without credentials, newest first.
#[utoipa::path(
    get,
    path = "/connections",
    operation_id = "listConnections",
    tag = "connections",
    params(Params),
    responses((status = 200, description = "The connections", body = Answer<'static>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, Query(params): Query<Params>) -> Result<Response, ApiError> {
    caller.require_any(&["environment:connections:list", "environment:connections:list_credentials"])?;
    let all = ConnectionFilter::default();
    let integrations: Option<Vec<IntegrationKey>> = params.integration_id.map(|csv| csv.split(',').flat_map(IntegrationKey::new).collect());
    let connection = params.connection_id.map(ConnectionName::new);
    // A name that breaks the rule is one that nothing has.
    let nothing = integrations.as_ref().is_some_and(Vec::is_empty) || matches!(connection, Some(Err(_)));
    let filter = ConnectionFilter {
        connection: connection.and_then(Result::ok),
        search: params.search.filter(|text| !text.is_empty()),
        end_user_id: params.end_user_id,
        end_user_organization_id: params.end_user_organization_id,
        integrations: integrations.unwrap_or_default(),
        tags: params.tags.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect(),
        limit: params.limit.map_or(all.limit, |Bounded(limit)| limit),
        page: params.page.map_or(0, |Bounded(page)| page),
    };
    let rows = if nothing { Vec::new() } else { app.store.connections().list(caller.environment(), filter).await? };
    Ok(Json(Answer { connections: rows.iter().map(wire::summary).collect() }).into_response())
}
