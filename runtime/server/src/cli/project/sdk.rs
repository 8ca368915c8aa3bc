//! The guest SDK for Rust, out of this program: an author needs no copy of this repository, and no registry has it yet.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::{FOLDER, prepare};

/// As in the repository, with paths from its root: the SDK finds the contract beside it.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/rust_sdk.rs"));
/// Where it lies in a project's `.syncline`.
const PLACE: &str = "sdk";
/// The crate in it.
const CRATE: &str = "guest-sdk/rust";
/// Which SDK lies there, so that an unchanged one keeps its times and cargo builds nothing again.
const STAMP: &str = "stamp";

/// Writes the SDK that a crate's manifest names in a `.syncline`, unless it is there in this program's version. A crate that names another one
/// is left alone.
pub(crate) fn refresh(crate_folder: &Path) -> anyhow::Result<()> {
    let Some(project) = crate_folder.ancestors().find_map(|folder| named_by(&folder.join("Cargo.toml"))) else { return Ok(()) };
    let place = prepare(&project)?.join(PLACE);
    let stamp = stamp();
    if fs::read_to_string(place.join(STAMP)).is_ok_and(|found| found == stamp) {
        return Ok(());
    }
    unpack(&place, &stamp).with_context(|| format!("the SDK cannot be written to {}", place.display()))
}

/// The project in whose `.syncline` a manifest looks for the SDK.
fn named_by(manifest: &Path) -> Option<PathBuf> {
    let table: toml::Table = fs::read_to_string(manifest).ok()?.parse().ok()?;
    let dependencies = [table.get("dependencies"), table.get("workspace").and_then(|workspace| workspace.get("dependencies"))];
    let path = dependencies.into_iter().flatten().find_map(|table| table.get("syncline-functions")?.get("path")?.as_str())?;
    let path = Path::new(path);
    let ours = Path::new(FOLDER).join(PLACE).join(CRATE);
    let project = path.ancestors().nth(ours.components().count())?;
    (path == project.join(ours)).then(|| normal(&manifest.parent().unwrap_or(manifest).join(project)))
}

/// Without `..`, as far as it goes: people read it in messages.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut done, part| {
        if part != Component::ParentDir || !done.pop() {
            done.push(part);
        }
        done
    })
}

fn stamp() -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in FILES {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whole or not at all, so that a build beside this one never sees half of it.
fn unpack(place: &Path, stamp: &str) -> std::io::Result<()> {
    let draft = place.with_extension(format!("{}.draft", std::process::id()));
    let _ = fs::remove_dir_all(&draft);
    for (path, bytes) in FILES {
        let file = draft.join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder"))?;
        fs::write(file, bytes)?;
    }
    fs::write(draft.join(STAMP), stamp)?;
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(&draft, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(dependency: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let manifest = format!("[package]\nname = 'x'\n\n[dependencies]\nsyncline-functions = {dependency}\n");
        fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
        dir
    }

    #[test]
    fn the_sdk_comes_to_a_crate_that_names_it_and_is_brought_up_to_date() {
        let dir = project("{ path = '.syncline/sdk/guest-sdk/rust' }");
        refresh(dir.path()).unwrap();
        let sdk = dir.path().join(".syncline/sdk");
        for file in ["guest-sdk/rust/Cargo.toml", "guest-sdk/rust/macros/src/lib.rs", "host-api/wit/syncline.wit"] {
            assert!(sdk.join(file).is_file(), "{file}");
        }
        assert!(fs::read_to_string(dir.path().join(".syncline/.gitignore")).unwrap().contains('*'));
        let mark = sdk.join("mark");
        fs::write(&mark, "").unwrap();
        refresh(dir.path()).unwrap();
        assert!(mark.exists(), "an unchanged SDK is left as it is");
        fs::write(sdk.join(STAMP), "an older one").unwrap();
        refresh(dir.path()).unwrap();
        assert!(!mark.exists());
    }

    #[test]
    fn a_crate_below_the_project_shares_its_sdk_and_another_sdk_is_left_alone() {
        let dir = project("{ path = '../guest-sdk/rust' }");
        refresh(dir.path()).unwrap();
        assert!(!dir.path().join(".syncline").exists());
        let below = dir.path().join("stars");
        fs::create_dir(&below).unwrap();
        fs::write(below.join("Cargo.toml"), "[dependencies]\nsyncline-functions = { path = '../.syncline/sdk/guest-sdk/rust' }\n").unwrap();
        refresh(&below).unwrap();
        assert!(dir.path().join(".syncline/sdk/guest-sdk/rust/src/lib.rs").is_file());
    }
}
