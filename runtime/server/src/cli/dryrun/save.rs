//! The run as a recording: written only where it replays.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use syncline_dryrun::case::CaseFile;
use syncline_dryrun::{Project, Recording, judge};
use syncline_providers::Catalogue;

use super::Found;

/// Where it goes, checked before the function runs.
pub(super) fn target(name: &str, found: &Found, force: bool) -> anyhow::Result<PathBuf> {
    let function = found.function.definition.name.as_str();
    let name = if name.is_empty() { function } else { name };
    if !name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)) || name.starts_with('.') {
        bail!("`{name}` is no name for a recording: letters, digits, `-`, `_` and `.`");
    }
    let file = found.folder.join("tests").join(format!("{name}.test.json"));
    let functions: Vec<&str> = found.member.functions.iter().map(|function| function.definition.name.as_str()).collect();
    let of = CaseFile::of(&file).and_then(|case| case.function(&functions));
    if of != Some(function) {
        let taken = of.map_or_else(|| "would be of no function".to_owned(), |of| format!("would be taken for one of `{of}`"));
        bail!("a recording `{name}` {taken}; begin its name with the function's, as in `{function}-{name}`");
    }
    if file.exists() && !force {
        bail!("{} is there already; --force replaces it, another --save NAME keeps both", file.display());
    }
    Ok(file)
}

/// Replays the text first: a recording that fails at once is none.
pub(super) async fn write(
    file: &PathBuf,
    text: &str,
    project: &Arc<Project>,
    found: &Found,
    catalogue: &Catalogue,
) -> anyhow::Result<PathBuf> {
    let recording = Recording::parse(text).map_err(|problem| anyhow::anyhow!("the recording {problem}"))?;
    let verdict = judge(project, catalogue, &found.member, &found.function, Arc::new(recording)).await;
    if let Some(diff) = verdict.diff {
        bail!(
            "nothing was saved: the run does not replay as it was, so `syncline test` would fail. Does the function depend on the time, on \
             chance or on something that is not recorded?\n{diff}"
        );
    }
    let folder = file.parent().expect("the file is in a folder");
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file.clone())
}
