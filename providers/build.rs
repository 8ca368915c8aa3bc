//! Makes the entries of `catalogue/` whole and writes them for `include!`, so that adding a provider is adding a file, and so that a server
//! neither reads YAML to start nor parses an entry that nobody asks for: what lists and searches need stands beside each.

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
        writeln!(list, "    {},", shipped(name, &whole)).expect("a String takes everything");
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("catalogue.rs");
    fs::write(out, list).expect("OUT_DIR is writable");
}

/// One `Shipped` of `src/catalogue/shipped.rs`. What is missing is told by the test that parses every entry.
fn shipped(key: &str, whole: &Value) -> String {
    let text = |path: &str| whole.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let routes = whole.pointer("/webhook/route").and_then(Value::as_array).into_iter().flatten();
    let fields: Vec<String> = routes.flat_map(|route| texts(route.get("to"))).collect();
    format!(
        "Shipped {{ key: {key:?}, display_name: {:?}, categories: &{:?}, auth_mode: {:?}, docs: {:?}, route_fields: &{fields:?}, json: {:?} }}",
        text("/display_name"),
        texts(whole.get("categories")),
        text("/auth/mode"),
        text("/docs"),
        whole.to_string(),
    )
}
