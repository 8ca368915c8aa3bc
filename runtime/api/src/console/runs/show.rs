//! `/console/{environment}/runs/{run}`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Action, Cell, Column, Facts, Frame, JsonBlock, Look, Problem, RunPage, Section, Step, Table, Tone};
use syncline_domain::{FunctionKind, RunError, RunState};
use syncline_store::{LineKind, LogRow, RunRow};

use super::{advice, find};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::{Refusal, sentence};
use crate::console::state::Console;
use crate::console::words::{bytes, duration, moment, run_state, trigger};
use crate::runs::dry_run;

/// Lines of the log on one page.
const LINES: u32 = 300;

/// One run; while it is under way the page asks for itself again.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let run = find::in_path(&console, &here).await?;
    let path = format!("{}/runs/{}", here.home(), run.id);
    let before = asked.get("before").parse::<i64>().ok();
    let lines = console.app.store.run_logs().last(run.id, before, LINES).await?;
    let earlier = lines.first().map(|line| line.seq).filter(|first| *first > 1);
    // What it is about may be gone by now.
    let can_be_tried_out = run.state != RunState::Running && dry_run::of(&console.app, &run).await.is_ok();
    let page = RunPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Runs) },
        here: link(&path, &[("before", asked.get("before"))]),
        back: format!("{}/runs", here.home()),
        title: run.function_name.to_string(),
        id: run.id.to_string(),
        state: run_state(run.state),
        is_live: run.state == RunState::Running,
        actions: actions(&here, &run, &path, can_be_tried_out),
        problem: run.error.as_ref().map(problem),
        facts: facts(&here, &run),
        counts: counts(&run),
        timeline: timeline(&run, &lines, before.is_none(), earlier.is_none()),
        earlier: earlier.map(|first| link(&path, &[("before", &first.to_string())])),
        latest: before.map(|_| path.clone()),
        blocks: [("Input", &run.input), ("Output", &run.output)]
            .into_iter()
            .filter_map(|(label, text)| text.as_deref().map(|text| JsonBlock::new(label, text)))
            .collect(),
    };
    Ok(Html(page.render()))
}

fn actions(here: &Here, run: &RunRow, path: &str, can_be_tried_out: bool) -> Vec<Action> {
    let about = run.function_name.as_str();
    let mut actions = Vec::new();
    if run.state == RunState::Running {
        if run.job.is_some() {
            actions.push(Action::ask(format!("{path}/cancel"), "Cancel", about).looking(Look::Danger));
        }
        return actions;
    }
    match run.kind {
        FunctionKind::Sync if run.sync.is_some() => {
            actions.push(Action::post(format!("{path}/again"), &here.csrf(), "Run it again", about).looking(Look::Primary));
        }
        FunctionKind::Action if run.connection.is_some() && run.input.is_some() => {
            actions.push(Action::ask(format!("{path}/again"), "Run it again", about).looking(Look::Primary));
        }
        _ => {}
    }
    if can_be_tried_out {
        actions.push(Action::link(format!("{path}/dry-run"), "Dry run", about));
    }
    actions
}

pub(super) fn problem(error: &RunError) -> Problem {
    let (headline, advice) = advice::of(error);
    Problem {
        headline,
        message: sentence(&error.message),
        code: error.code.clone(),
        advice: advice.to_owned(),
        frames: error.frames.clone(),
        details: error.details.as_ref().map(|details| JsonBlock::new("Details", details.get())),
    }
}

fn facts(here: &Here, run: &RunRow) -> Facts {
    let narrowed = |name: &str, value: &str| Cell::link(link(&format!("{}/runs", here.home()), &[(name, value)]), value);
    let usage = &run.usage;
    Facts::default()
        .and("Function", narrowed("function", run.function_name.as_str()))
        .and("Kind", Cell::text(run.kind.as_str()))
        .and("Integration", narrowed("integration", run.integration_key.as_str()))
        .and_some("Connection", run.connection_name.as_ref().map(|name| narrowed("connection", name.as_str())))
        .and_some("Variant", run.variant.as_ref().map(|variant| Cell::code(variant.as_str())))
        .and("Asked for by", Cell::text(trigger(run.trigger)))
        .and("Try", Cell::Number(run.attempt.into()))
        .and("Began", Cell::Moment(moment(run.started_at)))
        .and_some("Took", run.finished_at.map(|end| Cell::Text(duration(end.since(run.started_at)))))
        .and_some("Computed for", usage.cpu_time.map(|time| Cell::Text(duration(time))))
        .and_some("Memory at its height", usage.peak_memory_bytes.map(|size| Cell::Text(bytes(size))))
        .and_some("Calls of the host", usage.host_calls.map(Cell::Number))
}

fn counts(run: &RunRow) -> Option<Table> {
    let row = |(model, counts): (&String, &syncline_domain::ModelCounts)| {
        let numbers = [counts.added, counts.updated, counts.deleted, counts.unchanged].map(Cell::Number);
        [vec![Cell::code(model)], numbers.to_vec()].concat()
    };
    let columns = ["Added", "Updated", "Deleted", "Unchanged"].map(Column::number);
    (!run.counts.is_empty()).then(|| Table {
        caption: "Records by model".to_owned(),
        columns: [vec![Column::new("Model")], columns.to_vec()].concat(),
        rows: run.counts.iter().map(row).collect(),
    })
}

fn timeline(run: &RunRow, lines: &[LogRow], to_its_end: bool, from_its_begin: bool) -> Vec<Step> {
    let step = |at, label: &str, tone, text: String| Step { at: moment(at).precise(), label: label.to_owned(), tone, text, fields: None };
    let mut steps = Vec::with_capacity(lines.len() + 2);
    if from_its_begin {
        let text = match run.job {
            Some(job) => format!("A worker took it from the queue (job {job}, try {})", run.attempt),
            None => "It began while its caller waits".to_owned(),
        };
        steps.push(step(run.started_at, "begin", Tone::Live, text));
    }
    for LogRow { line, .. } in lines {
        let tone = match line.level.as_str() {
            "error" => Tone::Bad,
            "warn" => Tone::Warn,
            _ => Tone::Plain,
        };
        let fields = line.fields.as_deref().map(|fields| JsonBlock::new("Fields", fields));
        // What was done is told by what it is, what was said by how loud.
        let label = if line.kind == LineKind::Log { line.level.as_str() } else { line.kind.as_str() };
        steps.push(Step { fields, ..step(line.at, label, tone, line.message.clone()) });
    }
    if let Some(end) = run.finished_at.filter(|_| to_its_end) {
        let state = run_state(run.state);
        steps.push(step(end, "end", state.tone, format!("{} after {}", state.text, duration(end.since(run.started_at)))));
    }
    steps
}
