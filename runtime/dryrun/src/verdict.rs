//! One case: replayed, and held against what was recorded.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::Value;
use syncline_domain::FunctionKind;
use syncline_providers::Catalogue;

use crate::compare;
use crate::journal::Journal;
use crate::outcome::Outcome;
use crate::project::{Function, Member, Project};
use crate::provider;
use crate::recording::Recording;
use crate::rehearsal::Setting;
use crate::replay::{self, Replay};

/// Lines of a failed case's log that are shown: the last say why.
const MAX_LOG_LINES: usize = 20;

/// Calls whose arguments a recording may hold as a list; other forms are the older harness's answers, which say nothing.
const EFFECTS: [&str; 4] = ["setMetadata", "updateMetadata", "triggerSync", "startSync"];

/// How a case ended.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Why it failed, for a person; `None` where it passed.
    pub diff: Option<String>,
    /// How long it took.
    pub time: Duration,
}

/// Replays a recording, in a fresh instance, and compares.
pub async fn judge(
    project: &Arc<Project>,
    catalogue: &Catalogue,
    member: &Arc<Member>,
    function: &Arc<Function>,
    recording: Arc<Recording>,
) -> Verdict {
    let began = Instant::now();
    let stage = Stage { project, catalogue, member, function, recording };
    let outcome = stage.run(true).await;
    let found = stage.differences(&outcome);
    let diff = if found.is_empty() { None } else { Some(stage.explained(&outcome, &found).await) };
    Verdict { diff, time: began.elapsed() }
}

struct Stage<'a> {
    project: &'a Arc<Project>,
    catalogue: &'a Catalogue,
    member: &'a Arc<Member>,
    function: &'a Arc<Function>,
    recording: Arc<Recording>,
}

impl Stage<'_> {
    async fn run(&self, throws: bool) -> Outcome {
        let recording = &self.recording;
        let journal = Arc::new(Journal::default());
        let recorded_provider = recording.nango("getConnection").and_then(|connection| connection["provider"].as_str());
        let integration = &self.member.integration;
        // By the folder's name; the connection's provider where the catalogue does not know that.
        let known = [Some(integration.as_str()), recorded_provider].into_iter().flatten().find(|key| self.catalogue.get(key).is_some());
        let entry = provider::entry(self.catalogue, known.unwrap_or(integration));
        let world = Arc::new(Replay::new(Arc::clone(recording), Arc::clone(&journal), Arc::clone(&entry), integration));
        let is_sync = self.function.definition.kind == FunctionKind::Sync;
        let is_webhook = recording.trigger.as_deref() == Some("webhook");
        let metadata = recording.nango("getMetadata").or_else(|| recording.nango("getConnection")?.get("metadata"));
        let setting = Setting {
            member: Arc::clone(self.member),
            function: Arc::clone(self.function),
            integration: integration.clone(),
            environment: "dev".to_owned(),
            provider: recorded_provider.unwrap_or(&entry.key).to_owned(),
            connection: world.connection_id().to_owned(),
            variant: syncline_domain::Variant::BASE.to_owned(),
            last_success_at: recording.last_sync_date.clone(),
            trigger: recording.trigger.clone().unwrap_or_else(|| "api".to_owned()),
            // Of a sync, only a webhook has one.
            input: recording.input.clone().filter(|_| !is_sync || is_webhook).unwrap_or_else(|| "null".to_owned()),
            metadata: metadata.filter(|metadata| metadata.is_object()).map_or_else(|| "{}".to_owned(), ToString::to_string),
            checkpoint: recording.nango("getCheckpoint").filter(|checkpoint| checkpoint.is_object()).map(ToString::to_string),
            entry,
            // Nothing is sent, so links may lead anywhere.
            further_hosts: recording.hosts(),
            throws,
            redactor: replay::redactor(),
            world,
            journal,
            depth: 0,
        };
        self.project.run(setting).await
    }

    /// Everything that is not as recorded, each with its place.
    fn differences(&self, outcome: &Outcome) -> Vec<String> {
        let mut found = outcome.entries.missing.clone();
        let recording = &self.recording;
        match &outcome.result {
            Err(error) => {
                // What is missing is the cause, and was said.
                if found.is_empty() {
                    let mut failed = format!("the function failed: {} ({})", error.message, error.code);
                    if let Some(details) = &error.details {
                        let _ = write!(failed, "\n  details: {}", details.get());
                    }
                    for frame in &error.frames {
                        let _ = write!(failed, "\n  at {frame}");
                    }
                    found.push(failed);
                }
                return found;
            }
            Ok(output) if self.function.definition.kind == FunctionKind::Action => {
                let recorded = recording.output.clone().unwrap_or(Value::Null);
                let now = serde_json::from_str(output).unwrap_or(Value::Null);
                found.extend(compare::difference("output", &recorded, &now));
            }
            Ok(_) => {}
        }
        found.extend(by_model("batchSave", recording.nango("batchSave"), &outcome.by_model(|records| &records.saved)));
        found.extend(by_model("batchDelete", recording.nango("batchDelete"), &outcome.by_model(|records| &records.deleted)));
        // The older harness does not record it.
        if let Some(recorded) = recording.nango("batchUpdate") {
            found.extend(by_model("batchUpdate", Some(recorded), &outcome.by_model(|records| &records.updated)));
        }
        if let Some(recorded) = recording.nango("trackDeletesEnd").and_then(Value::as_object) {
            for (model, recorded) in recorded.iter().filter(|(_, recorded)| recorded.is_array()) {
                let now = outcome.records.get(model).and_then(|records| records.unseen.clone()).unwrap_or_default();
                found.extend(compare::difference(&format!("trackDeletesEnd.{model}"), recorded, &now.into()));
            }
        }
        for call in EFFECTS {
            let Some(recorded) = recording.nango(call).filter(|recorded| recorded.is_array()) else { continue };
            let effects = outcome.entries.effects.iter().filter(|effect| effect.call == call);
            let now: Value = effects.map(|effect| effect.value.clone()).collect();
            found.extend(compare::difference(call, recorded, &now));
        }
        found
    }

    async fn explained(&self, outcome: &Outcome, found: &[String]) -> String {
        let mut text = found.iter().map(|difference| difference.trim_end()).collect::<Vec<_>>().join("\n");
        let threw = outcome.result.as_ref().err().is_some_and(|error| error.status.is_some() || error.code == "function_error");
        if threw && outcome.entries.requests.iter().any(|sent| sent.status.is_some_and(|status| status >= 400)) {
            let as_before = self.run(false).await;
            if self.differences(&as_before).is_empty() {
                text.push_str(
                    "\nnote: this case passes when a recorded 4xx or 5xx is handed to the function as a response, as an older harness did. A \
                     live run throws there: catch the error and read `error.response`",
                );
            }
        }
        let log = &outcome.entries.log;
        if !log.is_empty() {
            let _ = write!(text, "\nlog:");
            let left_out = log.len().saturating_sub(MAX_LOG_LINES);
            if left_out > 0 {
                let _ = write!(text, "\n  ... {left_out} lines before");
            }
            for line in &log[left_out..] {
                let _ = write!(text, "\n  {line}");
            }
        }
        text
    }
}

/// `{"Model": [records]}`, model by model; a model that is missing has no records.
fn by_model(call: &str, recorded: Option<&Value>, now: &IndexMap<String, Vec<Value>>) -> Vec<String> {
    let recorded = recorded.and_then(Value::as_object);
    let models = recorded.into_iter().flat_map(|models| models.keys()).chain(now.keys()).collect::<indexmap::IndexSet<_>>();
    let differences = models.into_iter().filter_map(|model| {
        let empty = || Value::Array(Vec::new());
        let recorded = recorded.and_then(|models| models.get(model)).filter(|records| !records.is_null()).cloned().unwrap_or_else(empty);
        let now = now.get(model).cloned().map_or_else(empty, Value::Array);
        compare::difference(&format!("{call}.{model}"), &recorded, &now)
    });
    differences.collect()
}
