//! Tables for people, one JSON document for programs. Nothing else ever goes to stdout.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

/// How results are printed.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    terminal: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, terminal: io::stdout().is_terminal() }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// For programs: a JSON document as the server sent it, so that numbers of any size stay exact. People have the other methods.
    pub(crate) fn document(self, text: &str) -> io::Result<()> {
        if self.json { write(text.trim_end()) } else { Ok(()) }
    }

    /// A list: the document for programs, else a table, or `nothing` where it is empty.
    pub(crate) fn list(self, document: &str, header: &[&str], rows: Vec<Vec<String>>, nothing: &str) -> io::Result<()> {
        if self.json {
            return self.document(document);
        }
        if rows.is_empty() {
            return self.note(nothing);
        }
        write(&self.table(header, rows))
    }

    /// One thing: the document for programs, else `name  value` lines.
    pub(crate) fn fields(self, document: &str, fields: &[(&str, String)]) -> io::Result<()> {
        if self.json {
            return self.document(document);
        }
        let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines = fields.iter().map(|(name, value)| format!("{name:width$}  {}", value.replace('\n', &format!("\n{:width$}  ", ""))));
        write(&lines.collect::<Vec<_>>().join("\n"))
    }

    /// A line for people; programs have their document.
    pub(crate) fn note(self, text: &str) -> io::Result<()> {
        if self.json { Ok(()) } else { write(text) }
    }

    pub(crate) fn table(self, header: &[&str], rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_header(header.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>());
        table.add_rows(rows);
        if self.terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            // A pipe has no width: nothing is wrapped, so that lines stay records.
            table.force_no_tty().set_content_arrangement(ContentArrangement::Disabled);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.trim_fmt()
    }
}

/// What a cell shows of a JSON value: text bare, absence as a dash.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// `2026-01-31 12:00:00`, from any of the wire's spellings.
pub(crate) fn time(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.len() >= 19 && text.is_char_boundary(19) => text[..19].replace('T', " "),
        _ => cell(value),
    }
}

/// `1.2 s`, `340 ms`
pub(crate) fn milliseconds(value: &Value) -> String {
    match value.as_u64() {
        None => "-".to_owned(),
        Some(short) if short < 1_000 => format!("{short} ms"),
        Some(long) => format!("{}.{} s", long / 1_000, long % 1_000 / 100),
    }
}

/// At most `max` characters, on one line.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{kept}…")
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}") {
        // `syncline ... | head`: the reader has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_in_a_pipe_has_one_line_a_row_and_no_escapes() {
        let long = "x".repeat(300);
        let rows = vec![vec!["issues".to_owned(), long.clone()], vec!["create-issue".to_owned(), "-".to_owned()]];
        let table = Output { json: false, terminal: false }.table(&["name", "text"], rows);
        assert_eq!(table, format!("NAME          TEXT\nissues        {long}\ncreate-issue  -"));
    }

    #[test]
    fn cells_show_what_people_expect() {
        assert_eq!(cell(&json!(null)), "-");
        assert_eq!(cell(&json!(["A", "B"])), "A, B");
        assert_eq!(cell(&json!({ "a": 1 })), r#"{"a":1}"#);
        assert_eq!(time(&json!("2026-01-31T12:00:00.123456+00:00")), "2026-01-31 12:00:00");
        assert_eq!(milliseconds(&json!(1_234)), "1.2 s");
        assert_eq!(shorten("a  b\nc", 4), "a b…");
    }
}
