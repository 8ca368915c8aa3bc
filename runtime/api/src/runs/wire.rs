//! The public form of a run.

use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::{ConnectionName, Counts, FunctionName, IntegrationKey, RunError, RunId, RunState, Timestamp, Trigger, Variant};
use syncline_store::RunRow;

use crate::integrations::functions::Kind;

#[derive(Serialize)]
pub(super) struct Run<'a> {
    id: RunId,
    function: &'a FunctionName,
    #[serde(rename = "type")]
    kind: Kind,
    integration: &'a IntegrationKey,
    connection_id: Option<&'a ConnectionName>,
    variant: Option<&'a Variant>,
    state: RunState,
    trigger: Trigger,
    attempt: u32,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    duration_ms: Option<u128>,
    cpu_ms: Option<u128>,
    counts: &'a Counts,
    error: Option<&'a RunError>,
}

/// With what went in and came out, as JSON.
#[derive(Serialize)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    run: Run<'a>,
    input: Option<Box<RawValue>>,
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
