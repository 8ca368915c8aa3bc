//! The public form of a run.

use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::{ConnectionName, Counts, FunctionName, IntegrationKey, RunError, RunId, RunState, Timestamp, Trigger, Variant};
use syncline_store::RunRow;
use utoipa::ToSchema;

use crate::integrations::functions::Kind;
use crate::openapi::{FunctionNameText, IntegrationKeyText};

/// A run.
#[derive(Serialize, ToSchema)]
#[schema(as = Run)]
pub(super) struct Run<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: RunId,
    #[schema(value_type = FunctionNameText)]
    function: &'a FunctionName,
    #[serde(rename = "type")]
    #[schema(inline)]
    kind: Kind,
    #[schema(value_type = IntegrationKeyText)]
    integration: &'a IntegrationKey,
    /// `null` once the connection is gone
    #[schema(value_type = Option<String>, required = true)]
    connection_id: Option<&'a ConnectionName>,
    /// Of a sync
    #[schema(value_type = Option<String>, required = true)]
    variant: Option<&'a Variant>,
    #[schema(value_type = RunStateText, inline)]
    state: RunState,
    /// Who asked: `schedule`, `api`, `function` or `connection`
    #[schema(value_type = String)]
    trigger: Trigger,
    attempt: u32,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    finished_at: Option<Timestamp>,
    #[schema(value_type = Option<u64>, required = true)]
    duration_ms: Option<u128>,
    #[schema(value_type = Option<u64>, required = true)]
    cpu_ms: Option<u128>,
    /// What it did to the records, by model
    #[schema(value_type = BTreeMap<String, RunCounts>)]
    counts: &'a Counts,
    #[schema(value_type = Option<RunFailure>, required = true)]
    error: Option<&'a RunError>,
}

/// Where a run stands.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(super) enum RunStateText {
    Running,
    Succeeded,
    Failed,
    Interrupted,
    Cancelled,
    Lost,
}

/// What a run did to the records of a model.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(super) struct RunCounts {
    added: u64,
    updated: u64,
    deleted: u64,
    unchanged: u64,
}

/// Why a run failed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(super) struct RunFailure {
    /// Stable
    code: String,
    message: String,
    /// The provider's status, where one caused the failure
    #[schema(required = true)]
    status: Option<u16>,
    /// Any JSON
    details: serde_json::Value,
    /// The function's own frames, innermost first, where it trapped
    frames: Vec<String>,
}

/// With what went in and came out, as JSON.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeRun)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    run: Run<'a>,
    /// Any JSON
    #[schema(value_type = serde_json::Value, required = true)]
    input: Option<Box<RawValue>>,
    /// Any JSON
    #[schema(value_type = serde_json::Value, required = true)]
    output: Option<Box<RawValue>>,
}

pub(super) fn run(row: &RunRow) -> Run<'_> {
    Run {
        id: row.id,
        function: &row.function_name,
        kind: row.kind.into(),
        integration: &row.integration_key,
        connection_id: row.connection_name.as_ref(),
        variant: row.variant.as_ref(),
        state: row.state,
        trigger: row.trigger,
        attempt: row.attempt,
        started_at: row.started_at,
        finished_at: row.finished_at,
        duration_ms: row.finished_at.map(|end| end.since(row.started_at).as_millis()),
        cpu_ms: row.usage.cpu_time.map(|time| time.as_millis()),
        counts: &row.counts,
        error: row.error.as_ref(),
    }
}

pub(super) fn whole(row: &RunRow) -> Whole<'_> {
    let json = |text: &Option<String>| text.clone().and_then(|text| RawValue::from_string(text).ok());
    Whole { run: run(row), input: json(&row.input), output: json(&row.output) }
}
