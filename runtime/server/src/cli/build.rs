//! `syncline build`, and the step that all commands share which need components: a folder of source to .wasm files.
//!
//! Crates are built by cargo, projects in TypeScript by the builder of the npm package `@syncline/functions` in a process of Node.js. A folder
//! may hold both.

mod companion;
mod crates;
mod diagnostic;
mod node;
mod package;
mod source;
mod types;
mod typescript;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::output::Output;
use crate::config::ConfigError;

pub(crate) use companion::Companion;
pub(crate) use crates::{crates, is_crate};
pub(crate) use diagnostic::Diagnostic;
pub(crate) use package::Toolchain;
pub(crate) use types::write_types;
pub(crate) use typescript::is_project as has_typescript;

/// The source is at fault; what is wrong with it has been told.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct DoesNotBuild(String);

impl DoesNotBuild {
    fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

/// A component on the disk.
#[derive(Debug, Serialize)]
pub(crate) struct Built {
    /// Of a project in TypeScript, the folder that the functions lie in; a crate's component tells it when it is described.
    pub(crate) integration: Option<String>,
    /// Where it lies.
    #[serde(rename = "path")]
    pub(crate) wasm: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
    /// Changes with everything that went into it; a crate's has none.
    pub(crate) build: Option<String>,
    /// The crate, or the project.
    pub(crate) folder: Option<PathBuf>,
    /// Known without a look into the component, in TypeScript.
    pub(crate) functions: Vec<Function>,
    /// What it was built from.
    #[serde(skip)]
    pub(crate) code: Option<Code>,
}

/// A function of a project in TypeScript.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub(crate) struct Function {
    /// Its file's name.
    pub(crate) name: String,
    /// `sync`, `action` or `event`.
    pub(crate) kind: String,
    /// Below the project, with slashes.
    pub(crate) file: String,
}

/// Source as one text.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) language: &'static str,
    pub(crate) text: String,
}

/// What became of a folder.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Empty where there are errors.
    pub(crate) built: Vec<Built>,
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

#[derive(Args)]
pub(super) struct Build {
    /// A project in TypeScript, a crate, or a folder of both
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// One JSON document on stdout, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    toolchain: Toolchain,
}

impl Build {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (output, folder) = (Output::new(self.json), root(&self.folder)?);
        let outcome = outcome(&folder, &self.toolchain).await?;
        let Outcome { built, errors, warnings } = &outcome;
        let document = if errors.is_empty() {
            json!({ "ok": true, "components": built, "warnings": warnings })
        } else {
            let document = json!({ "ok": false, "errors": errors, "warnings": warnings });
            output.document(&document.to_string())?;
            document
        };
        let built = outcome.told(&folder, !self.json)?;
        let name = |built: &Built| built.integration.clone().unwrap_or_else(|| "-".to_owned());
        let rows = built.iter().map(|built| vec![name(built), kilobytes(built.bytes), built.wasm.display().to_string()]).collect();
        output.list(&document.to_string(), &["integration", "size", "component"], rows, "There is nothing to build.")?;
        Ok(())
    }
}

/// The components behind a path, built where it names source. Tells on stderr what is wrong with that.
pub(crate) async fn project(path: &Path, toolchain: &Toolchain) -> anyhow::Result<Vec<Built>> {
    let path = root(path)?;
    if path.is_file() {
        if path.extension().is_none_or(|extension| extension != "wasm") {
            let problem = format!("{} is neither a .wasm file nor a folder of functions", path.display());
            return Err(ConfigError::new(problem).into());
        }
        return Ok(vec![Built::file(path, None)?]);
    }
    outcome(&path, toolchain).await?.told(&path, true)
}

/// The components of a folder, or what is wrong with its source.
pub(crate) async fn outcome(folder: &Path, toolchain: &Toolchain) -> anyhow::Result<Outcome> {
    let (crates, typescript) = (crates::crates(folder)?, typescript::is_project(folder));
    if crates.is_empty() && !typescript {
        let problem = format!(
            "there are no functions in {}: neither a crate there or directly below, nor an index.ts or TypeScript in \
             INTEGRATION/syncs, INTEGRATION/actions or INTEGRATION/on-events",
            folder.display()
        );
        return Err(ConfigError::new(problem).into());
    }
    // TypeScript first: its mistakes show in a second.
    let mut outcome = if typescript { typescript::build(folder, toolchain).await? } else { Outcome::default() };
    if outcome.errors.is_empty() {
        for folder in crates {
            outcome.built.extend(crate_components(&folder).await?);
        }
    }
    Ok(outcome)
}

/// The components of a crate. cargo's diagnostics go to stderr as they are.
pub(crate) async fn crate_components(folder: &Path) -> anyhow::Result<Vec<Built>> {
    let wasm = crates::build(folder).await?.into_iter();
    let built = wasm.map(|wasm| {
        let code = source::of_crate(folder).map(|text| Code { language: "rust", text });
        Ok(Built { folder: Some(folder.to_owned()), ..Built::file(wasm, code)? })
    });
    built.collect()
}

fn root(path: &Path) -> anyhow::Result<PathBuf> {
    Ok(path.canonicalize().map_err(|error| ConfigError::new(format!("{}: {error}", path.display())))?)
}

fn kilobytes(bytes: u64) -> String {
    format!("{} KB", bytes.div_ceil(1_000))
}

impl Built {
    fn file(wasm: PathBuf, code: Option<Code>) -> anyhow::Result<Self> {
        let bytes = std::fs::metadata(&wasm).map_err(|error| ConfigError::new(format!("{}: {error}", wasm.display())))?.len();
        Ok(Self { integration: None, wasm, bytes, build: None, folder: None, functions: Vec::new(), code })
    }
}

impl Outcome {
    /// Prints what there is to say, on stderr unless only the sum is wanted, and gives the components or that there are none.
    pub(crate) fn told(self, folder: &Path, in_full: bool) -> anyhow::Result<Vec<Built>> {
        if in_full {
            for (level, diagnostics) in [("warning", &self.warnings), ("error", &self.errors)] {
                for diagnostic in diagnostics {
                    eprintln!("{}", diagnostic.render(level, folder));
                }
            }
        }
        match self.errors.len() {
            0 => Ok(self.built),
            1 => Err(DoesNotBuild::new(format!("{} does not build: 1 error", folder.display())).into()),
            count => Err(DoesNotBuild::new(format!("{} does not build: {count} errors", folder.display())).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_path_without_functions_says_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let said = async |path: PathBuf| project(&path, &Toolchain::default()).await.unwrap_err().to_string();
        assert!(said(dir.path().to_owned()).await.contains("no functions in"));
        assert!(said(dir.path().join("absent")).await.contains("absent"));
        std::fs::write(dir.path().join("notes.txt"), "").unwrap();
        assert!(said(dir.path().join("notes.txt")).await.contains("neither a .wasm file"));
        std::fs::write(dir.path().join("x.wasm"), "").unwrap();
        assert_eq!(project(&dir.path().join("x.wasm"), &Toolchain::default()).await.unwrap().len(), 1);
    }
}
