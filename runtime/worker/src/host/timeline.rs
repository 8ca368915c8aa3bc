//! What the host did for a run, among what the run said: requests, saves, checkpoints.
//!
//! *Invariant:* no request, save or checkpoint costs a statement of its own. They wait for the next line of the run's log, for its end, or for one
//! another; and a run that does none of these pays nothing.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Map, Value, json};
use syncline_domain::RunId;
use syncline_outbound::{Asked, ProxyError};
use syncline_store::{LineKind, LogLine};
use url::Url;

use super::redact::Redactor;
use crate::Runner;

/// Somebody reads as far as this, if at all. A sync over a million pages would write more log than records.
const MAX_EVENTS: u64 = 1_000;
/// Whoever looks at a run that is under way sees what was done up to here; a run writes this often, at most, because of it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Written at once, however quickly they came.
const AT_ONCE: usize = 100;
/// A checkpoint is a cursor or a time. A longer one is on the sync's page.
const MAX_CHECKPOINT_BYTES: usize = 2_048;

/// Of one run.
pub(super) struct Timeline {
    runner: Runner,
    /// `None` for one that keeps nothing.
    run: Option<RunId>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<LogLine>,
    /// Of the first that waits.
    since: Option<Instant>,
    events: u64,
}

impl Timeline {
    pub(super) fn new(runner: Runner, run: Option<RunId>) -> Self {
        Self { runner, run, state: Mutex::default() }
    }

    /// A line of the run's own, behind what was done before it.
    pub(super) fn say(&self, line: LogLine) {
        let mut state = self.state();
        self.hand_on(&mut state);
        self.write(line);
    }

    /// A request to a provider, or a plain one. The answer's URL is there for its host.
    pub(super) fn called(
        &self,
        redactor: &Redactor,
        asked: &Asked,
        answered: Result<(StatusCode, u32, &Url), &ProxyError>,
        begun: Instant,
    ) {
        let ms = millis(begun);
        self.note(LineKind::Http, || {
            let mut request = asked.json();
            let (level, came, rest) = match answered {
                Ok((status, attempts, url)) => {
                    request["host"] = url.host_str().into();
                    let tries = if attempts > 1 { format!(", {attempts} attempts") } else { String::new() };
                    let level = if status.is_client_error() || status.is_server_error() { "warn" } else { "info" };
                    let response = json!({ "status": status.as_u16() });
                    let meta = json!({ "ms": ms, "attempts": attempts });
                    (level, format!(" {} in {ms} ms{tries}", status.as_u16()), [("response", response), ("meta", meta)])
                }
                Err(error) => {
                    let told = json!({ "code": error.code(), "message": error.to_string() });
                    ("warn", format!(": {error}, after {ms} ms"), [("error", told), ("meta", json!({ "ms": ms }))])
                }
            };
            let mut fields = Map::from_iter([("request".to_owned(), request)]);
            fields.extend(rest.map(|(name, value)| (name.to_owned(), value)));
            let line = redactor.text(format!("{}{came}", asked.line()));
            (level, line, Some(redactor.text(Value::Object(fields).to_string())))
        });
    }

    /// Records were written: how many, by what became of them.
    pub(super) fn saved(&self, model: &str, counts: &[(&str, u32)], begun: Instant) {
        let ms = millis(begun);
        self.note(LineKind::Save, || {
            let mut fields = Map::from_iter([("model".to_owned(), Value::from(model)), ("ms".to_owned(), ms.into())]);
            fields.extend(counts.iter().map(|(what, count)| ((*what).to_owned(), Value::from(*count))));
            let told: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
            let told = if told.is_empty() { "no records".to_owned() } else { told.join(", ") };
            ("info", format!("{model}: {told} in {ms} ms"), Some(Value::Object(fields).to_string()))
        });
    }

    /// What the run remembers from now on.
    pub(super) fn remembers(&self, redactor: &Redactor, checkpoint: Option<&str>) {
        self.note(LineKind::Checkpoint, || {
            let Some(checkpoint) = checkpoint else { return ("info", "Checkpoint cleared".to_owned(), None) };
            let fields = (checkpoint.len() <= MAX_CHECKPOINT_BYTES).then(|| redactor.text(format!(r#"{{"checkpoint":{checkpoint}}}"#)));
            ("info", "Checkpoint saved".to_owned(), fields)
        });
    }

    /// Nothing more will be done.
    pub(super) fn end(&self) {
        let mut state = self.state();
        self.hand_on(&mut state);
        if let left_out @ 1.. = state.events.saturating_sub(MAX_EVENTS) {
            let message = format!("{left_out} further requests, saves and checkpoints are not listed");
            self.write(self.line(LineKind::Log, "info", message, None));
        }
    }

    fn note(&self, kind: LineKind, tell: impl FnOnce() -> (&'static str, String, Option<String>)) {
        if self.run.is_none() {
            return;
        }
        let mut state = self.state();
        state.events += 1;
        if state.events > MAX_EVENTS {
            return;
        }
        let (level, message, fields) = tell();
        state.waiting.push(self.line(kind, level, message, fields));
        let since = *state.since.get_or_insert_with(Instant::now);
        if state.waiting.len() >= AT_ONCE || since.elapsed() >= PATIENCE {
            self.hand_on(&mut state);
        }
    }

    fn line(&self, kind: LineKind, level: &str, message: String, fields: Option<String>) -> LogLine {
        LogLine { kind, at: self.runner.now(), level: level.to_owned(), message, fields }
    }

    fn hand_on(&self, state: &mut State) {
        state.since = None;
        for line in state.waiting.drain(..) {
            self.write(line);
        }
    }

    fn write(&self, line: LogLine) {
        if let Some(run) = self.run {
            self.runner.activity().line(run, line);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it is held")
    }
}

fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}
