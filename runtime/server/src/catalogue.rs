//! The shipped catalogue with a user's own entries laid over it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use syncline_providers::{Catalogue, EntryDefect, Imported, import};
use tracing::warn;

/// So many names of providers fit into a line that somebody reads.
const NAMED: usize = 10;

/// Where a user's own entries are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own<'a> {
    /// A folder with a file for each.
    pub(crate) folder: Option<&'a Path>,
    /// One file in the format of Nango's `providers.yaml`.
    pub(crate) file: Option<&'a Path>,
}

/// The first wrong entry refuses them all: a server that starts without one would refuse its connections later, and nobody would know why.
pub(crate) fn load(own: Own<'_>) -> anyhow::Result<Catalogue> {
    let mut catalogue = Catalogue::embedded();
    if let Some(folder) = own.folder {
        catalogue = with_folder(catalogue, folder)?;
    }
    if let Some(file) = own.file {
        let imported = read_import(file)?;
        tell(file, &imported);
        let refused =
            |defect| anyhow!("{defect}; `syncline providers check {}` tells everything that is wrong with the file", file.display());
        catalogue = catalogue.with_imported(file, imported).map_err(refused)?;
    }
    Ok(catalogue)
}

fn with_folder(catalogue: Catalogue, folder: &Path) -> anyhow::Result<Catalogue> {
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> =
        listed.with_context(|| format!("the folder {} cannot be read", folder.display()))?.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    paths.sort();
    let files = paths.into_iter().map(|path| read(&path).map(|text| (path, text))).collect::<anyhow::Result<Vec<_>>>()?;
    catalogue.with_folder(files.into_iter()).context("a provider entry is wrong")
}

/// Every definition of a file, good or not.
pub(crate) fn read_import(file: &Path) -> anyhow::Result<Vec<Imported>> {
    Ok(import(file, &read(file)?)?)
}

/// A text file; of one that is none, the line at which it ceases to be.
pub(crate) fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file).with_context(|| format!("{} could not be read", file.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..good]).split('\n').count();
        EntryDefect { file: file.to_owned(), line, field: String::new(), problem: "is not UTF-8".to_owned() }.into()
    })
}

/// Once: what of the file has no counterpart here.
fn tell(file: &Path, imported: &[Imported]) {
    let noted: Vec<&str> = imported.iter().filter(|one| !one.notes.is_empty()).map(|one| one.key.as_str()).collect();
    if noted.is_empty() {
        return;
    }
    let more = noted.len().saturating_sub(NAMED);
    let some = noted[..noted.len() - more].join(", ");
    let some = if more == 0 { some } else { format!("{some} and {more} more") };
    warn!(
        "{} of {} providers in {} say something that is not supported here: {some}; `syncline providers check {}` tells what",
        noted.len(),
        imported.len(),
        file.display(),
        file.display(),
    );
}
