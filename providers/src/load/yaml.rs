//! Reads the file in spite of its defects: what cannot be read is noted, left out, and the rest is read again.

use std::path::Path;

use serde::de::IgnoredAny;

use super::{File, MISSING, is_within};
use crate::EntryDefect;
use crate::defect::{field_at, is_empty_key, key_column, line_of, without};

/// What could be read.
pub(super) struct Read {
    /// `None` where the text is not YAML at all.
    pub(super) file: Option<File>,
    pub(super) defects: Vec<EntryDefect>,
    /// Dotted paths of what was left out.
    pub(super) dropped: Vec<String>,
}

pub(super) fn read(file: &Path, text: &str) -> Read {
    let mut read = Read { file: None, defects: Vec::new(), dropped: Vec::new() };
    let mut readable = text.to_owned();
    loop {
        let error = match serde_saphyr::from_str(&readable) {
            Ok(whole) => {
                read.file = Some(whole);
                return read;
            }
            Err(error) => error,
        };
        if read.defects.is_empty()
            && let Err(error) = serde_saphyr::from_str::<IgnoredAny>(text)
        {
            // Nothing can be left out of a text without a structure.
            read.defects.push(defect(file, text, &error));
            return read;
        }
        let found = defect(file, &readable, &error);
        let is_echo = read.dropped.iter().any(|path| is_within(path, &found.field));
        let shorter = without(&readable, found.line);
        read.dropped.push(found.field.clone());
        if !is_echo {
            read.defects.push(found);
        }
        if shorter == readable {
            return read;
        }
        readable = shorter;
    }
}

fn defect(file: &Path, text: &str, error: &serde_saphyr::Error) -> EntryDefect {
    let plain = error.without_snippet();
    let location = plain.location();
    let (line, column) = location.map_or((1, 1), |at| {
        let number = |value: u64| usize::try_from(value).unwrap_or(1);
        (number(at.line()), number(at.column()))
    });
    let message = plain.to_string();
    let problem = message.rsplit_once(" at line ").map_or(message.as_str(), |(problem, _)| problem);
    let at = field_at(text, line);
    if let Some(name) = problem.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        // The parser points at the block where it is written in one line or empty, else at its last key.
        let is_block = is_empty_key(text, line) || key_column(text, line).is_none_or(|key| column > key);
        let block = if is_block { at.as_str() } else { at.rsplit_once('.').map_or("", |(block, _)| block) };
        let field = if block.is_empty() { name.to_owned() } else { format!("{block}.{name}") };
        return EntryDefect { file: file.to_owned(), line: line_of(text, block), field, problem: MISSING.to_owned() };
    }
    let problem = match problem {
        "expected sequence start" => "must be a list",
        "expected mapping start" => "must be a block of fields",
        "invalid boolean" => "must be true or false",
        _ if problem.starts_with("duplicate mapping key") => "stands twice",
        other => other,
    };
    EntryDefect { file: file.to_owned(), line, field: at, problem: problem.to_owned() }
}
