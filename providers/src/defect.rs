//! A file that is not a provider entry.

use std::path::PathBuf;

/// Says where the file is wrong, so that its author can go there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}:{line}: `{field}`: {problem}", file.display())]
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

fn key_of(line: &str) -> Option<(usize, &str)> {
    let trimmed = line.trim_start();
    let (key, rest) = trimmed.split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with(['#', '-', '\'', '"', '{', '[']) && (rest.is_empty() || rest.starts_with([' ', '\t']));
    is_key.then(|| (line.len() - trimmed.len(), key.trim_end()))
}
