//! What goes over the network while a run is recorded, and the file that it becomes.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, StatusCode};
use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_domain::FunctionKind;
use syncline_outbound::BufferedResponse;

use crate::outcome::{Outcome, Records};
use crate::recording::{Identity, secret};

const MARK: &str = "[redacted]";
/// A shorter text is no secret, and would be cut out of unrelated words.
const MIN_SECRET_CHARS: usize = 6;
/// Headers that are another time's, and nobody's business.
const LEFT_OUT: [&str; 3] = ["date", "server", "set-cookie"];

/// Takes every exchange with the provider down.
#[derive(Default)]
pub struct Tape(Mutex<Vec<(Identity, Answered)>>);

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: bytes::Bytes,
}

/// What a recording says besides what the run did.
#[derive(Clone, Debug)]
pub struct Title {
    /// Of the function.
    pub kind: FunctionKind,
    /// Who asked for the run.
    pub trigger: String,
    /// JSON text.
    pub input: String,
    /// When the last successful run started.
    pub last_success_at: Option<String>,
    /// The connection's id and provider and what else a replay needs of it, as an object.
    pub connection: Value,
}

impl Tape {
    /// One request and its answer. Credentials of the request are not kept.
    pub fn note(&self, request: &Identity, answer: &BufferedResponse) {
        let request = request.without_secrets().unwrap_or_else(|| request.clone());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A replay gives the first answer that fits, so that a second one would never be read.
        if !kept.iter().any(|(earlier, _)| *earlier == request) {
            let answered = Answered { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() };
            kept.push((request, answered));
        }
    }

    /// The text of a `.test.json`, without any of these secrets.
    pub fn recording(&self, title: &Title, outcome: &Outcome, secrets: &[String]) -> String {
        let mut file = Map::new();
        let is_webhook = title.trigger == "webhook";
        let input = if title.kind == FunctionKind::Sync && !is_webhook { "null" } else { &title.input };
        let output = outcome.result.as_deref().ok().filter(|_| title.kind == FunctionKind::Action);
        let mut text = format!("{{\"input\":{input},\"output\":{}", output.unwrap_or("null"));
        if is_webhook {
            file.insert("trigger".to_owned(), "webhook".into());
        }
        if let Some(date) = &title.last_success_at {
            file.insert("lastSyncDate".to_owned(), date.as_str().into());
        }
        for (name, value) in file {
            let _ = write!(text, ",{}:{value}", Value::from(name));
        }
        let _ = write!(text, ",\"nango\":{},\"api\":{}}}", nango(title, outcome), self.api());
        pretty(&without(text, secrets))
    }

    /// `{method: {path: answer or [answers]}}`
    fn api(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut api: IndexMap<&str, IndexMap<String, Vec<String>>> = IndexMap::new();
        for (request, answer) in &*kept {
            let path = format!("/{}", request.endpoint);
            api.entry(&request.method).or_default().entry(path).or_default().push(entry(request, answer));
        }
        let one_or_list = |entries: Vec<String>| if entries.len() == 1 { entries.concat() } else { format!("[{}]", entries.join(",")) };
        object(api.into_iter().map(|(method, paths)| {
            let paths = paths.into_iter().map(|(path, entries)| (path, one_or_list(entries)));
            (method.to_owned(), object(paths))
        }))
    }
}

fn entry(request: &Identity, answer: &Answered) -> String {
    let pairs =
        |pairs: &[(String, String)]| -> Value { pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect() };
    let mut asked = Map::new();
    asked.insert("params".to_owned(), pairs(&request.params));
    asked.insert("headers".to_owned(), pairs(&request.headers));
    if let Some(data) = &request.data {
        asked.insert("data".to_owned(), data.as_str().into());
    }
    let kept = answer.headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()) && !secret::is_header(name.as_str()));
    let headers: Map<String, Value> =
        kept.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned().into())).collect();
    let (status, hash) = (answer.status.as_u16(), Value::from(request.hash()));
    format!(
        r#"{{"request":{},"hash":{hash},"status":{status},"headers":{},"response":{}}}"#,
        Value::Object(asked),
        Value::Object(headers),
        response(&answer.body)
    )
}

/// JSON in its exact digits, text as text, bytes in Node's form.
fn response(body: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(body) else { return json!({ "type": "Buffer", "data": body }).to_string() };
    match serde_json::from_str::<&RawValue>(text) {
        // A string of JSON would be taken for the text.
        Ok(json) if !json.get().starts_with('"') => json.get().to_owned(),
        _ => Value::from(text).to_string(),
    }
}

/// One of the lists that a run gave to a call.
type ListOf = fn(&Records) -> &[String];

fn nango(title: &Title, outcome: &Outcome) -> String {
    let mut members: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, json: String| members.push((name.to_owned(), json));
    put("getConnection", title.connection.to_string());
    let is_something = |value: &Value| !value.is_null();
    for call in ["getMetadata", "getIntegration", "getCheckpoint"] {
        if let Some(answer) = outcome.given.answers.get(call).filter(|answer| is_something(answer)) {
            put(call, answer.to_string());
        }
    }
    let mut read = outcome.given.records.clone();
    for (model, records) in &outcome.records {
        // What was found gone has to be there.
        for id in records.unseen.iter().flatten() {
            if let Some((Some(before), _)) = records.changes.get(id) {
                read.entry(model.clone()).or_default().insert(id.clone(), before.clone());
            }
        }
    }
    read.retain(|_, records| !records.is_empty());
    if !read.is_empty() {
        let models = read.iter().map(|(model, records)| (model.clone(), list(records.values())));
        put("listRecords", object(models));
    }
    let lists: [(&str, ListOf); 3] =
        [("batchSave", |records| &records.saved), ("batchDelete", |records| &records.deleted), ("batchUpdate", |records| &records.updated)];
    for (call, of) in lists {
        let models: Vec<(String, String)> = outcome
            .records
            .iter()
            .filter(|(_, records)| !of(records).is_empty())
            .map(|(model, records)| (model.clone(), list(of(records).iter())))
            .collect();
        if !models.is_empty() {
            put(call, object(models.into_iter()));
        }
    }
    let tracked: Map<String, Value> =
        outcome.records.iter().filter_map(|(model, records)| Some((model.clone(), records.unseen.clone()?.into()))).collect();
    if !tracked.is_empty() {
        put("trackDeletesEnd", Value::Object(tracked).to_string());
    }
    for call in ["setMetadata", "updateMetadata", "triggerSync", "startSync"] {
        let given: Vec<Value> =
            outcome.entries.effects.iter().filter(|effect| effect.call == call).map(|effect| effect.value.clone()).collect();
        if !given.is_empty() {
            put(call, Value::from(given).to_string());
        }
    }
    object(members.into_iter())
}

fn list<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    format!("[{}]", texts.map(String::as_str).collect::<Vec<_>>().join(","))
}

fn object(members: impl Iterator<Item = (String, String)>) -> String {
    format!("{{{}}}", members.map(|(name, json)| format!("{}:{json}", Value::from(name))).collect::<Vec<_>>().join(","))
}

/// Cut out in the spelling of a JSON string, longest first, so that no part of one stays.
fn without(text: String, secrets: &[String]) -> String {
    let mut secrets: Vec<&String> = secrets.iter().filter(|secret| secret.chars().count() >= MIN_SECRET_CHARS).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(text, |text, secret| {
        let spelled = Value::from(secret.as_str()).to_string();
        text.replace(&spelled[1..spelled.len() - 1], MARK)
    })
}

/// Two spaces a level; every number and string stays as it is written.
fn pretty(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let (mut level, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = json.chars().peekable();
    let new_line = |text: &mut String, level: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", level));
    };
    while let Some(c) = characters.next() {
        if in_string {
            text.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            ' ' | '\n' | '\r' | '\t' => {}
            '{' | '[' => {
                text.push(c);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(end);
                } else {
                    level += 1;
                    new_line(&mut text, level);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                new_line(&mut text, level);
                text.push(c);
            }
            ',' => {
                text.push(c);
                new_line(&mut text, level);
            }
            ':' => text.push_str(": "),
            '"' => {
                in_string = true;
                text.push(c);
            }
            other => text.push(other),
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;
    use crate::journal::Journal;

    fn noted(endpoint: &str, body: &'static [u8]) -> Tape {
        let tape = Tape::default();
        let call = syncline_outbound::ProxyCall { endpoint: endpoint.to_owned(), ..Default::default() };
        let headers = [("content-type", "text/plain"), ("set-cookie", "a=b"), ("x-auth-token", "t")];
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let url = "https://example.com/".parse().unwrap();
        let answer = BufferedResponse { status: StatusCode::OK, headers, body: bytes::Bytes::from_static(body), attempts: 1, url };
        tape.note(&Identity::of(&call), &answer);
        tape.note(&Identity::of(&call), &answer);
        tape
    }

    fn text(tape: &Tape, secrets: &[&str]) -> String {
        let title = Title {
            kind: FunctionKind::Action,
            trigger: "api".to_owned(),
            input: r#"{"n":123456789012345678901234}"#.to_owned(),
            last_success_at: None,
            connection: json!({ "provider": "github" }),
        };
        let outcome = Outcome { result: Ok("[1.50]".to_owned()), ..Outcome::refused("", String::new(), &Journal::default()) };
        tape.recording(&title, &outcome, &secrets.iter().map(|secret| (*secret).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_was_recorded_is_found_again_digit_by_digit() {
        let bodies: [&[u8]; 6] = [br#"{"id":12345678901234567890123,"f":1.50}"#, b"plain", br#""quoted""#, b"", b"\xff\xfe", b"7"];
        for body in bodies {
            let tape = noted("/a b?access_token=secret&page=2", body);
            let text = text(&tape, &[]);
            let recording = Recording::parse(&text).unwrap();
            let asked = syncline_outbound::ProxyCall { endpoint: "a b?page=2".to_owned(), ..Default::default() };
            let answer = recording.answer(&Identity::of(&asked)).unwrap_or_else(|| panic!("{text}"));
            let answer = answer.response("https://example.com/".parse().unwrap());
            // The file is written for people: JSON in it has white space that the provider's had not.
            let told: Vec<u8> = answer.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            assert_eq!(told, body, "{text}");
            assert_eq!(answer.headers.len(), 1, "{text}");
            assert!(!text.contains("secret") && !text.contains("a=b"), "{text}");
            assert!(text.contains("\"n\": 123456789012345678901234\n") && text.contains("1.50"), "{text}");
        }
    }

    #[test]
    fn secrets_are_cut_out_wherever_they_are() {
        let tape = noted("/a", br#"{"echo":"Bearer canary\"token"}"#);
        let text = text(&tape, &["canary\"token", "short"]);
        assert!(text.contains("Bearer [redacted]") && !text.contains("canary"), "{text}");
    }

    #[test]
    fn pretty_text_is_the_same_json() {
        let json = r#"{"a":[],"b":{},"c":[1,{"d":"x,{\"}:"}],"e":1e400}"#;
        let expected =
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": \"x,{\\\"}:\"\n    }\n  ],\n  \"e\": 1e400\n}\n";
        assert_eq!(pretty(json), expected);
        assert_eq!(pretty(&pretty(json)), expected);
    }
}
