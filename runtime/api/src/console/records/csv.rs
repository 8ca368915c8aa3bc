//! Records as a table: RFC 4180, and safe to open in a spreadsheet.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::value::RawValue;
use syncline_store::RecordRow;

/// What is known of each record, before its own fields.
const OWN: [&str; 4] = ["_id", "_last_action", "_first_seen_at", "_last_modified_at"];
/// Behind them: the fields that the first records did not have, as JSON. So the file is written in one go, and nothing is left out.
const OTHERS: &str = "_others";

/// Writes tables part by part. The columns are the fields of the first part.
#[derive(Default)]
pub(super) struct Csv {
    columns: Option<Vec<String>>,
}

/// The fields of a record, each as it was written.
type Fields = Vec<(String, Box<RawValue>)>;

impl Csv {
    /// The next lines; before the first ones, the heads.
    pub(super) fn write(&mut self, records: &[RecordRow]) -> String {
        let records: Vec<(&RecordRow, Fields)> = records.iter().map(|row| (row, fields(row))).collect();
        let mut out = String::new();
        let columns = self.columns.take().unwrap_or_else(|| {
            let columns = columns(&records);
            let heads = OWN.into_iter().chain(columns.iter().map(String::as_str)).chain([OTHERS]);
            line(&mut out, heads.map(text));
            columns
        });
        for (row, fields) in &records {
            let own = [
                text(row.external_id.as_str()),
                text(row.action.as_str()),
                Cow::Owned(row.first_seen_at.to_micros_offset()),
                Cow::Owned(row.updated_at.to_micros_offset()),
            ];
            let value =
                |column: &String| fields.iter().find(|(name, _)| name == column).map_or(Cow::Borrowed(""), |(_, value)| cell(value));
            let others = others(fields.iter().filter(|(name, _)| !columns.contains(name)));
            line(&mut out, own.into_iter().chain(columns.iter().map(value)).chain([Cow::Owned(others)]));
        }
        self.columns = Some(columns);
        out
    }
}

fn fields(row: &RecordRow) -> Fields {
    let object =
        row.payload.as_deref().and_then(|payload| serde_json::from_str::<std::collections::BTreeMap<String, Box<RawValue>>>(payload).ok());
    object.map(|object| object.into_iter().collect()).unwrap_or_default()
}

fn columns(records: &[(&RecordRow, Fields)]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in records.iter().flat_map(|(_, fields)| fields) {
        if let Err(at) = columns.binary_search(name) {
            columns.insert(at, name.clone());
        }
    }
    columns
}

/// As one JSON object, digit for digit; nothing where there are none.
fn others<'a>(fields: impl Iterator<Item = &'a (String, Box<RawValue>)>) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        out.push(if out.is_empty() { '{' } else { ',' });
        write!(out, "{}:{value}", serde_json::Value::from(name.as_str())).expect("a string takes all text");
    }
    if !out.is_empty() {
        out.push('}');
    }
    out
}

/// A text without its quotes, `null` as nothing, all else as JSON.
fn cell(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(json).map_or_else(|_| text(json), |value| Cow::Owned(text(&value).into_owned())),
        Some(b'n') => Cow::Borrowed(""),
        // A number may begin with `-`, and no spreadsheet runs it. Objects, lists, `true` and `false` begin with none of the marks.
        _ => Cow::Borrowed(json),
    }
}

/// X6: a spreadsheet takes what begins like this for a formula. The apostrophe makes it a text.
fn text(value: &str) -> Cow<'_, str> {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = Cow<'a, str>>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\r', '\n', ';', '\t']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\"")).expect("a string takes all text");
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use syncline_domain::{Action, ExternalId, Timestamp};

    use super::*;

    fn row(id: &str, payload: Option<&str>) -> RecordRow {
        let at = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
        RecordRow {
            payload: payload.map(str::to_owned),
            external_id: ExternalId::new(id).unwrap(),
            action: Action::Added,
            first_seen_at: at,
            updated_at: at,
            deleted_at: None,
            pruned_at: None,
            cursor: "c".to_owned(),
        }
    }

    const KNOWN: &str = "ADDED,2026-01-31T12:00:00.000000+00:00,2026-01-31T12:00:00.000000+00:00";

    #[test]
    fn later_fields_go_into_the_last_column() {
        let mut csv = Csv::default();
        let first = csv.write(&[row("1", Some(r#"{"id":1,"n":12345678901234567890123,"t":"a, \"b\"\n"}"#)), row("2", None)]);
        let heads = "_id,_last_action,_first_seen_at,_last_modified_at,id,n,t,_others";
        assert_eq!(first, format!("{heads}\r\n1,{KNOWN},1,12345678901234567890123,\"a, \"\"b\"\"\n\",\r\n2,{KNOWN},,,,\r\n"));
        let second = csv.write(&[row("3", Some(r#"{"id":3,"n":null,"more":{"x":[1]}}"#))]);
        assert_eq!(second, format!("3,{KNOWN},3,,,\"{{\"\"more\"\":{{\"\"x\"\":[1]}}}}\"\r\n"));
    }

    /// X6
    #[test]
    fn no_cell_begins_like_a_formula() {
        let hostile = r#"{"=cmd|' /C calc'!A0":"=1+1","a":"+1","b":"-1","c":"@SUM(1)","d":"\t=1","e":-1,"f":["=1"],"g":"\r=1"}"#;
        let table = Csv::default().write(&[row("=1+1", Some(hostile))]);
        let (heads, line) = table.split_once("\r\n").unwrap();
        assert!(heads.contains(",'=cmd|' /C calc'!A0,"), "{heads}");
        let expected = format!("'=1+1,{KNOWN},'=1+1,'+1,'-1,'@SUM(1),\"'\t=1\",-1,\"[\"\"=1\"\"]\",\"'\r=1\",\r\n");
        assert_eq!(line, expected);
    }
}
