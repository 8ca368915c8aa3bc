//! Definitions of our own writing: every mode and every key of the format, aliases, and files that somebody means ill with.

use std::path::Path;

use serde_json::Value;

use super::*;

mod hostile;
mod keys;
mod modes;
mod told;

const HEAD: &str = "acme:\n  display_name: Acme\n  categories: [crm]\n  docs: https://docs.acme.example\n";

/// A file with the definition `acme`: a head, and what is given.
fn file_of(definition: &str) -> String {
    definition.lines().fold(HEAD.to_owned(), |text, line| if line.is_empty() { text } else { format!("{text}  {line}\n") })
}

fn read(text: &str) -> Vec<Imported> {
    import(Path::new("providers.yaml"), text).unwrap_or_else(|defect| panic!("{defect}"))
}

/// The definition `acme`, read.
fn acme(definition: &str) -> Imported {
    read(&file_of(definition)).remove(0)
}

/// What of an entry is not its head.
fn body(imported: &Imported) -> Value {
    if let Err(defects) = &imported.entry {
        panic!("{defects:?}");
    }
    let mut written = imported.written.clone();
    let head = ["key", "display_name", "categories", "docs", "sources"];
    written.as_object_mut().unwrap().retain(|name, _| !head.contains(&name.as_str()));
    written
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn lines(remarks: &[EntryDefect]) -> Vec<String> {
    remarks.iter().map(ToString::to_string).collect()
}

/// Why the definition is refused.
fn refused(definition: &str) -> Vec<String> {
    lines(&acme(definition).entry.expect_err(definition))
}
