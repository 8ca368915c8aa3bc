//! `syncline providers import`: a file in the format of Nango's `providers.yaml`, as entries of one's own.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::json;
use syncline_providers::{EntryDefect, Imported};

use crate::catalogue;
use crate::cli::output::Output;
use crate::config::ConfigError;

/// Writes every definition that works, and nothing at all over a file that is there.
pub(super) fn execute(file: &Path, folder: &Path, output: Output) -> anyhow::Result<()> {
    let definitions = catalogue::read_import(file)?;
    let (good, refused): (Vec<&Imported>, Vec<&Imported>) = definitions.iter().partition(|one| one.entry.is_ok());
    fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let path = |one: &Imported| folder.join(format!("{}.yaml", one.key));
    if let Some(there) = good.iter().map(|one| path(one)).find(|path| path.exists()) {
        return Err(ConfigError::new(format!("{} is there already; nothing was written", there.display())).into());
    }
    for one in &good {
        let path = path(one);
        fs::write(&path, text(one)).with_context(|| format!("{} could not be written", path.display()))?;
    }
    let defects: Vec<&EntryDefect> = refused.iter().filter_map(|one| one.entry.as_ref().err()).flatten().collect();
    for defect in &defects {
        output.note(&defect.to_string())?;
    }
    let notes: usize = good.iter().map(|one| one.notes.len()).sum();
    let noted = if notes == 0 { String::new() } else { "; what is not supported stands as a comment at the top of each".to_owned() };
    output.note(&format!("{} of {} entries are in {}{noted}.\n", good.len(), definitions.len(), folder.display()))?;
    let keys = |list: &[&Imported]| list.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
    output.document(&json!({ "folder": folder, "written": keys(&good), "refused": keys(&refused) }).to_string())?;
    if !refused.is_empty() {
        bail!("{} of {} providers were refused", refused.len(), definitions.len());
    }
    Ok(())
}

/// What was left out stands where its owner will look for it.
fn text(one: &Imported) -> String {
    let mut text = String::new();
    for note in &one.notes {
        let field = note.field.strip_prefix(&format!("{}.", one.key)).unwrap_or(&note.field);
        writeln!(text, "# {field}: {}", note.problem).expect("a String takes everything");
    }
    text + &one.to_yaml()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use syncline_providers::{Bases, examine};

    use super::*;

    const FILE: &str = "\
acme:
  display_name: Acme
  categories: [crm]
  docs: https://docs.acme.example
  auth_mode: API_KEY
  pre_connection_deletion_script: acme
  proxy: {base_url: 'https://api.acme.example', headers: {x-api-key: '${apiKey}'}}
wrong:
  display_name: Wrong
  auth_mode: SMOKE_SIGNALS
";

    fn import(place: &Path) -> anyhow::Result<()> {
        let file = place.join("providers.yaml");
        fs::write(&file, FILE).unwrap();
        execute(&file, &place.join("own"), Output::new(true))
    }

    #[test]
    fn what_works_is_written_as_entries_that_pass_and_nothing_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(import(place.path()).unwrap_err().to_string(), "1 of 2 providers were refused");
        let written = fs::read_to_string(place.path().join("own/acme.yaml")).unwrap();
        assert!(written.starts_with("# pre_connection_deletion_script: is not supported"), "{written}");
        let entry = examine(&PathBuf::from("acme.yaml"), &written, &Bases::default()).unwrap();
        assert_eq!((entry.key.as_str(), entry.auth.mode()), ("acme", "API_KEY"));
        assert!(!place.path().join("own/wrong.yaml").exists());
        let error = import(place.path()).unwrap_err().to_string();
        assert!(error.contains("acme.yaml is there already"), "{error}");
    }
}
