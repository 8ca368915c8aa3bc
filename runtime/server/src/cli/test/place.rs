//! What a path given to `syncline test` means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use syncline_dryrun::case::{self, CaseFile};

use crate::config::ConfigError;

/// A project to build, and what of it is tested.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub(super) project: PathBuf,
    /// Folders and files; the project itself for all of it.
    wanted: Vec<PathBuf>,
}

impl Place {
    /// Each project once.
    pub(super) fn all(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        let mut places: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in paths {
            let path = path.canonicalize().map_err(|error| ConfigError::new(format!("{}: {error}", path.display())))?;
            let project = if path.is_file() {
                let case = CaseFile::of(&path).ok_or_else(|| {
                    ConfigError::new(format!("{} is no recording; one is INTEGRATION/tests/NAME.test.json", path.display()))
                })?;
                project_of(&case.folder)
            } else {
                project_of(&path)
            };
            places.entry(project).or_default().push(path);
        }
        Ok(places.into_iter().map(|(project, wanted)| Self { project, wanted }).collect())
    }

    /// Whether all of the project is tested.
    pub(super) fn is_whole(&self) -> bool {
        self.wanted.contains(&self.project)
    }

    pub(super) fn cases(&self) -> anyhow::Result<Vec<CaseFile>> {
        let mut cases = Vec::new();
        for path in &self.wanted {
            if path.is_file() {
                cases.extend(CaseFile::of(path));
            } else {
                cases.extend(case::find(path).with_context(|| format!("{} cannot be read", path.display()))?);
            }
        }
        cases.sort();
        cases.dedup();
        Ok(cases)
    }
}

/// A crate is built by itself. A folder of TypeScript is an integration's where the folder above is the project: there it is built, and from
/// there its libraries come.
fn project_of(folder: &Path) -> PathBuf {
    let is_integration = ["syncs", "actions", "on-events"].iter().any(|kind| folder.join(kind).is_dir());
    match folder.parent() {
        Some(parent) if is_integration && !folder.join("Cargo.toml").exists() => parent.to_owned(),
        _ => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_project_a_part_of_it_or_one_case() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["github/syncs", "github/tests", "slack/actions", "slack/tests", "crates/a/src", "crates/a/tests"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let files = ["github/tests/issues.test.json", "slack/tests/post.test.json", "crates/a/tests/x.test.json", "crates/a/Cargo.toml"];
        for file in files {
            std::fs::write(root.join(file), "{}").unwrap();
        }
        let cases = |paths: &[&str]| -> Vec<(String, usize, bool)> {
            let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
            let places = Place::all(&paths).unwrap();
            let shown = |place: &Place| place.project.strip_prefix(&root).unwrap().display().to_string();
            places.iter().map(|place| (shown(place), place.cases().unwrap().len(), place.is_whole())).collect()
        };
        assert_eq!(cases(&["."]), [(String::new(), 3, true)]);
        assert_eq!(cases(&["github", "slack"]), [(String::new(), 2, false)]);
        assert_eq!(cases(&["github/tests/issues.test.json"]), [(String::new(), 1, false)]);
        assert_eq!(cases(&["crates/a"]), [("crates/a".to_owned(), 1, true)]);
        assert_eq!(cases(&[".", "github"]), [(String::new(), 3, true)]);
        let wrong = Place::all(&[root.join("crates/a/Cargo.toml")]).unwrap_err();
        assert!(wrong.to_string().contains("is no recording"), "{wrong}");
    }
}
