//! The shipped catalogue with a user's own entries laid over it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use syncline_providers::Catalogue;

/// The first wrong entry refuses them all: a server that starts without one would refuse its connections later, and nobody would know why.
pub(crate) fn load(folder: Option<&Path>) -> anyhow::Result<Catalogue> {
    let catalogue = Catalogue::embedded();
    let Some(folder) = folder else { return Ok(catalogue) };
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> =
        listed.with_context(|| format!("the folder {} cannot be read", folder.display()))?.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    paths.sort();
    let read =
        |path: PathBuf| fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display())).map(|text| (path, text));
    let files = paths.into_iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    catalogue.with_folder(files.into_iter()).context("a provider entry is wrong")
}
