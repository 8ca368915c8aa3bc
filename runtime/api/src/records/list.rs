//! `GET /records`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use syncline_domain::{Action, ConnectionRef, ExternalId, ModelName, Timestamp, Variant};
use syncline_store::{CollectionRef, ListRecords};
use utoipa::{IntoParams, ToSchema};

use crate::addressed::{Address, Addressed};
use crate::auth::Caller;
use crate::connections::find;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::query::{Bounded, Query, Repeated};
use crate::records::splice;
use crate::state::App;

const DEFAULT_LIMIT: u32 = 100;
const MAX_CURSOR_CHARS: usize = 1_000;
const MAX_IDS: usize = 100;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Which model
    #[param(value_type = String, pattern = "^[A-Z][a-zA-Z0-9_-]*$")]
    model: ModelName,
    /// Which variant of the sync; `base` where none is named
    #[serde(default)]
    #[param(value_type = Option<String>)]
    variant: Option<Variant>,
    /// The old name of `modified_after`
    #[serde(default)]
    #[param(format = DateTime)]
    delta: Option<String>,
    /// Only what changed then or later
    #[serde(default)]
    #[param(format = DateTime)]
    modified_after: Option<String>,
    /// At most so many; 100 where it is left out. A page of large records has fewer
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    limit: Option<Bounded<1, 10_000>>,
    /// `added`, `updated`, `deleted`, joined by commas: what happened to the record last
    #[serde(default)]
    filter: Option<String>,
    /// Go on behind this: a page's `next_cursor`, or a record's `cursor`
    #[serde(default)]
    #[param(max_length = 1_000)]
    cursor: Option<String>,
    /// Only these; may be repeated
    #[serde(default)]
    #[param(value_type = Vec<String>, required = false, max_items = 100)]
    ids: Repeated,
}

/// A page of records.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that `splice` writes by hand")]
pub(crate) struct RecordPage {
    /// What was saved, each with `_nango_metadata`
    records: Vec<Record>,
    /// To go on with; `null` at the end
    next_cursor: Option<String>,
}

/// A record: the fields that the sync saved, its id and what is known of its changes. One whose payload was pruned has nothing else.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that `splice` writes by hand")]
pub(crate) struct Record {
    id: serde_json::Value,
    #[schema(rename = "_nango_metadata")]
    metadata: RecordMetadata,
}

/// What is known of a record's changes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that `splice` writes by hand")]
pub(crate) struct RecordMetadata {
    #[schema(format = DateTime)]
    first_seen_at: String,
    #[schema(format = DateTime)]
    last_modified_at: String,
    /// `ADDED`, `UPDATED` or `DELETED`
    last_action: String,
    #[schema(format = DateTime)]
    deleted_at: Option<String>,
    #[schema(format = DateTime)]
    pruned_at: Option<String>,
    /// To go on behind this record
    cursor: String,
}

/// List records
///
/// A page of records in the order of their changes, from the oldest to the newest. Times may have any offset. A model or variant that nothing
/// was saved to is an empty page.
#[utoipa::path(
    get,
    path = "/records",
    operation_id = "listRecords",
    tag = "records",
    params(Params, Address),
    responses((status = 200, description = "A page of records", body = RecordPage))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(params): Query<Params>,
    Addressed(of): Addressed,
) -> Result<Response, ApiError> {
    page(&app, &caller, params, &of).await
}

/// The page that `params` ask for, of the connection `of`.
pub(crate) async fn page(app: &App, caller: &Caller, params: Params, of: &ConnectionRef) -> Result<Response, ApiError> {
    caller.require("environment:records:read")?;
    let modified_after = params.modified_after.or(params.delta).map(|text| time(&text)).transpose()?;
    let actions = params.filter.as_deref().map(filter).transpose()?.unwrap_or_default();
    let ids = ids(params.ids)?;
    if params.cursor.as_ref().is_some_and(|cursor| cursor.len() > MAX_CURSOR_CHARS) {
        return Err(ApiError::bad_request("invalid_cursor", "the cursor is too long to be one of this server's"));
    }
    let connection = find::addressed_row(app, caller.environment(), of).await?;
    let page = app
        .store
        .records()
        .list(ListRecords {
            collection: CollectionRef { connection, model: params.model, variant: params.variant.unwrap_or_else(Variant::base) },
            // An empty text is how some clients write no cursor.
            cursor: params.cursor.filter(|cursor| !cursor.is_empty()),
            modified_after,
            limit: params.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit),
            actions,
            ids,
            include_deleted: true,
        })
        .await?;
    Ok(([(CONTENT_TYPE, "application/json")], splice::page(&page)).into_response())
}

fn time(text: &str) -> Result<Timestamp, ApiError> {
    // A `+` that the client did not escape arrives as a space.
    let text = if text.contains('T') { text.trim().replace(' ', "+") } else { text.trim().to_owned() };
    // The field's clients may leave the seconds out: `2026-01-31T12:00Z`.
    let with_seconds = || {
        let zone = text.find(['Z', 'z', '+']).or_else(|| text.rfind('-')).filter(|at| *at == 16)?;
        Timestamp::parse(&format!("{}:00{}", &text[..zone], &text[zone..])).ok()
    };
    Timestamp::parse(&text)
        .or_else(|defect| with_seconds().ok_or(defect))
        .map_err(|defect| ApiError::invalid("invalid_query_params", Issue::new("invalid_format", &["modified_after"], defect.to_string())))
}

/// `added`, `updated`, `deleted` in any case, joined by commas.
fn filter(text: &str) -> Result<Vec<Action>, ApiError> {
    let action = |word: &str| match word.trim().to_ascii_lowercase().as_str() {
        "added" => Ok(Action::Added),
        "updated" => Ok(Action::Updated),
        "deleted" => Ok(Action::Deleted),
        _ => {
            let message = format!("`{word}` is not an action; use added, updated or deleted, joined by commas");
            Err(ApiError::invalid("invalid_query_params", Issue::new("invalid_value", &["filter"], message)))
        }
    };
    text.split(',').map(action).collect()
}

fn ids(Repeated(ids): Repeated) -> Result<Vec<ExternalId>, ApiError> {
    if ids.len() > MAX_IDS {
        let message = format!("at most {MAX_IDS} ids can be asked for at once");
        return Err(ApiError::invalid("invalid_query_params", Issue::new("too_big", &["ids"], message)));
    }
    ids.into_iter().map(|id| ExternalId::new(id).map_err(|problem| ApiError::invalid_query(&["ids"], problem))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_however_clients_write_it() {
        let noon = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
        for text in [
            "2026-01-31T12:00:00.000000+00:00",
            "2026-01-31T12:00:00 00:00",
            "2026-01-31T12:00Z",
            "2026-01-31T13:00+01:00",
            "2026-01-31T07:00-05:00",
        ] {
            assert_eq!(time(text).ok(), Some(noon), "{text}");
        }
        for text in ["", "yesterday", "2026-01-31", "1700000000", "2026-13-01T00:00:00Z"] {
            assert_eq!(time(text).unwrap_err().code(), "invalid_query_params", "{text}");
        }
    }

    #[test]
    fn every_combination_of_actions_is_a_filter() {
        assert_eq!(filter("Updated,DELETED").unwrap(), [Action::Updated, Action::Deleted]);
        assert_eq!(filter("added").unwrap(), [Action::Added]);
        for text in ["", "added,", "removed"] {
            assert!(filter(text).is_err(), "{text}");
        }
    }
}
