//! A file that is not a provider entry.

use std::path::PathBuf;

/// Says where the file is wrong, so that its author can go there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}:{line}: {}{problem}", file.display(), quoted(field))]
pub struct EntryDefect {
    /// As it was given.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// Dotted path of the field at fault; empty for the file as a whole.
    pub field: String,
    /// For a person.
    pub problem: String,
}

/// Nothing for the file as a whole.
fn quoted(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("`{field}`: ") }
}

/// The dotted path of the key on `line` (from 1), by indentation. List items count as part of their key.
pub(crate) fn field_at(text: &str, line: usize) -> String {
    let mut path: Vec<&str> = Vec::new();
    let mut indent = usize::MAX;
    for candidate in text.lines().take(line).collect::<Vec<_>>().into_iter().rev() {
        let Some((depth, key)) = key_of(candidate) else { continue };
        if depth < indent {
            path.push(key);
            indent = depth;
        }
        if depth == 0 {
            break;
        }
    }
    path.reverse();
    path.join(".")
}

/// The line (from 1) on which the key at `path` stands, or the nearest enclosing key's; 1 for a missing top-level key.
pub(crate) fn line_of(text: &str, path: &str) -> usize {
    let mut wanted = path;
    loop {
        let found = text.lines().enumerate().find(|(index, line)| key_of(line).is_some() && field_at(text, index + 1) == wanted);
        if let Some((index, _)) = found {
            return index + 1;
        }
        match wanted.rfind('.') {
            Some(at) => wanted = &wanted[..at],
            None => return 1,
        }
    }
}

/// The text without the key that `line` (from 1) belongs to and all below it; every other line keeps its number.
pub(crate) fn without(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = (0..line.min(lines.len())).rev().find(|index| key_of(lines[*index]).is_some()).unwrap_or(0);
    let depth = lines.get(first).and_then(|line| key_of(line)).map_or(0, |(depth, _)| depth);
    let is_below = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        line.trim().is_empty() || indent > depth || (indent == depth && line.trim_start().starts_with("- "))
    };
    let below = lines.iter().skip(first + 1).take_while(|line| is_below(line)).count();
    let kept = lines.iter().enumerate().map(|(index, line)| if (first..=first + below).contains(&index) { "" } else { line });
    kept.collect::<Vec<_>>().join("\n")
}

/// Whether the key on `line` (from 1) has neither a value nor anything below it.
pub(crate) fn is_empty_key(text: &str, line: usize) -> bool {
    let mut lines = text.lines().skip(line.saturating_sub(1));
    let Some((depth, _)) = lines.next().filter(|line| line.trim_end().ends_with(':')).and_then(key_of) else { return false };
    let next = lines.find(|line| !line.trim().is_empty());
    next.is_none_or(|next| next.len() - next.trim_start().len() <= depth)
}

/// The column (from 1) at which the key on `line` (from 1) begins.
pub(crate) fn key_column(text: &str, line: usize) -> Option<usize> {
    text.lines().nth(line.saturating_sub(1)).and_then(key_of).map(|(depth, _)| depth + 1)
}

fn key_of(line: &str) -> Option<(usize, &str)> {
    let trimmed = line.trim_start();
    let (key, rest) = trimmed.split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with(['#', '-', '\'', '"', '{', '[']) && (rest.is_empty() || rest.starts_with([' ', '\t']));
    is_key.then(|| (line.len() - trimmed.len(), key.trim_end()))
}
