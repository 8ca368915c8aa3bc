//! Functions run by this very program, on the author's machine: the engine, and what a folder's components are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use syncline_dryrun::{Member, Project};
use syncline_engine::{CompileLimits, Compiler, Engine};

use super::build::{self, Toolchain};

/// What a server takes.
const MAX_COMPONENT_BYTES: usize = 64 << 20;
/// Runs under way at once, an action that calls others included.
pub(super) const INSTANCES: u32 = 64;

/// A component on the disk, and whose it is.
pub(super) struct Built {
    pub(super) wasm: PathBuf,
    /// An integration's folder, or a crate's: `tests/` is in there.
    pub(super) folder: PathBuf,
}

/// Builds what is in a folder.
pub(super) async fn build(project: &Path, toolchain: &Toolchain) -> anyhow::Result<Vec<Built>> {
    let folder = |built: &build::Built| match (&built.folder, &built.integration) {
        (Some(project), Some(integration)) => project.join(integration),
        (Some(folder), None) => folder.clone(),
        (None, _) => built.wasm.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let built = build::project(project, toolchain).await?;
    Ok(built.into_iter().map(|built| Built { folder: folder(&built), wasm: built.wasm }).collect())
}

/// Builds what is in a folder and loads it: each component's functions, with the folder that its recordings are in.
pub(super) async fn load(project: &mut Project, path: &Path, toolchain: &Toolchain) -> anyhow::Result<Vec<(PathBuf, Arc<Member>)>> {
    let mut members = Vec::new();
    for Built { wasm, folder } in build(path, toolchain).await? {
        let bytes = std::fs::read(&wasm).with_context(|| format!("{} cannot be read", wasm.display()))?;
        let member = project.load(bytes.into(), &integration(&folder)).await.with_context(|| format!("{}", wasm.display()))?;
        members.push((folder, member));
    }
    Ok(members)
}

/// The integration of functions that name none.
pub(super) fn integration(folder: &Path) -> String {
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// An engine that keeps what it compiled below the project. It compiles in this process and goes on from what it compiled before: a child
/// with limits protects from a stranger's component, and these are the author's own, whose build has run already.
pub(super) fn engine(project: &Path) -> anyhow::Result<Engine> {
    let own = project.join(".syncline");
    let cache_dir = own.join("cache");
    std::fs::create_dir_all(&cache_dir).with_context(|| format!("{} cannot be written", cache_dir.display()))?;
    let ignored = own.join(".gitignore");
    if !ignored.exists() {
        std::fs::write(&ignored, "*\n").with_context(|| format!("{} cannot be written", ignored.display()))?;
    }
    Engine::new(syncline_engine::Options {
        cache_dir,
        cache_key: cache_key(),
        max_concurrent_instances: INSTANCES,
        compiler: Compiler::Incremental,
        compile_limits: CompileLimits::default(),
        max_component_bytes: MAX_COMPONENT_BYTES,
    })
    .context("the engine cannot be started")
}

/// Machine code in a project's folder is run only if this user's own program put it there: a project that somebody else sends could bring
/// some. Without a home to keep the key in, everything is compiled again.
fn cache_key() -> [u8; 32] {
    let file = std::env::home_dir().map(|home| home.join(".cache").join("syncline").join("component-cache.key"));
    file.and_then(|file| kept_key(&file).ok()).unwrap_or_else(crate::config::random)
}

fn kept_key(file: &Path) -> std::io::Result<[u8; 32]> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let read = || std::fs::read(file).and_then(|bytes| bytes.try_into().map_err(|_| std::io::ErrorKind::InvalidData.into()));
    if let Ok(key) = read() {
        return Ok(key);
    }
    let folder = file.parent().expect("the file is in a folder");
    std::fs::create_dir_all(folder)?;
    let key: [u8; 32] = crate::config::random();
    // Whole or not at all: another process may be reading it.
    let draft = folder.join(format!("component-cache.{}.draft", std::process::id()));
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?.write_all(&key)?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(key),
        // Another process was first, or what is there is no key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read().or_else(|_| {
            std::fs::write(file, key)?;
            Ok(key)
        }),
        Err(error) => Err(error),
    }
}
