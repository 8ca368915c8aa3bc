//! What a dry run says.

use std::fmt::Write as _;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use syncline_domain::{FunctionKind, RunError};
use syncline_dryrun::{Listener, Outcome, Records};

use super::changes::Changes;
use crate::cli::output::{Output, shorten};

/// Of each model and of each list of ids: enough to see what it is; --json has all.
const SHOWN: usize = 3;
const SHOWN_IDS: usize = 10;
const RECORD_CHARS: usize = 160;

/// Prints the log as it is written: for programs on stderr, because stdout is their document's.
pub(super) fn listener(output: Output) -> Listener {
    Box::new(move |line| {
        if output.is_json() {
            eprintln!("{line}");
        } else {
            let _ = output.note(&line.to_string());
        }
    })
}

pub(super) fn failed(function: &str, error: &RunError) {
    eprintln!("error: {function} failed: {error}");
    if let Some(details) = &error.details {
        eprintln!("  details: {}", shorten(details.get(), 1_000));
    }
    for frame in &error.frames {
        eprintln!("  at {frame}");
    }
}

/// For people: the log came before.
pub(super) fn text(
    kind: FunctionKind,
    outcome: &Outcome,
    changes: &IndexMap<String, Changes>,
    saved: Option<&std::path::PathBuf>,
) -> String {
    let mut text = String::new();
    let requests = &outcome.entries.requests;
    if !requests.is_empty() {
        text.push_str("\nrequests\n");
        for sent in requests {
            let status = sent.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
            let _ = writeln!(text, "  {status}  {:>5} ms  {} {}", sent.ms, sent.method, sent.path);
        }
    }
    if let (Ok(output), true) = (&outcome.result, kind == FunctionKind::Action) {
        let pretty = serde_json::from_str::<Value>(output).ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
        let _ = writeln!(text, "\noutput\n{}", pretty.as_ref().unwrap_or(output));
    }
    for (model, records) in &outcome.records {
        model_text(&mut text, model, records, changes.get(model));
    }
    if let Some(checkpoint) = &outcome.checkpoint {
        let _ = writeln!(text, "\ncheckpoint  {checkpoint}");
    }
    for effect in &outcome.entries.effects {
        let _ = writeln!(text, "\nheld back  {} {}", effect.call, effect.value);
    }
    let usage = outcome.usage;
    let _ = writeln!(
        text,
        "\n{:.1} ms of CPU, {:.1} MB of memory, {} {}, {:.2} s; nothing was kept",
        usage.cpu_time.as_secs_f64() * 1_000.0,
        usage.peak_memory_bytes as f64 / 1e6,
        requests.len(),
        if requests.len() == 1 { "request" } else { "requests" },
        usage.wall_time.as_secs_f64()
    );
    if let Some(file) = saved {
        let _ = writeln!(text, "saved as {}: `syncline test` replays it", Path::new(file).display());
    }
    text.trim_end().to_owned()
}

fn model_text(text: &mut String, model: &str, records: &Records, changes: Option<&Changes>) {
    let _ = writeln!(text, "\n{model}");
    for (what, list) in [("saved", &records.saved), ("updated", &records.updated), ("deleted", &records.deleted)] {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {} {what}", list.len());
        for record in list.iter().take(SHOWN) {
            let _ = writeln!(text, "    {}", shorten(record, RECORD_CHARS));
        }
        if list.len() > SHOWN {
            let _ = writeln!(text, "    ... and {} more", list.len() - SHOWN);
        }
    }
    let Some(changes) = changes else { return };
    text.push_str("  against the cache\n");
    let updated: Vec<String> = changes.updated.iter().map(|(id, members)| format!("{id} ({})", members.join(", "))).collect();
    for (what, ids) in [("add", &changes.added), ("update", &updated), ("delete", &changes.deleted)] {
        let _ = writeln!(text, "    would {what:6}  {}{}", ids.len(), named(ids));
    }
    let _ = writeln!(text, "    would leave   {}", changes.unchanged);
}

fn named(ids: &[String]) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let more = if ids.len() > SHOWN_IDS { format!(", ... and {} more", ids.len() - SHOWN_IDS) } else { String::new() };
    format!(": {}{more}", ids.iter().take(SHOWN_IDS).map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// For programs: everything. Records and outputs keep their exact digits.
pub(super) fn document(mut document: Value, outcome: &Outcome, changes: &IndexMap<String, Changes>) -> String {
    let error = outcome.result.as_ref().err().map(|error| {
        json!({ "code": error.code, "message": error.message, "status": error.status, "details": error.details.as_ref().map(|text| parsed(text.get())), "frames": error.frames })
    });
    let changed: serde_json::Map<String, Value> = changes.iter().map(|(model, changes)| (model.clone(), changes.document())).collect();
    let requests: Vec<Value> = outcome
        .entries
        .requests
        .iter()
        .map(|sent| json!({ "method": sent.method, "path": sent.path, "status": sent.status, "ms": sent.ms }))
        .collect();
    let log: Vec<Value> = outcome
        .entries
        .log
        .iter()
        .map(|line| json!({ "level": line.level, "message": line.message, "fields": line.fields.as_deref().map(parsed) }))
        .collect();
    let effects: Vec<Value> = outcome.entries.effects.iter().map(|effect| json!({ "call": effect.call, "value": effect.value })).collect();
    let usage = outcome.usage;
    for (name, value) in [
        ("ok", json!(outcome.result.is_ok())),
        ("error", json!(error)),
        ("changes", changed.into()),
        ("checkpoint", outcome.checkpoint.as_deref().map_or(Value::Null, parsed)),
        ("metadata", parsed(&outcome.metadata)),
        ("effects", effects.into()),
        ("log", log.into()),
        ("requests", requests.into()),
        (
            "usage",
            json!({
                "cpu_ms": usage.cpu_time.as_secs_f64() * 1_000.0, "wall_ms": usage.wall_time.as_millis() as u64,
                "peak_memory_bytes": usage.peak_memory_bytes, "host_calls": usage.host_calls,
            }),
        ),
    ] {
        document[name] = value;
    }
    let text = document.to_string();
    let head = text.strip_suffix('}').expect("an object ends so");
    let output = outcome.result.as_deref().unwrap_or("null");
    format!("{head},\"output\":{output},\"records\":{}}}", records(outcome))
}

/// Of one model.
#[derive(serde::Serialize)]
struct Shown {
    saved: Vec<Box<RawValue>>,
    updated: Vec<Box<RawValue>>,
    deleted: Vec<Box<RawValue>>,
    unseen: Vec<String>,
}

fn records(outcome: &Outcome) -> String {
    let list = |texts: &[String]| texts.iter().filter_map(|text| RawValue::from_string(text.clone()).ok()).collect::<Vec<_>>();
    let models: IndexMap<&str, Shown> = outcome
        .records
        .iter()
        .map(|(model, records)| {
            let unseen = records.unseen.clone().unwrap_or_default();
            let shown = Shown { saved: list(&records.saved), updated: list(&records.updated), deleted: list(&records.deleted), unseen };
            (model.as_str(), shown)
        })
        .collect();
    serde_json::to_string(&models).expect("JSON stays JSON")
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
