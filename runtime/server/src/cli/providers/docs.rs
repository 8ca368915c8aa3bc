//! `syncline providers docs`: the reference, a page for each provider.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::json;
use syncline_providers::{Catalogue, index, page};

use crate::cli::output::Output;

pub(super) fn execute(catalogue: &Catalogue, folder: &Path, output: Output) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("{} could not be written", path.display()))
    };
    for entry in catalogue.iter() {
        write(&format!("{}.md", entry.key), page(&entry))?;
    }
    write("README.md", index(catalogue.summaries()))?;
    let number = catalogue.summaries().len();
    output.note(&format!("{number} pages are in {}; begin with README.md.", folder.display()))?;
    Ok(output.document(&json!({ "folder": folder, "pages": number }).to_string())?)
}
