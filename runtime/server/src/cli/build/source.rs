//! What a component was built from as one text, for people to read.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the server keeps at most.
const MAX_BYTES: usize = 1 << 20;

/// Every .rs file below `src`, each under a comment with its path: `lib.rs` first, then by name. A crate of one file is that file as it is.
/// `None`, with a word on stderr, where it is too long or cannot be read: the functions run without it.
pub(super) fn of_crate(folder: &Path) -> Option<String> {
    let src = folder.join("src");
    let mut files = Vec::new();
    collect(&src, &mut files).map_err(|error| say(&src, &error.to_string())).ok()?;
    files.sort_by_key(|file| (file.strip_prefix(&src) != Ok(Path::new("lib.rs")), file.clone()));
    let mut text = String::new();
    for file in &files {
        let code = std::fs::read_to_string(file).map_err(|error| say(file, &error.to_string())).ok()?;
        if files.len() > 1 {
            let (gap, name) = (if text.is_empty() { "" } else { "\n" }, file.strip_prefix(folder).unwrap_or(file).display());
            let _ = write!(text, "{gap}// {name}\n\n");
        }
        text.push_str(&code);
    }
    if text.len() > MAX_BYTES {
        say(&src, "it is longer than 1 MiB");
        return None;
    }
    (!files.is_empty()).then_some(text)
}

/// The files of a component in TypeScript, each under a comment with its path, as the builder tells them.
pub(super) fn of_files<'a>(files: impl ExactSizeIterator<Item = (&'a str, &'a str)>, project: &Path) -> Option<String> {
    let several = files.len() > 1;
    let mut text = String::new();
    for (name, code) in files {
        if several {
            let _ = write!(text, "{}// {name}\n\n", if text.is_empty() { "" } else { "\n" });
        }
        text.push_str(code);
    }
    if text.len() > MAX_BYTES {
        say(project, "it is longer than 1 MiB");
        return None;
    }
    (!text.is_empty()).then_some(text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "rs") {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn say(what: &Path, problem: &str) {
    eprintln!("the source in {} is not sent along: {problem}", what.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_each_other_and_the_root_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        assert_eq!(of_crate(dir.path()), None, "no source is no error");
        std::fs::create_dir_all(dir.path().join("src/deep")).unwrap();
        write("src/lib.rs", "mod a;\n");
        assert_eq!(of_crate(dir.path()).as_deref(), Some("mod a;\n"));
        write("src/a.rs", "mod b;\n");
        write("src/deep/b.rs", "// b\n");
        write("src/notes.txt", "no");
        assert_eq!(of_crate(dir.path()).as_deref(), Some("// src/lib.rs\n\nmod a;\n\n// src/a.rs\n\nmod b;\n\n// src/deep/b.rs\n\n// b\n"));
        write("src/a.rs", &"x".repeat(MAX_BYTES));
        assert_eq!(of_crate(dir.path()), None);
    }
}
