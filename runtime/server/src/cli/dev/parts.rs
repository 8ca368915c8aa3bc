//! Which parts of a project changed files belong to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::build;

/// What to build and what to test again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) typescript: TypeScript,
    pub(super) crates: Crates,
    /// Folders whose recordings changed, and nothing else in them.
    pub(super) recordings: BTreeSet<PathBuf>,
}

/// Integrations written in TypeScript.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum TypeScript {
    #[default]
    None,
    /// Folders' names.
    Some(BTreeSet<String>),
    /// What they share changed.
    All,
}

/// Crates of functions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Crates {
    #[default]
    None,
    /// Their folders.
    Some(BTreeSet<PathBuf>),
    All,
}

/// The folders in an integration's that hold functions.
const KINDS: &[&str] = &["syncs", "actions", "on-events"];

impl Parts {
    pub(super) fn all() -> Self {
        Self { typescript: TypeScript::All, crates: Crates::All, recordings: BTreeSet::new() }
    }

    /// The parts to which these files belong, which lie below the root.
    pub(super) fn of(root: &Path, paths: &BTreeSet<PathBuf>) -> Self {
        let mut parts = Self::default();
        for path in paths {
            parts.add(root, path);
        }
        parts
    }

    fn add(&mut self, root: &Path, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".test.json") {
            // INTEGRATION/tests/x.test.json, CRATE/tests/x.test.json
            if let Some(folder) = path.parent().and_then(Path::parent) {
                self.recordings.insert(folder.to_owned());
            }
            return;
        }
        let of_typescript = match path.extension().and_then(|extension| extension.to_str()) {
            Some("ts" | "tsx" | "mts" | "js" | "mjs") => !name.ends_with(".test.ts"),
            Some("json") => true,
            _ => false,
        };
        // Code that a crate includes is nobody else's; a crate may be a project's root, though.
        match crate_of(root, path) {
            Some(folder) if folder != root || !of_typescript => return self.crates.add(folder),
            None if path.extension().is_some_and(|extension| extension == "toml" || extension == "lock") => {
                return self.crates = Crates::All;
            }
            _ if of_typescript => {}
            _ => return,
        }
        let below = path.strip_prefix(root).unwrap_or(path);
        let mut folders = below.components().map(|part| part.as_os_str().to_string_lossy());
        match (folders.next(), folders.next()) {
            // Only what lies among an integration's functions is surely its own.
            (Some(integration), Some(kind)) if KINDS.contains(&&*kind) => self.typescript.add(&integration),
            _ => self.typescript = TypeScript::All,
        }
    }
}

impl TypeScript {
    fn add(&mut self, integration: &str) {
        match self {
            Self::All => {}
            Self::Some(names) => drop(names.insert(integration.to_owned())),
            Self::None => *self = Self::Some([integration.to_owned()].into()),
        }
    }
}

impl Crates {
    fn add(&mut self, folder: PathBuf) {
        match self {
            Self::All => {}
            Self::Some(folders) => drop(folders.insert(folder)),
            Self::None => *self = Self::Some([folder].into()),
        }
    }
}

/// The nearest folder above a file, not above the root, that is a crate.
fn crate_of(root: &Path, path: &Path) -> Option<PathBuf> {
    let inside = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    inside.into_iter().find(|folder| build::is_crate(folder)).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_its_integration_its_crate_or_all() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("stars/src")).unwrap();
        std::fs::write(root.join("stars/Cargo.toml"), "[package]\n").unwrap();
        let of = |names: &[&str]| Parts::of(root, &names.iter().map(|name| root.join(name)).collect());
        let some = |names: &[&str]| TypeScript::Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&["github/syncs/a.ts", "slack/actions/b.ts"]).typescript, some(&["github", "slack"]));
        assert_eq!(of(&["github/syncs/a.ts", "shared/c.ts"]).typescript, TypeScript::All);
        assert_eq!(of(&["github/mappers.ts"]).typescript, TypeScript::All, "others may import it");
        for all in ["index.ts", "package.json", "tsconfig.json"] {
            assert_eq!(of(&[all]).typescript, TypeScript::All, "{all}");
        }
        assert_eq!(of(&["stars/src/lib.rs", "stars/Cargo.toml"]).crates, Crates::Some([root.join("stars")].into()));
        let tests = of(&["github/tests/a.test.json", "stars/tests/b.test.json"]);
        assert_eq!((&tests.typescript, &tests.crates), (&TypeScript::None, &Crates::None));
        assert_eq!(tests.recordings, [root.join("github"), root.join("stars")].into());
        assert_eq!(of(&["README.md"]), Parts::default());
    }
}
