//! `/console/{environment}/runs/{run}/dry-run`: the same once more, with nothing kept.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use http::StatusCode;
use syncline_console::pages::{
    Badge, Cell, Column, DryRunModel, DryRunPage, DryRunResult, DryRunStep, Facts, JsonBlock, Section, Table, Tone,
};
use syncline_domain::{DryRun, DryRunEvent, FunctionKind};
use syncline_store::RunRow;

use super::{find, show};
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::records::words::{badge, shortened};
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::words::{bytes, duration};
use crate::runs::dry_run::{self, Subject};

/// Of a model in a table; the rest is in the text below it.
const ROWS: usize = 100;
const PREVIEW_CHARS: usize = 160;

/// What it would do, and whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here) -> Result<Html<String>, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let subject = dry_run::of(&console.app, &run).await?;
    Ok(Html(page(&here, &run, &subject, false).render()))
}

/// Does it, and shows what came of it: nothing of that is kept, so there is no other page to lead to.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Html<String>, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let subject = dry_run::of(&console.app, &run).await?;
    let sends_changes = form.get("send_changes") == "true";
    let page = page(&here, &run, &subject, sends_changes);
    let outcome = subject.play(&console.app, sends_changes).await.map_err(|error| match error.status() {
        StatusCode::SERVICE_UNAVAILABLE => {
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "No slot is free for a dry run", "Try again in a minute.")
        }
        _ => error.into(),
    })?;
    Ok(Html(DryRunPage { result: Some(result(&outcome)), ..page }.render()))
}

fn page(here: &Here, run: &RunRow, subject: &Subject, sends_changes: bool) -> DryRunPage {
    let connection = run.connection_name.as_ref().map(ToString::to_string).unwrap_or_default();
    let begins = match run.kind {
        FunctionKind::Sync => format!("It runs on {connection}, from the checkpoint at which the sync's next run would begin."),
        FunctionKind::Action => format!("It runs on {connection}, with the input of this run."),
        FunctionKind::Event => format!("It runs on {connection}."),
    };
    let version = subject.function.version;
    let warning = subject
        .is_other_version
        .then(|| format!("The function was deployed anew since this run. What is tried out is what is deployed now, version {version}."));
    DryRunPage {
        frame: here.frame(Section::Runs),
        back: format!("{}/runs/{}", here.home(), run.id),
        action: format!("{}/runs/{}/dry-run", here.home(), run.id),
        title: run.function_name.to_string(),
        notes: vec![
            begins,
            "Nothing is kept: no record, checkpoint, metadata, lock or webhook, and no run in the list. What would be saved is shown."
                .to_owned(),
            "What only reads (GET and HEAD) is asked of the provider, with the connection's credentials.".to_owned(),
            "It ends after a minute.".to_owned(),
        ],
        warning,
        sends_changes,
        result: None,
    }
}

fn result(run: &DryRun) -> DryRunResult {
    let (state, blocks) = match &run.result {
        Ok(output) if output != "null" => (Badge::new(Tone::Good, "Would succeed"), vec![JsonBlock::new("Output", output).open()]),
        Ok(_) => (Badge::new(Tone::Good, "Would succeed"), Vec::new()),
        Err(error) if error.code == "write_refused" => (Badge::new(Tone::Warn, "Ended before a change"), Vec::new()),
        Err(_) => (Badge::new(Tone::Bad, "Would fail"), Vec::new()),
    };
    let facts = Facts::default()
        .and("Took", Cell::Text(duration(run.wall_time)))
        .and("Computed for", Cell::Text(duration(run.cpu_time)))
        .and("Memory at its height", Cell::Text(bytes(run.peak_memory_bytes)))
        .and("Calls of the host", Cell::Number(run.host_calls));
    let remembered = run.checkpoint.as_ref().map(|checkpoint| match checkpoint {
        Some(checkpoint) => JsonBlock::new("Checkpoint that it would have left", checkpoint).open(),
        None => JsonBlock::new("Checkpoint", "It would have cleared its checkpoint.").open(),
    });
    DryRunResult {
        state,
        problem: run.result.as_ref().err().map(show::problem),
        facts,
        steps: run.steps.iter().map(step).collect(),
        left_out: (run.left_out > 0).then(|| format!("{} further steps are not listed.", run.left_out)),
        models: run.models.iter().map(model).collect(),
        blocks: blocks.into_iter().chain(remembered).collect(),
    }
}

fn step(step: &syncline_domain::DryRunStep) -> DryRunStep {
    let (label, tone, text, fields) = match &step.what {
        DryRunEvent::Said { level, message, fields } => {
            let tone = match *level {
                "error" => Tone::Bad,
                "warn" => Tone::Warn,
                _ => Tone::Plain,
            };
            (*level, tone, message.clone(), fields.as_deref().map(|fields| JsonBlock::new("Fields", fields)))
        }
        DryRunEvent::Asked { method, path, status: Some(status), took } => {
            let tone = if *status >= 400 { Tone::Warn } else { Tone::Plain };
            ("http", tone, format!("{method} {path} {status} in {}", duration(*took)), None)
        }
        DryRunEvent::Asked { method, path, status: None, took } => {
            ("http", Tone::Warn, format!("{method} {path}: no answer, after {}", duration(*took)), None)
        }
        DryRunEvent::HeldBack { call, value } => {
            ("held", Tone::Warn, held_back(call).to_owned(), Some(JsonBlock::new("With", value).open()))
        }
    };
    DryRunStep { after: duration(step.after), label: label.to_owned(), tone, text, fields }
}

/// The calls that a dry run does not do, in a person's words.
fn held_back(call: &str) -> &str {
    match call {
        "notSent" => "Not sent: this request may change something at the provider",
        "setMetadata" => "Not kept: it would have replaced the connection's metadata",
        "updateMetadata" => "Not kept: it would have changed the connection's metadata",
        "triggerAction" => "Tried out, too: it would have run this action",
        "triggerSync" => "Not done: it would have had this sync run",
        "startSync" => "Not done: it would have started this sync",
        other => other,
    }
}

fn model(model: &syncline_domain::DryRunModel) -> DryRunModel {
    let counts = [
        (model.counts.added, "added"),
        (model.counts.updated, "updated"),
        (model.counts.deleted, "deleted"),
        (model.counts.unchanged, "left as they are"),
    ];
    let counted: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let row = |record: &syncline_domain::DryRunRecord| {
        let text = record.text.as_deref().map_or(Cell::Nothing, |text| Cell::Muted(shortened(text, PREVIEW_CHARS)));
        vec![Cell::code(record.id.as_str()), Cell::Badge(badge(record.change)), text]
    };
    let lines: Vec<&str> = model.records.iter().filter_map(|record| record.text.as_deref()).collect();
    let changed = model.counts.added + model.counts.updated + model.counts.deleted;
    let shown = model.records.len().min(ROWS);
    DryRunModel {
        name: model.name.clone(),
        counted: if counted.is_empty() { "Nothing.".to_owned() } else { format!("{}.", counted.join(", ")) },
        table: (!model.records.is_empty()).then(|| Table {
            caption: format!("Records of {} that would change", model.name),
            columns: ["Id", "Would be", "As"].map(Column::new).to_vec(),
            rows: model.records.iter().take(ROWS).map(row).collect(),
        }),
        note: (changed > shown as u64).then(|| format!("The first {shown} of {changed}.")),
        lines: (!lines.is_empty()).then(|| JsonBlock::new("As JSON lines", &lines.join("\n"))),
    }
}
