//! Crates become components, by cargo.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::DoesNotBuild;
use crate::cli::project;

const TARGET: &str = "wasm32-wasip2";

/// One of cargo's messages (`--message-format=json`), as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { manifest_path: PathBuf, filenames: Vec<PathBuf>, target: Target },
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// The folder itself where it is a crate, else the crates directly below it; a workspace without a package of its own is such a folder.
pub(crate) fn crates(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if is_crate(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_crate(path)).collect();
    found.sort();
    Ok(found)
}

/// A manifest that is no TOML counts: cargo tells what is wrong with it.
pub(crate) fn is_crate(folder: &Path) -> bool {
    let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else { return false };
    manifest.parse::<toml::Table>().map_or(true, |manifest| manifest.contains_key("package"))
}

/// The .wasm files that cargo makes of a crate.
pub(super) async fn build(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    project::refresh_sdk(folder)?;
    let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    progress.enable_steady_tick(Duration::from_millis(100));
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    progress.set_message(format!("building {name}"));
    let mut cargo = Command::new("cargo")
        // `rustc` for `--crate-type`: a crate that is an rlib too, for its own tests, would be built without link-time optimisation and
        // come out half as large again.
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cargo could not be started; install Rust with https://rustup.rs")?;
    let stdout = cargo.stdout.take().expect("piped above");
    let mut stderr = cargo.stderr.take().expect("piped above");
    // Read beside stdout: cargo stops when either pipe is full.
    let said = async {
        let mut text = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut stderr, &mut text).await.map(|_| text)
    };
    let artifacts = async {
        let (mut wasm, mut errors) = (Vec::new(), String::new());
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str(&line) {
                Ok(Message::Artifact { manifest_path, filenames, target }) => {
                    progress.set_message(format!("building {name}: {}", target.name));
                    // Dependencies from a registry are never components; those of the folder itself are.
                    if manifest_path.starts_with(folder) {
                        wasm.extend(filenames.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "wasm")));
                    }
                }
                Ok(Message::Diagnostic { message }) if message.level == "error" => {
                    errors.push_str(message.rendered.as_deref().unwrap_or_default());
                }
                _ => {}
            }
        }
        anyhow::Ok((wasm, errors))
    };
    let (said, artifacts) = tokio::join!(said, artifacts);
    let status = cargo.wait().await.context("cargo could not be waited for")?;
    progress.finish_and_clear();
    let ((wasm, errors), said) = (artifacts?, said?);
    if !status.success() {
        eprint!("{errors}{said}");
        if said.contains("target may not be installed") {
            bail!("the target {TARGET} is not installed; add it with `rustup target add {TARGET}`");
        }
        return Err(DoesNotBuild::new(format!("{} does not build; cargo's errors are above", folder.display())).into());
    }
    if wasm.is_empty() {
        let problem = format!(
            "cargo built no .wasm in {}; a crate of functions needs crate-type = [\"cdylib\", \"rlib\"] below [lib]",
            folder.display()
        );
        return Err(DoesNotBuild::new(problem).into());
    }
    Ok(wasm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_a_folder_of_crates() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("Cargo.toml"), "[workspace]\nmembers = ['a', 'b']\n").unwrap();
        for name in ["b", "a", "target"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        for name in ["a", "b"] {
            std::fs::write(dir.path().join(name).join("Cargo.toml"), format!("[package]\nname = '{name}'\n")).unwrap();
        }
        assert_eq!(crates(dir.path()).unwrap(), [dir.path().join("a"), dir.path().join("b")]);
        assert_eq!(crates(&dir.path().join("a")).unwrap(), [dir.path().join("a")]);
    }
}
