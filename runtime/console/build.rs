//! Writes the table of embedded files: every file below `assets/`, with its content type and a hash of its bytes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=assets");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by Cargo")).join("assets");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo"));

    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();

    let mut versions = Vec::new();
    for folder in ["connect", "console"] {
        let below: Vec<&PathBuf> = files.iter().filter(|file| file.starts_with(root.join(folder))).collect();
        let all: Vec<u8> = below.iter().flat_map(|file| read(file)).collect();
        versions.push((folder, format!("v-{}", hash(&all))));
    }

    let mut table = String::from("static FILES: &[(&str, Asset)] = &[\n");
    for file in &files {
        let path = file.strip_prefix(&root).expect("it was found below it").to_str().expect("our names are ASCII").replace('\\', "/");
        let Some(content_type) = content_type(&path) else { continue };
        let (mut bytes, mut from) = (read(file), file.clone());
        if content_type.starts_with("text/html") {
            let folder = path.split('/').next().expect("a split has a first part");
            let version = &versions.iter().find(|(name, _)| *name == folder).expect("pages lie in a folder").1;
            bytes = String::from_utf8(bytes).expect("pages are UTF-8").replace("{version}", version).into_bytes();
            from = out.join(path.replace('/', "-"));
            fs::write(&from, &bytes).expect("OUT_DIR can be written");
        }
        let (etag, from) = (format!("\"{}\"", hash(&bytes)), from.to_str().expect("Cargo needs UTF-8 here, too"));
        writeln!(
            table,
            "    ({path:?}, Asset {{ bytes: include_bytes!({from:?}), content_type: {content_type:?}, etag: {etag:?}, is_versioned: false }}),"
        )
        .expect("a string takes all");
    }
    table.push_str("];\n");
    writeln!(table, "static VERSIONS: &[(&str, &str)] = &{versions:?};").expect("a string takes all");
    fs::write(out.join("assets.rs"), table).expect("OUT_DIR can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What is not for browsers (notes, licences) has none and is not embedded.
fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// FNV-1a, 64 bits. It tells a file from its next version; nobody gains by a collision.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
