//! Folders of this repository inside the binary: a table of paths and bytes, for `include!`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes `OUT_DIR/NAME.rs`: `&[("path", b"bytes"), ...]` of every file of these, folders with all that is in them. The paths are those
/// below `root`, with slashes.
pub(crate) fn table(name: &str, root: &Path, entries: &[&str]) {
    let mut files = Vec::new();
    for entry in entries {
        let path = root.join(entry);
        println!("cargo::rerun-if-changed={}", path.display());
        collect(&path, &mut files);
    }
    files.sort();
    let mut text = String::from("&[\n");
    for file in &files {
        let below = file.strip_prefix(root).expect("collected below it").to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "    ({below:?}, include_bytes!({:?})),", file.display().to_string());
    }
    text.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join(format!("{name}.rs"));
    fs::write(&out, text).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let listed = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in listed {
            collect(&entry.unwrap_or_else(|error| panic!("{}: {error}", path.display())).path(), files);
        }
    } else {
        files.push(path.to_owned());
    }
}
