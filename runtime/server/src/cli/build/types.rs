//! What editors read: the authoring API's types in a project's `.syncline/types`, to which its tsconfig.json leads `nango`.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::package;
use crate::cli::project;

const FOLDER: &str = "types";

/// Brings them to this program's; files that are as they should be keep their times.
pub(crate) fn write_types(folder: &Path) -> anyhow::Result<()> {
    let place = project::prepare(folder)?.join(FOLDER);
    for (path, bytes) in package::authoring() {
        let file = place.join(path);
        if fs::read(&file).is_ok_and(|found| found == bytes) {
            continue;
        }
        let written = fs::create_dir_all(file.parent().expect("a file lies in a folder")).and_then(|()| fs::write(&file, bytes));
        written.with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_import_nothing_but_each_other() {
        let dir = tempfile::tempdir().unwrap();
        write_types(dir.path()).unwrap();
        let types = dir.path().join(".syncline/types");
        assert!(fs::read_to_string(types.join("index.ts")).unwrap().contains("createSync"));
        for (path, bytes) in package::authoring() {
            let text = String::from_utf8_lossy(bytes);
            for line in text.lines().filter(|line| line.starts_with("import") || line.starts_with("export * from")) {
                let Some((_, from)) = line.split_once(" from '") else { continue };
                let target = types.join(path).parent().unwrap().join(from.trim_end_matches("';").replace(".js", ".ts"));
                assert!(target.is_file(), "{path} imports {from}");
            }
        }
    }
}
