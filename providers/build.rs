//! Makes the entries of `catalogue/` whole and writes them for `include!`, so that adding a provider is adding a file, and so that a server
//! does not read YAML to start.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

#[path = "src/load/base.rs"]
mod base;

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folders through the environment")]
fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("catalogue");
    println!("cargo::rerun-if-changed=catalogue");
    let mut entries: BTreeMap<String, (PathBuf, Value)> = BTreeMap::new();
    for listed in fs::read_dir(&folder).expect("the catalogue folder exists") {
        let path = listed.expect("a readable folder").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let entry = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        entries.insert(name, (path, entry));
    }
    let mut list = String::from("&[\n");
    // The file's name is the key, which a test holds the entries to.
    let find = |key: &str, asking: &str| entries.get(key).filter(|_| key != asking).map(|(_, entry)| entry.clone());
    for (name, (path, entry)) in &entries {
        let whole = base::whole(entry.clone(), &find).unwrap_or_else(|problem| panic!("{}: `base` {problem}", path.display()));
        writeln!(list, "    ({name:?}, {:?}),", whole.to_string()).expect("a String takes everything");
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("catalogue.rs");
    fs::write(out, list).expect("OUT_DIR is writable");
}
