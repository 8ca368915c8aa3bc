//! The npm package `@syncline/functions`: out of this program into the user's cache, with its dependencies from npm, once a version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use super::node;
use crate::config::ConfigError;

/// With paths from the repository's root: the package finds the host's contract beside it.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/typescript_sdk.rs"));
const PACKAGE: &str = "guest-sdk/typescript";
const BUILDER: &str = "builder/main.mjs";

/// What functions in TypeScript are built with.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Toolchain {
    /// The folder of the npm package @syncline/functions, with its dependencies installed; this program's own by default
    #[arg(long, hide = true, env = "SYNCLINE_FUNCTIONS_PACKAGE", value_name = "DIR")]
    functions_package: Option<PathBuf>,
    /// Where programs keep what they can make again
    #[arg(long, hide = true, env = "XDG_CACHE_HOME", value_name = "DIR")]
    cache_home: Option<PathBuf>,
}

/// The files that an author's editor reads, below `src`.
pub(super) fn authoring() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let source = |(path, bytes): &(&'static str, &'static [u8])| Some((path.strip_prefix(PACKAGE)?.strip_prefix("/src/")?, *bytes));
    FILES.iter().filter_map(source).filter(|(path, _)| *path == "index.ts" || path.starts_with("api/"))
}

impl Toolchain {
    /// The builder's file, ready to be run.
    pub(super) async fn builder(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.functions_package {
            return given(folder);
        }
        let caches = self.cache_home.clone().filter(|folder| folder.is_absolute());
        let caches = caches.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
        let caches = caches.context("there is no home folder for the npm packages that TypeScript is built with; set XDG_CACHE_HOME")?;
        let place = caches.join("syncline").join(format!("functions-{}-{}", env!("CARGO_PKG_VERSION"), fingerprint()));
        if !place.exists() {
            install(&place).await?;
        }
        Ok(place.join(PACKAGE).join(BUILDER))
    }
}

fn given(folder: &Path) -> anyhow::Result<PathBuf> {
    let builder = folder.join(BUILDER);
    let remedy = match (builder.is_file(), folder.join("node_modules").is_dir()) {
        (true, true) => return Ok(builder.canonicalize()?),
        (true, false) => "run `npm ci` there",
        (false, _) => "it is no copy of @syncline/functions; unset the variable for this program's own",
    };
    Err(ConfigError::new(format!("SYNCLINE_FUNCTIONS_PACKAGE is {}: {remedy}", folder.display())).into())
}

fn fingerprint() -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in FILES {
        for part in [path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let sum = hash.finalize();
    let start: [u8; 8] = sum[..8].try_into().expect("a hash has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(start))
}

/// Makes it beside its place and moves it there whole: a second process does the same, and either's serves both.
async fn install(place: &Path) -> anyhow::Result<()> {
    let draft = place.with_extension(format!("{}.draft", std::process::id()));
    let _ = fs::remove_dir_all(&draft);
    unpack(&draft).with_context(|| format!("the npm package of functions cannot be written to {}", draft.display()))?;
    let installed = fetch(&draft.join(PACKAGE)).await;
    let moved = installed.and_then(|()| match fs::rename(&draft, place) {
        Err(error) if !place.exists() => Err(error).with_context(|| format!("{} cannot be written", place.display())),
        _ => Ok(()),
    });
    let _ = fs::remove_dir_all(&draft);
    moved
}

fn unpack(folder: &Path) -> std::io::Result<()> {
    for (path, bytes) in FILES {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder"))?;
        fs::write(file, bytes)?;
    }
    Ok(())
}

async fn fetch(package: &Path) -> anyhow::Result<()> {
    let mut npm = node::npm().await?;
    let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    progress.enable_steady_tick(Duration::from_millis(100));
    progress.set_message("fetching what TypeScript is built with from npm, once");
    let output = npm
        // No package of it needs to run anything when it is installed.
        .args(["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"])
        .current_dir(package)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("npm could not be started")?;
    progress.finish_and_clear();
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        bail!(
            "npm could not fetch what TypeScript is built with; its errors are above: check the network, a proxy and npm's `registry` setting"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_the_package_and_the_contract_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        unpack(dir.path()).unwrap();
        for file in ["guest-sdk/typescript/package-lock.json", "guest-sdk/typescript/builder/main.mjs", "host-api/wit/syncline.wit"] {
            assert!(dir.path().join(file).is_file(), "{file}");
        }
        assert!(!dir.path().join(PACKAGE).join("node_modules").exists());
        assert!(!dir.path().join(PACKAGE).join("test").exists());
    }

    #[tokio::test]
    async fn a_folder_that_is_no_package_is_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let toolchain = Toolchain { functions_package: Some(dir.path().to_owned()), cache_home: None };
        assert!(toolchain.builder().await.unwrap_err().to_string().contains("no copy of @syncline/functions"));
        unpack(dir.path()).unwrap();
        let toolchain = Toolchain { functions_package: Some(dir.path().join(PACKAGE)), cache_home: None };
        assert!(toolchain.builder().await.unwrap_err().to_string().contains("run `npm ci` there"));
    }
}
