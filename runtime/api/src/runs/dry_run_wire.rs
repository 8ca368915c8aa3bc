//! The public form of a dry run's outcome.

use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::{Action, DryRun, DryRunEvent, DryRunModel, DryRunStep, ModelCounts, RunError};
use utoipa::ToSchema;

use super::wire::RunFailure;

/// What a dry run did. Nothing of it is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRunOfRun)]
struct DryRunOutcome<'a> {
    #[schema(value_type = Option<RunFailure>, required = true)]
    error: Option<&'a RunError>,
    /// Any JSON
    #[schema(value_type = serde_json::Value, required = true)]
    output: Option<Box<RawValue>>,
    duration_ms: u128,
    cpu_ms: u128,
    peak_memory_bytes: u64,
    host_calls: u64,
    /// What it did and said, in that order: a thousand at most
    steps: Vec<Step<'a>>,
    /// Steps that are left out
    steps_left_out: usize,
    /// What it would have done to records, by model
    models: Vec<OfModel<'a>>,
    /// Whether it would have remembered something else than it began with
    remembers: bool,
    /// What it would have remembered then: an object, or `null` for nothing
    #[schema(value_type = serde_json::Value, required = true)]
    checkpoint: Option<Box<RawValue>>,
}

/// A line of its log, a request, or what it would have changed.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRunStep)]
struct Step<'a> {
    /// Since it began
    after_ms: u128,
    /// `log`, `http`, or `held_back`
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    /// Of a line: `debug`, `info`, `warn` or `error`
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    /// A line's text; a request's method and path; the name of the call that was held back
    message: String,
    /// A line's fields, or what the call was given
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value)]
    fields: Option<Box<RawValue>>,
    /// Of a request; absent where there was no answer
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// How long a request took
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u128>,
}

/// What it would have done to the records of a model.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRunModel)]
struct OfModel<'a> {
    model: &'a str,
    #[serde(flatten)]
    #[schema(value_type = super::wire::RunCounts)]
    counts: ModelCounts,
    /// Those that would change, as far as there is room: a thousand, and 100 KB of a model
    records: Vec<Changed<'a>>,
}

/// A record that would change.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRunRecord)]
struct Changed<'a> {
    id: &'a str,
    /// `added`, `updated` or `deleted`
    #[schema(value_type = String)]
    change: &'static str,
    /// As it would be; `null` where it would be gone
    #[schema(value_type = serde_json::Value, required = true)]
    record: Option<Box<RawValue>>,
}

/// What came of a dry run.
#[derive(Serialize, ToSchema)]
#[schema(as = OneDryRunOfRun)]
pub(super) struct Answer<'a> {
    data: DryRunOutcome<'a>,
}

pub(super) fn answer(run: &DryRun) -> Answer<'_> {
    Answer {
        data: DryRunOutcome {
            error: run.result.as_ref().err(),
            output: run.result.as_deref().ok().and_then(json),
            duration_ms: run.wall_time.as_millis(),
            cpu_ms: run.cpu_time.as_millis(),
            peak_memory_bytes: run.peak_memory_bytes,
            host_calls: run.host_calls,
            steps: run.steps.iter().map(step).collect(),
            steps_left_out: run.left_out,
            models: run.models.iter().map(model).collect(),
            remembers: run.checkpoint.is_some(),
            checkpoint: run.checkpoint.as_ref().and_then(|text| json(text.as_deref()?)),
        },
    }
}

/// `added`
const fn change(change: Action) -> &'static str {
    match change {
        Action::Added => "added",
        Action::Updated => "updated",
        Action::Deleted => "deleted",
    }
}

fn step(step: &DryRunStep) -> Step<'_> {
    let plain = Step {
        after_ms: step.after.as_millis(),
        kind: "log",
        level: None,
        message: String::new(),
        fields: None,
        status: None,
        took_ms: None,
    };
    match &step.what {
        DryRunEvent::Said { level, message, fields } => {
            Step { level: Some(level), message: message.clone(), fields: fields.as_deref().and_then(json), ..plain }
        }
        DryRunEvent::Asked { method, path, status, took } => {
            Step { kind: "http", message: format!("{method} {path}"), status: *status, took_ms: Some(took.as_millis()), ..plain }
        }
        DryRunEvent::HeldBack { call, value } => Step { kind: "held_back", message: (*call).to_owned(), fields: json(value), ..plain },
    }
}

fn model(model: &DryRunModel) -> OfModel<'_> {
    let records = model.records.iter().map(|record| Changed {
        id: &record.id,
        change: change(record.change),
        record: record.text.as_deref().and_then(json),
    });
    OfModel { model: &model.name, counts: model.counts, records: records.collect() }
}

fn json(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(text.to_owned()).ok()
}
