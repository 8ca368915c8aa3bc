//! Adds the metadata to each record's text without reading the record: what was saved is what is sent, digit for digit.

use std::fmt::Write;

use syncline_domain::Timestamp;
use syncline_store::{Page, RecordRow};

/// About what the metadata takes.
const METADATA_BYTES: usize = 280;

/// `{"records": [...], "next_cursor": ...}` in one buffer.
pub(super) fn page(page: &Page) -> String {
    let payloads: usize = page.records.iter().map(|row| row.payload.as_ref().map_or(0, String::len) + METADATA_BYTES).sum();
    let mut out = String::with_capacity(payloads + 100);
    let mut times = Times::default();
    out.push_str(r#"{"records":["#);
    for (index, row) in page.records.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        record(&mut out, row, &mut times);
    }
    out.push_str(r#"],"next_cursor":"#);
    match &page.next_cursor {
        Some(cursor) => string(&mut out, cursor),
        None => out.push_str("null"),
    }
    out.push('}');
    out
}

/// Each record on a line of its own.
pub(crate) fn lines(records: &[RecordRow]) -> String {
    let (mut out, mut times) = (String::new(), Times::default());
    for row in records {
        let begin = out.len();
        record(&mut out, row, &mut times);
        // Outside of strings a line break is only space, and inside of them there is none.
        if out[begin..].contains(['\n', '\r']) {
            let line = out[begin..].replace(['\n', '\r'], " ");
            out.replace_range(begin.., &line);
        }
        out.push('\n');
    }
    out
}

/// A pruned record keeps its id and nothing else. A field `_nango_metadata` of the record's own comes first and therefore loses.
fn record(out: &mut String, row: &RecordRow, times: &mut Times) {
    if let Some(open) = row.payload.as_deref().and_then(|payload| payload.trim_end().strip_suffix('}')) {
        out.push_str(open);
    } else {
        out.push_str(r#"{"id":"#);
        string(out, row.external_id.as_str());
    }
    out.push_str(r#","_nango_metadata":{"first_seen_at":"#);
    times.write(out, Some(row.first_seen_at));
    out.push_str(r#","last_modified_at":"#);
    times.write(out, Some(row.updated_at));
    out.push_str(r#","last_action":""#);
    out.push_str(row.action.as_str());
    out.push_str(r#"","deleted_at":"#);
    times.write(out, row.deleted_at);
    out.push_str(r#","pruned_at":"#);
    times.write(out, row.pruned_at);
    out.push_str(r#","cursor":"#);
    string(out, &row.cursor);
    out.push_str("}}");
}

/// Writes times, and remembers the last one: the records of a batch were saved at the same moment.
#[derive(Default)]
struct Times(Option<(Timestamp, String)>);

impl Times {
    fn write(&mut self, out: &mut String, at: Option<Timestamp>) {
        let Some(at) = at else { return out.push_str("null") };
        if self.0.as_ref().is_none_or(|(last, _)| *last != at) {
            self.0 = Some((at, at.to_micros_offset()));
        }
        let text = self.0.as_ref().map_or("", |(_, text)| text);
        write!(out, "\"{text}\"").expect("a string takes all text");
    }
}

fn string(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).expect("text has a JSON form"));
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use syncline_domain::{Action, ExternalId};

    use super::*;

    fn row(payload: Option<&str>) -> RecordRow {
        let at = Timestamp::parse("2026-01-31T12:00:00.123456Z").unwrap();
        RecordRow {
            payload: payload.map(str::to_owned),
            external_id: ExternalId::new("a\"b").unwrap(),
            action: Action::Added,
            first_seen_at: at,
            updated_at: at,
            deleted_at: None,
            pruned_at: payload.is_none().then_some(at),
            cursor: "c1".to_owned(),
        }
    }

    /// X1
    #[test]
    fn what_was_saved_is_sent_digit_for_digit() {
        let saved = r#"{"id":9007199254740993,"n":1e400,"s":"}"}"#;
        let body = page(&Page { records: vec![row(Some(saved)), row(None)], next_cursor: None });
        assert!(body.starts_with(r#"{"records":[{"id":9007199254740993,"n":1e400,"s":"}","_nango_metadata":{"first_seen_at":"2026-01-31T12:00:00.123456+00:00""#), "{body}");
        let pruned: Value = serde_json::from_str(body.split_once("},").unwrap().1.trim_end_matches(r#"],"next_cursor":null}"#)).unwrap();
        assert_eq!(pruned["id"], "a\"b");
        assert_eq!(pruned["_nango_metadata"]["pruned_at"], "2026-01-31T12:00:00.123456+00:00");
        assert_eq!(pruned.as_object().unwrap().len(), 2);
    }

    /// X1
    #[test]
    fn a_record_on_several_lines_is_exported_on_one() {
        let text = lines(&[row(Some("{\n  \"id\": 9007199254740993,\r\n  \"s\": \"a\\nb\"\n}")), row(None)]);
        assert!(text.starts_with("{   \"id\": 9007199254740993,"), "{text}");
        let parsed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((parsed.len(), &parsed[0]["s"], &parsed[1]["id"]), (2, &Value::from("a\nb"), &Value::from("a\"b")));
    }

    #[test]
    fn an_empty_page_is_valid_json() {
        let body: Value = serde_json::from_str(&page(&Page { records: vec![], next_cursor: Some("x".to_owned()) })).unwrap();
        assert_eq!(body, serde_json::json!({ "records": [], "next_cursor": "x" }));
    }
}
