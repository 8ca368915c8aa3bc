//! What is wrong with an author's file, shown as compilers do.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// As the builder tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Diagnostic {
    /// Stable: `type_error`, `unknown_model`, ...
    pub(crate) code: String,
    /// Below the project, with slashes.
    pub(crate) file: Option<String>,
    /// From 1.
    pub(crate) line: Option<usize>,
    /// From 1, in UTF-16 units as editors count.
    pub(crate) column: Option<usize>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl Diagnostic {
    /// With the line that it is about, and a mark below the place.
    pub(crate) fn render(&self, level: &str, project: &Path) -> String {
        let Self { code, message, remedy, .. } = self;
        let mut text = format!("{level}[{code}]: {message}\n");
        let mut margin = 0;
        if let Some(file) = &self.file {
            let source = self.line.and_then(|line| source_line(&project.join(file), line));
            margin = self.line.map_or(0, |line| line.to_string().len());
            let place = [Some(file.clone()), self.line.map(|n| n.to_string()), self.column.map(|n| n.to_string())];
            let _ = writeln!(text, "{:margin$}--> {}", "", place.into_iter().flatten().collect::<Vec<_>>().join(":"));
            if let (Some(source), Some(line)) = (source, self.line) {
                let _ = write!(text, "{:margin$} |\n{line} | {source}\n", "");
                if let Some(column) = self.column {
                    let _ = writeln!(text, "{:margin$} | {}^", "", indent(&source, column));
                }
            }
        }
        let _ = writeln!(text, "{:margin$} = help: {remedy}", "");
        text
    }
}

fn source_line(file: &Path, line: usize) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().nth(line.checked_sub(1)?).map(|line| line.trim_end().to_owned())
}

/// As wide as what stands before the column: tabs stay, so that the mark is below its place whatever a tab's width.
fn indent(source: &str, column: usize) -> String {
    let mut units = 1;
    let mut text = String::new();
    for c in source.chars() {
        if units >= column {
            break;
        }
        units += c.len_utf16();
        text.push(if c == '\t' { '\t' } else { ' ' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.ts"), "first\n\tconst ü: number = 'x';\n").unwrap();
        let diagnostic = Diagnostic {
            code: "type_error".to_owned(),
            file: Some("a.ts".to_owned()),
            line: Some(2),
            column: Some(8),
            message: "no number".to_owned(),
            remedy: "make it one".to_owned(),
        };
        let expected =
            "error[type_error]: no number\n --> a.ts:2:8\n  |\n2 | \tconst ü: number = 'x';\n  | \t      ^\n  = help: make it one\n";
        assert_eq!(diagnostic.render("error", dir.path()), expected);
        let nowhere = Diagnostic { file: None, line: None, column: None, ..diagnostic.clone() };
        assert_eq!(nowhere.render("warning", dir.path()), "warning[type_error]: no number\n = help: make it one\n");
        let gone = Diagnostic { file: Some("b.ts".to_owned()), ..diagnostic };
        assert_eq!(gone.render("error", dir.path()), "error[type_error]: no number\n --> b.ts:2:8\n  = help: make it one\n");
    }
}
