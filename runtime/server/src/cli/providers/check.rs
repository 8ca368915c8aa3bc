//! `syncline providers check`: an entry's defects, or what it would send. Needs no server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::{Value, json};
use syncline_providers::{Bases, Catalogue, DryStep, Entry, EntryDefect, dry_run, examine, is_providers_file};

use crate::catalogue;
use crate::cli::output::Output;

mod definitions;

/// What is known of one file.
type Checked = Result<Entry, Vec<EntryDefect>>;

pub(super) fn execute(files: &[PathBuf], output: Output) -> anyhow::Result<()> {
    let read = |file: &PathBuf| Ok((file.clone(), catalogue::read(file)?));
    let read = files.iter().map(read).collect::<anyhow::Result<Vec<(PathBuf, String)>>>()?;
    let (imports, own): (Vec<_>, Vec<_>) = read.into_iter().partition(|(_, text)| is_providers_file(text));
    let (files, texts): (Vec<PathBuf>, Vec<String>) = own.into_iter().unzip();
    let mut bases = Bases::default();
    for text in &texts {
        bases.add(text);
    }
    let mut checked: Vec<(&Path, Checked)> = Vec::new();
    let mut claimed: BTreeMap<String, &Path> = BTreeMap::new();
    for (file, text) in files.iter().zip(&texts) {
        let mut result = examine(file, text, &bases);
        if let Ok(entry) = &result
            && let Some(other) = claimed.insert(entry.key.clone(), file)
        {
            let problem = format!("`{}` is described in {} already", entry.key, other.display());
            result = Err(vec![EntryDefect { file: file.clone(), line: 1, field: "key".to_owned(), problem }]);
        }
        checked.push((file, result));
    }
    let shipped = Catalogue::embedded();
    for (file, result) in &checked {
        output.note(&told(file, result, &shipped))?;
    }
    let mut documents: Vec<Value> = checked.iter().map(|(file, result)| document(file, result)).collect();
    let mut wrong = checked.iter().filter(|(_, result)| result.is_err()).count();
    for (file, text) in &imports {
        let definitions = definitions::check(file, text, &mut claimed);
        output.note(&definitions::told(file, &definitions))?;
        documents.push(definitions::document(file, &definitions));
        wrong += usize::from(definitions.iter().any(|one| one.entry.is_err()));
    }
    output.document(&json!({ "files": documents }).to_string())?;
    if wrong > 0 {
        bail!("{wrong} of {} {} wrong", count(documents.len(), "file"), if wrong == 1 { "is" } else { "are" });
    }
    Ok(())
}

fn told(file: &Path, result: &Checked, shipped: &Catalogue) -> String {
    match result {
        Err(defects) => defects.iter().map(EntryDefect::to_string).collect::<Vec<_>>().join("\n"),
        Ok(entry) => {
            let replaces = if shipped.get(&entry.key).is_some() { ", replaces the shipped entry" } else { "" };
            let head = format!("{}: `{}` is fine ({}{replaces}). It would send:", file.display(), entry.key, entry.auth.mode());
            let steps = dry_run(entry).into_iter().enumerate().map(|(index, step)| format!("\n{}. {step}", index + 1));
            [head].into_iter().chain(steps).collect::<Vec<_>>().join("\n")
        }
    }
}

fn document(file: &Path, result: &Checked) -> Value {
    let file = file.display().to_string();
    match result {
        Ok(entry) => {
            let steps: Vec<Value> = dry_run(entry).into_iter().map(step).collect();
            json!({ "file": file, "ok": true, "key": entry.key, "auth_mode": entry.auth.mode(), "steps": steps })
        }
        Err(defects) => json!({ "file": file, "ok": false, "defects": listed(defects) }),
    }
}

fn listed(defects: &[EntryDefect]) -> Vec<Value> {
    defects.iter().map(|defect| json!({ "line": defect.line, "field": defect.field, "problem": defect.problem })).collect()
}

fn step(step: DryStep) -> Value {
    let headers: Vec<Value> = step.headers.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "what": step.what, "method": step.method, "url": step.url, "headers": headers, "body": step.body })
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const GOOD: &str = "key: acme\ndisplay_name: Acme\ncategories: [crm]\ndocs: https://docs.acme.example\nauth: {mode: API_KEY}\n\
                        proxy:\n  base_url: https://api.acme.example\n  headers: {x-api-key: '${apiKey}'}\nsources: [https://docs.acme.example]\n";

    fn check(files: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = files
            .iter()
            .map(|(name, text)| {
                let path = folder.path().join(name);
                fs::write(&path, text).unwrap();
                path
            })
            .collect();
        let shipped = Catalogue::embedded();
        let shown = paths.iter().map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let name = Path::new(path.file_name().unwrap());
            told(name, &examine(name, &text, &Bases::default()), &shipped)
        });
        let shown = shown.collect();
        (shown, execute(&paths, Output::new(true)).err().map(|error| error.to_string()))
    }

    #[test]
    fn a_good_entry_shows_what_it_would_send() {
        let (shown, error) = check(&[("acme.yaml", GOOD)]);
        assert_eq!(
            shown,
            [
                "acme.yaml: `acme` is fine (API_KEY). It would send:\n\n1. A request of the connection\n  GET https://api.acme.example/<endpoint>\n  \
              x-api-key: <apiKey>\n"
            ]
        );
        assert_eq!(error, None);
    }

    #[test]
    fn every_defect_of_every_file_is_told_and_the_command_fails() {
        let bad = GOOD.replace("${apiKey}", "${apikey}").replace("https://api", "http://api");
        let (shown, error) = check(&[("good.yaml", GOOD), ("bad.yaml", &bad)]);
        assert!(shown[1].lines().all(|line| line.starts_with("bad.yaml:")) && !shown[1].is_empty(), "{shown:?}");
        assert_eq!(error.unwrap(), "1 of 2 files is wrong");
    }

    #[test]
    fn two_files_cannot_claim_one_key() {
        let (_, error) = check(&[("a.yaml", GOOD), ("b.yaml", GOOD)]);
        assert_eq!(error.unwrap(), "1 of 2 files is wrong");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = execute(&[PathBuf::from("no-such.yaml")], Output::new(false)).unwrap_err();
        assert!(format!("{error:#}").starts_with("no-such.yaml could not be read: "), "{error:#}");
    }
}
