//! The public form of operations and their messages.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, OperationId, OperationState, Timestamp};
use syncline_store::{LineKind, LogRow, MessageRow, OperationRow};
use utoipa::ToSchema;

use crate::openapi::IntegrationKeyText;

/// An operation.
#[derive(Serialize, ToSchema)]
#[schema(as = Operation)]
pub(super) struct Operation<'a> {
    /// Sorts by time
    #[schema(value_type = String, format = "uuid")]
    id: OperationId,
    /// `sync`, `action`, `events`, `proxy`, `auth`, `webhook` or `deploy`
    #[serde(rename = "type")]
    kind: &'static str,
    /// Within the type
    action: &'static str,
    #[schema(inline, value_type = State)]
    state: &'static str,
    /// One line for people
    summary: &'a str,
    #[schema(value_type = Option<IntegrationKeyText>, required = true)]
    integration: Option<&'a IntegrationKey>,
    #[schema(value_type = Option<String>, required = true)]
    connection_id: Option<&'a ConnectionName>,
    #[schema(value_type = Option<String>, required = true)]
    function: Option<&'a FunctionName>,
    /// Name of the API key, or `session`, `schedule` and the like
    #[schema(required = true)]
    actor: Option<&'a str>,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    finished_at: Option<Timestamp>,
    #[schema(value_type = Option<u64>, required = true)]
    duration_ms: Option<u128>,
    #[serde(flatten)]
    #[schema(inline)]
    detail: Detail,
}

/// What there is to know besides.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = OperationDetail)]
pub(super) struct Detail {
    /// Method, path and the names of the query's parameters; never their values
    #[schema(required = true)]
    request: Option<Value>,
    /// Status, and the provider's own id of the request
    #[schema(required = true)]
    response: Option<Value>,
    /// `code` and `message`
    #[schema(required = true)]
    error: Option<Value>,
    /// Anything else
    #[schema(required = true)]
    meta: Option<Value>,
}

/// Where an operation stands.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(super) enum State {
    Waiting,
    Running,
    Succeeded,
    Failed,
    Interrupted,
    Cancelled,
    Lost,
}

/// A message of an operation.
#[derive(Serialize, ToSchema)]
#[schema(as = OperationMessage)]
pub(super) struct Message {
    /// Grows within an operation
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `log`, or `http` for a request and its answer; of a run also `save` and `checkpoint`
    #[serde(rename = "type")]
    kind: String,
    /// `debug`, `info`, `warn` or `error`
    level: String,
    /// `user` for what a function said, else `internal`
    source: &'static str,
    #[expect(clippy::struct_field_names, reason = "the wire's name, as in a run's log")]
    message: String,
    #[serde(flatten)]
    #[schema(inline)]
    detail: Detail,
}

impl Message {
    pub(super) fn seq(&self) -> i64 {
        self.seq
    }
}

pub(super) fn operation(row: &OperationRow) -> Operation<'_> {
    let (kind, action) = row.kind.names();
    Operation {
        id: row.id,
        kind,
        action,
        state: row.state.as_str(),
        summary: &row.summary,
        integration: row.integration.as_ref(),
        connection_id: row.connection.as_ref(),
        function: row.function.as_ref(),
        actor: row.actor.as_deref(),
        started_at: row.started_at,
        finished_at: row.finished_at,
        duration_ms: row.finished_at.map(|end| end.since(row.started_at).as_millis()),
        detail: detail(row.detail.as_deref()),
    }
}

/// What the operation itself says, as its first message.
pub(super) fn first(row: &OperationRow) -> Message {
    let detail = detail(row.detail.as_deref());
    Message {
        seq: 0,
        at: row.started_at,
        kind: if detail.request.is_some() { "http" } else { "log" }.to_owned(),
        level: match row.state {
            OperationState::Failed | OperationState::Lost => "error",
            OperationState::Cancelled | OperationState::Interrupted => "warn",
            _ => "info",
        }
        .to_owned(),
        source: "internal",
        message: row.summary.clone(),
        detail,
    }
}

pub(super) fn message(row: MessageRow) -> Message {
    let detail = detail(row.detail.as_deref());
    Message { seq: row.seq, at: row.at, kind: row.kind, level: row.level, source: "internal", message: row.message, detail }
}

/// A line of a run's log.
pub(super) fn line(row: LogRow) -> Message {
    let LogRow { seq, line } = row;
    let detail = if line.kind == LineKind::Http {
        detail(line.fields.as_deref())
    } else {
        let meta = line.fields.and_then(|fields| serde_json::from_str::<Box<RawValue>>(&fields).ok());
        Detail { meta: meta.and_then(|meta| serde_json::to_value(meta).ok()), ..Detail::default() }
    };
    let source = if line.kind == LineKind::Log { "user" } else { "internal" };
    Message { seq, at: line.at, kind: line.kind.as_str().to_owned(), level: line.level, source, message: line.message, detail }
}

fn detail(text: Option<&str>) -> Detail {
    let mut fields: Map<String, Value> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
    Detail { request: take("request"), response: take("response"), error: take("error"), meta: take("meta") }
}
