//! Recorded cases of a project, and which function each is of.

use std::path::{Path, PathBuf};

const SUFFIX: &str = ".test.json";
/// Where a project keeps its functions of each kind.
const KINDS: [&str; 3] = ["syncs", "actions", "on-events"];
/// Never a project's own.
const SKIPPED: [&str; 3] = ["node_modules", "target", "build"];

/// A recorded case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseFile {
    /// The `.test.json`.
    pub file: PathBuf,
    /// The folder that holds `tests/`: an integration's, or a crate's.
    pub folder: PathBuf,
    /// The file's name without `.test.json`.
    pub name: String,
}

impl CaseFile {
    /// The case of a file below `<folder>/tests/`; `None` where its name is another's.
    pub fn of(file: &Path) -> Option<Self> {
        let name = file.file_name()?.to_str()?.strip_suffix(SUFFIX)?.to_owned();
        let tests = file.parent().filter(|tests| tests.file_name().is_some_and(|name| name == "tests"))?;
        Some(Self { file: file.to_owned(), folder: tests.parent()?.to_owned(), name })
    }

    /// The function among `functions` that the case is of: the one that the test beside it imports; else the one of its name; else the
    /// longest whose name the case's name ends or begins with.
    pub fn function<'a>(&self, functions: &[&'a str]) -> Option<&'a str> {
        let test = self.file.with_file_name(format!("{}.test.ts", self.name));
        let imported = std::fs::read_to_string(test).ok().and_then(|text| imported(&text));
        let of = |name: &str| functions.iter().copied().find(|function| *function == name);
        imported.and_then(|name| of(&name)).or_else(|| of(&self.name)).or_else(|| longest(&self.name, functions))
    }
}

/// All cases below a folder, sorted.
pub fn find(folder: &Path) -> std::io::Result<Vec<CaseFile>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<CaseFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                collect(&path, found)?;
            }
        } else {
            found.extend(CaseFile::of(&path));
        }
    }
    Ok(())
}

/// The name of the function's file, out of `import x from '../syncs/NAME.js'`.
fn imported(test: &str) -> Option<String> {
    KINDS.iter().find_map(|kind| {
        let (_, rest) = test.split_once(&format!("../{kind}/"))?;
        let name = &rest[..rest.find(['\'', '"', '`'])?];
        let name = [".js", ".ts", ".mjs"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name);
        Some(name.to_owned())
    })
}

/// At a border of words first: `unified-users` is of `users` rather than of `d-users`.
fn longest<'a>(case: &str, functions: &[&'a str]) -> Option<&'a str> {
    let is_border = |c: char| "-_.: ".contains(c);
    let at_border = |function: &str| {
        case.strip_suffix(function).is_some_and(|rest| rest.ends_with(is_border))
            || case.strip_prefix(function).is_some_and(|rest| rest.starts_with(is_border))
    };
    let anywhere = |function: &str| case.ends_with(function) || case.starts_with(function);
    let of = |fits: &dyn Fn(&str) -> bool| functions.iter().copied().filter(|function| fits(function)).max_by_key(|name| name.len());
    of(&at_border).or_else(|| of(&anywhere))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(folder: &Path, name: &str) -> CaseFile {
        CaseFile::of(&folder.join("tests").join(format!("{name}.test.json"))).unwrap()
    }

    #[test]
    fn a_cases_name_names_its_function() {
        let functions = ["issue", "issues", "create-issue", "users", "list"];
        let table = [
            ("issues", Some("issues")),
            ("create-issue", Some("create-issue")),
            ("github-create-issue", Some("create-issue")),
            ("unified-users", Some("users")),
            ("issues-empty", Some("issues")),
            ("issue-not-found", Some("issue")),
            ("users2", Some("users")),
            ("other", None),
        ];
        let folder = Path::new("/nowhere/github");
        for (name, function) in table {
            assert_eq!(case(folder, name).function(&functions), function, "{name}");
        }
    }

    #[test]
    fn the_test_beside_a_case_decides() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("github");
        std::fs::create_dir_all(folder.join("tests")).unwrap();
        let test = "import { vi } from 'vitest';\nimport createSync from '../syncs/all-users.js';\n";
        std::fs::write(folder.join("tests/users.test.ts"), test).unwrap();
        assert_eq!(case(&folder, "users").function(&["users", "all-users"]), Some("all-users"));
        std::fs::write(folder.join("tests/users.test.ts"), test.replace("all-users", "gone")).unwrap();
        assert_eq!(case(&folder, "users").function(&["users", "all-users"]), Some("users"), "a test of something else decides nothing");
    }

    #[test]
    fn cases_are_found_in_tests_of_every_folder_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            "github/tests/b.test.json",
            "github/tests/a.test.json",
            "deep/slack/tests/a.test.json",
            "github/other.test.json",
            "github/tests/notes.json",
            "node_modules/x/tests/a.test.json",
            ".syncline/x/tests/a.test.json",
        ];
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        let found = find(dir.path()).unwrap();
        let shown: Vec<String> = found.iter().map(|case| case.file.strip_prefix(dir.path()).unwrap().display().to_string()).collect();
        assert_eq!(shown, ["deep/slack/tests/a.test.json", "github/tests/a.test.json", "github/tests/b.test.json"]);
        assert_eq!(found[1].folder, dir.path().join("github"));
    }
}
