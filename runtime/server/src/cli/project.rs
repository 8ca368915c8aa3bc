//! A folder of functions on the author's machine, and what this program keeps in its `.syncline`.

mod sdk;

use std::path::{Path, PathBuf};

use anyhow::Context;

pub(crate) use sdk::refresh as refresh_sdk;

/// Builds, caches, the SDK and local servers of a project. Nothing in it is an author's.
pub(crate) const FOLDER: &str = ".syncline";

/// Makes the folder if it is missing, ignored by git, and returns its path.
pub(crate) fn prepare(project: &Path) -> anyhow::Result<PathBuf> {
    let folder = project.join(FOLDER);
    let ignore = folder.join(".gitignore");
    let made = std::fs::create_dir_all(&folder).and_then(|()| {
        if ignore.exists() { Ok(()) } else { std::fs::write(&ignore, "# Made by syncline; nothing here is to be kept.\n*\n") }
    });
    made.with_context(|| format!("{} cannot be written", folder.display()))?;
    Ok(folder)
}
