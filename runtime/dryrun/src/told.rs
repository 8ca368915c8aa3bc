//! What is told of a dry run to whoever asked for it: bounded, in the order in which it happened, and without a secret.

use serde_json::value::RawValue;
use syncline_domain::{Action, DryRun, DryRunEvent, DryRunModel, DryRunRecord, DryRunStep, RunError};
use syncline_host_api::host::Failure;
use syncline_worker::contract::Redactor;

use crate::journal::Entries;
use crate::outcome::{Outcome, Records};
use crate::rehearsal::records::same;
use crate::stage::PATIENCE;

/// Steps that are told: more than anybody reads.
const STEPS: usize = 1_000;
/// Records that are told, of all models together, and how much of one model.
const RECORDS: usize = 1_000;
const RECORD_BYTES: usize = 100_000;

/// `before`: the checkpoint that it began with. `ended`: why it ended by itself.
pub(crate) fn told(outcome: Outcome, before: Option<&str>, ended: Option<&Failure>, redactor: &Redactor) -> DryRun {
    let Outcome { result, records, checkpoint, entries, usage, .. } = outcome;
    let is_late = usage.wall_time >= PATIENCE;
    let result = match (result, ended) {
        (Err(_), Some(why)) => Err(RunError { status: why.status, ..plain(&why.code, &why.message) }),
        (Err(error), None) if is_late && error.code == "function_timeout" => {
            let message = format!("a dry run ends after {} s; what it did until then is told", PATIENCE.as_secs());
            Err(RunError { frames: error.frames, ..plain("dry_run_timeout", &message) })
        }
        (result, _) => result,
    };
    let (steps, left_out) = steps(entries, redactor);
    let mut room = RECORDS;
    let models = records.into_iter().map(|(name, records)| model(name, records, &mut room, redactor)).collect();
    DryRun {
        result: result.map(|output| redactor.text(output)).map_err(|error| without_secrets(error, redactor)),
        steps,
        left_out,
        models,
        checkpoint: (checkpoint.as_deref() != before).then(|| checkpoint.map(|text| redactor.text(text))),
        wall_time: usage.wall_time,
        cpu_time: usage.cpu_time,
        peak_memory_bytes: usage.peak_memory_bytes as u64,
        host_calls: usage.host_calls,
    }
}

fn plain(code: &str, message: &str) -> RunError {
    RunError { code: code.to_owned(), message: message.to_owned(), status: None, details: None, frames: Vec::new() }
}

fn without_secrets(error: RunError, redactor: &Redactor) -> RunError {
    let details = error.details.map(|details| redactor.text(Box::<str>::from(details).into_string()));
    RunError {
        message: redactor.text(error.message),
        // A mark in place of a secret stays inside of a string.
        details: details.and_then(|details| RawValue::from_string(details).ok()),
        ..error
    }
}

fn steps(entries: Entries, redactor: &Redactor) -> (Vec<DryRunStep>, usize) {
    let Entries { log, requests, effects, .. } = entries;
    let said = log.into_iter().map(|line| DryRunStep {
        after: line.after,
        what: DryRunEvent::Said {
            level: line.level,
            message: redactor.text(line.message),
            fields: line.fields.map(|text| redactor.text(text)),
        },
    });
    let asked = requests.into_iter().map(|sent| DryRunStep {
        after: sent.after,
        what: DryRunEvent::Asked {
            method: sent.method,
            path: redactor.text(sent.path),
            status: sent.status,
            took: std::time::Duration::from_millis(sent.ms),
        },
    });
    let held_back = effects.into_iter().map(|effect| DryRunStep {
        after: effect.after,
        what: DryRunEvent::HeldBack { call: effect.call, value: redactor.text(effect.value.to_string()) },
    });
    let mut steps: Vec<DryRunStep> = said.chain(asked).chain(held_back).collect();
    steps.sort_by_key(|step| step.after);
    let left_out = steps.len().saturating_sub(STEPS);
    steps.truncate(STEPS);
    (steps, left_out)
}

/// `room`: how many records more are told.
fn model(name: String, records: Records, room: &mut usize, redactor: &Redactor) -> DryRunModel {
    let mut told = DryRunModel { name, ..DryRunModel::default() };
    let mut bytes = 0;
    for (id, (before, after)) in records.changes {
        let change = match (&before, &after) {
            (None, None) => continue,
            (None, Some(_)) => Action::Added,
            (Some(_), None) => Action::Deleted,
            (Some(before), Some(after)) if same(before, after) => {
                told.counts.unchanged += 1;
                continue;
            }
            (Some(_), Some(_)) => Action::Updated,
        };
        match change {
            Action::Added => told.counts.added += 1,
            Action::Updated => told.counts.updated += 1,
            Action::Deleted => told.counts.deleted += 1,
        }
        bytes += id.len() + after.as_ref().map_or(0, String::len);
        if *room > 0 && bytes <= RECORD_BYTES {
            *room -= 1;
            told.records.push(DryRunRecord { id: redactor.text(id), change, text: after.map(|text| redactor.text(text)) });
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use indexmap::IndexMap;
    use syncline_domain::{Credentials, Secret};
    use syncline_engine::Usage;

    use super::*;
    use crate::journal::Journal;
    use crate::outcome::Given;

    fn outcome(records: Records, journal: &Journal) -> Outcome {
        Outcome {
            result: Ok(r#"{"key":"canary-key"}"#.to_owned()),
            records: IndexMap::from([("Item".to_owned(), records)]),
            checkpoint: Some(r#"{"at":2}"#.to_owned()),
            metadata: "{}".to_owned(),
            entries: journal.entries(),
            given: Given::default(),
            usage: Usage::default(),
        }
    }

    fn redactor() -> Redactor {
        Redactor::new(Arc::new(Credentials::ApiKey { api_key: Secret::new("canary-key") }))
    }

    /// S6, X9: what is told is bounded, counts all, and holds no secret.
    #[test]
    fn much_is_counted_and_little_is_told() {
        let journal = Journal::default();
        for n in 0..STEPS {
            journal.sent(("GET".to_owned(), format!("/{n}?key=canary-key")), Some(200), 1);
        }
        journal.say(syncline_host_api::host::Level::Info, "canary-key".to_owned(), None);
        let mut records = Records::default();
        for n in 0..2_000 {
            records.changes.insert(n.to_string(), (None, Some(r#"{"key":"canary-key"}"#.to_owned())));
        }
        records.changes.insert("same".to_owned(), (Some(r#"{"n":1.0}"#.to_owned()), Some(r#"{"n":1}"#.to_owned())));
        records.changes.insert("gone".to_owned(), (Some("{}".to_owned()), None));
        records.changes.insert("never".to_owned(), (None, None));
        let told = told(outcome(records, &journal), Some(r#"{"at":1}"#), None, &redactor());
        assert_eq!((told.steps.len(), told.left_out, told.models[0].records.len()), (STEPS, 1, RECORDS));
        let counts = told.models[0].counts;
        assert_eq!((counts.added, counts.updated, counts.deleted, counts.unchanged), (2_000, 0, 1, 1));
        assert_eq!(told.checkpoint, Some(Some(r#"{"at":2}"#.to_owned())));
        assert!(!format!("{told:?}").contains("canary"), "a secret is told");
    }

    /// X9
    #[test]
    fn a_model_of_large_records_is_told_as_far_as_there_is_room() {
        let large = |n: usize| (n.to_string(), (None, Some(format!("{{\"a\":\"{}\"}}", "x".repeat(30_000)))));
        let records = Records { changes: (0..10).map(large).collect(), ..Records::default() };
        let told = told(outcome(records, &Journal::default()), Some(r#"{"at":2}"#), None, &redactor());
        assert_eq!((told.models[0].records.len(), told.models[0].counts.added, told.checkpoint), (3, 10, None));
    }

    #[test]
    fn why_it_ended_by_itself_is_what_is_told() {
        let why = Failure { code: "write_refused".to_owned(), message: "POST /echo".to_owned(), status: None, details: None };
        let mut ended = outcome(Records::default(), &Journal::default());
        ended.result = Err(plain("function_cancelled", "cancelled"));
        assert_eq!(told(ended, None, Some(&why), &redactor()).result.unwrap_err().code, "write_refused");
        let mut late = outcome(Records::default(), &Journal::default());
        late.result = Err(plain("function_timeout", "took too long"));
        late.usage.wall_time = PATIENCE + Duration::from_millis(1);
        assert_eq!(told(late, None, None, &redactor()).result.unwrap_err().code, "dry_run_timeout");
    }
}
