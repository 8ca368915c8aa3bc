//! Projects in TypeScript become components, by the builder of the npm package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::{Built, Code, Diagnostic, Function, Outcome, Toolchain, node, source, types};

const KINDS: [&str; 3] = ["syncs", "actions", "on-events"];

/// The builder's document.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Built { components: Vec<Component>, warnings: Vec<Diagnostic> },
    Failed { errors: Vec<Diagnostic>, warnings: Vec<Diagnostic> },
}

#[derive(Deserialize)]
pub(super) struct Component {
    integration: String,
    path: PathBuf,
    build: String,
    bytes: u64,
    functions: Vec<Function>,
    sources: Vec<SourceFile>,
}

#[derive(Deserialize)]
struct SourceFile {
    file: String,
    code: String,
}

/// Whether a folder has functions in TypeScript: an index.ts, or files in folders of the kinds. What they are is for the builder to find.
pub(crate) fn is_project(folder: &Path) -> bool {
    let holds = |folder: &Path| KINDS.iter().any(|kind| has_typescript(&folder.join(kind)));
    folder.join("index.ts").is_file()
        || holds(folder)
        || fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let visible = !entry.file_name().to_string_lossy().starts_with('.') && entry.file_name() != "node_modules";
            visible && holds(&entry.path())
        })
}

fn has_typescript(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "ts"))
}

/// Builds all integrations of a project.
pub(super) async fn build(project: &Path, toolchain: &Toolchain) -> anyhow::Result<Outcome> {
    types::write_types(project)?;
    let (mut node, builder) = (node::node().await?, toolchain.builder().await?);
    let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    progress.enable_steady_tick(Duration::from_millis(100));
    progress.set_message(format!("building {}", project.file_name().unwrap_or_default().to_string_lossy()));
    let output = node
        .arg(builder)
        .arg("build")
        .arg(project)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("node could not be started")?;
    progress.finish_and_clear();
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        bail!("the builder of TypeScript failed; its error is above: this is a defect of Syncline, or of the installation of Node.js");
    }
    let answer = serde_json::from_slice(&output.stdout).context("the answer of TypeScript's builder is not understood")?;
    Ok(outcome(answer, project))
}

pub(super) fn outcome(answer: Answer, project: &Path) -> Outcome {
    match answer {
        Answer::Failed { errors, warnings } => Outcome { built: Vec::new(), errors, warnings },
        Answer::Built { components, warnings } => {
            Outcome { built: components.into_iter().map(|component| component.built(project)).collect(), errors: Vec::new(), warnings }
        }
    }
}

impl Component {
    fn built(self, project: &Path) -> Built {
        let files = self.sources.iter().map(|source| (&*source.file, &*source.code));
        let code = source::of_files(files, project).map(|text| Code { language: "typescript", text });
        Built {
            integration: Some(self.integration),
            wasm: self.path,
            bytes: self.bytes,
            build: Some(self.build),
            folder: Some(project.to_owned()),
            functions: self.functions,
            code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_known_by_its_index_or_its_folders() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path();
        assert!(!is_project(project));
        for folder in ["node_modules/x/syncs", "github/syncs"] {
            fs::create_dir_all(project.join(folder)).unwrap();
        }
        fs::write(project.join("node_modules/x/syncs/a.ts"), "").unwrap();
        fs::write(project.join("github/syncs/notes.md"), "").unwrap();
        assert!(!is_project(project));
        fs::write(project.join("github/syncs/issues.ts"), "").unwrap();
        assert!(is_project(project) && is_project(&project.join("github")));
        let index = tempfile::tempdir().unwrap();
        fs::write(index.path().join("index.ts"), "").unwrap();
        assert!(is_project(index.path()));
    }
}
