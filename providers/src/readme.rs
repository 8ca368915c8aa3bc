//! Holds `README.md`, which authors read, against what the crate does.

use std::collections::BTreeSet;
use std::path::Path;

use crate::entry::auth::block::{AuthBlock, MODES};
use crate::{Bases, Entry, FieldFormat, examine};

const README: &str = include_str!("../README.md");

/// Every YAML block, without the indentation of a list that it stands in.
pub(crate) fn examples() -> Vec<String> {
    let block = |rest: &str| {
        let text = rest.split("```").next().expect("split yields something");
        let indent = text.len() - text.trim_start_matches(' ').len();
        text.lines().map(|line| line.get(indent..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    README.split("```yaml\n").skip(1).map(block).collect()
}

fn entries() -> Vec<Entry> {
    let told = |defects: Vec<crate::EntryDefect>| defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let read = |text: &String| {
        examine(Path::new("README.md"), text, &Bases::default()).unwrap_or_else(|defects| panic!("{}\n{text}", told(defects)))
    };
    examples().iter().map(read).collect()
}

#[test]
fn every_example_is_an_entry_and_every_mode_has_one() {
    let entries = entries();
    let keys: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys.len(), entries.len(), "two examples have one key");
    for mode in MODES {
        assert!(entries.iter().any(|entry| entry.auth.mode() == *mode), "no example of {mode}");
        assert!(README.contains(&format!("\n### {mode}\n")), "no section on {mode}");
    }
}

#[test]
fn every_field_of_the_auth_block_is_explained() {
    for (field, _) in AuthBlock::FIELDS {
        assert!(README.contains(&format!("`{field}`")) || README.contains(&format!("`{field}.")), "`{field}` is not explained");
    }
}

#[test]
fn every_kind_of_field_is_shown_or_named() {
    for format in [FieldFormat::Hostname, FieldFormat::Uuid, FieldFormat::Email, FieldFormat::Uri] {
        assert!(README.contains(&format!("`{}`", format.as_str())), "{format:?}");
    }
    let entries = entries();
    let desk = entries.iter().find(|entry| entry.key == "acme-desk").expect("the example of fields");
    assert!(desk.connection_config["hosting"].visible_when.is_some());
    // The field that depends on another is needed only with it, and here not even then.
    let config = |json: serde_json::Value| desk.check_connection_config(json.as_object().expect("an object"));
    assert!(config(serde_json::json!({ "subdomain": "initech" })).is_ok());
    assert_eq!(config(serde_json::json!({ "subdomain": "initech", "hosting": "https://x" })).expect_err("no host").field, "hosting");
}
