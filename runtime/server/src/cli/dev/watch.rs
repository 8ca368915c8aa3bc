//! What changes in the project's folder, as the system tells it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Editors write a file twice, or write another one and rename it: what comes within this time is one save.
const QUIET: Duration = Duration::from_millis(40);
/// Something that writes without an end is not waited for.
const AT_MOST: Duration = Duration::from_millis(500);
/// Neither sources nor recordings.
const IGNORED: &[&str] = &["node_modules", "target", "dist"];

/// A watch on a folder.
pub(super) struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
    events: UnboundedReceiver<notify::Result<notify::Event>>,
    /// The files that are there, with what was in them when they last changed: a save that changes nothing is none, and neither is a file that
    /// came and went.
    contents: HashMap<PathBuf, Option<[u8; 32]>>,
}

/// What was saved together.
pub(super) struct Changed {
    /// Absolute.
    pub(super) paths: BTreeSet<PathBuf>,
    /// When the first of it was noticed.
    pub(super) at: Instant,
}

impl Watch {
    pub(super) fn begin(root: &Path) -> anyhow::Result<Self> {
        let (sender, events) = unbounded_channel();
        let watcher = notify::recommended_watcher(move |event| {
            // Nobody listens any more when the command ends.
            let _ = sender.send(event);
        })
        .context("changes of files cannot be watched on this system")?;
        let mut watch = Self { root: root.to_owned(), watcher, events, contents: HashMap::new() };
        let files = watch.add(root)?;
        watch.contents.extend(files.into_iter().map(|file| (file, None)));
        Ok(watch)
    }

    /// Waits for the next save.
    pub(super) async fn changed(&mut self) -> anyhow::Result<Changed> {
        loop {
            let mut paths = BTreeSet::new();
            let Some(event) = self.events.recv().await else { bail!("changes of files are not told any more") };
            let at = Instant::now();
            self.take(event, &mut paths);
            while let Ok(Some(event)) = tokio::time::timeout(QUIET, self.events.recv()).await {
                self.take(event, &mut paths);
                if at.elapsed() > AT_MOST {
                    break;
                }
            }
            paths.retain(|path| self.differs(path));
            if !paths.is_empty() {
                return Ok(Changed { paths, at });
            }
        }
    }

    fn take(&mut self, event: notify::Result<notify::Event>, paths: &mut BTreeSet<PathBuf>) {
        let event = match event {
            Ok(event) => event,
            Err(error) => return tracing::warn!(%error, "a change could not be read; save the file again if it is missed"),
        };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths {
            if is_ignored(&self.root, &path) {
                continue;
            }
            if path.is_dir() {
                // Files that came with the folder were written before it was watched.
                match self.add(&path) {
                    Ok(files) => paths.extend(files),
                    Err(error) => tracing::warn!("{error:#}"),
                }
            } else {
                paths.insert(path);
            }
        }
    }

    /// Watches a folder and those in it, one by one: as a whole it would include what is ignored, which is most of it.
    fn add(&mut self, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            let watched = self.watcher.watch(&folder, RecursiveMode::NonRecursive);
            watched.with_context(|| format!("changes in {} cannot be watched", folder.display()))?;
            for entry in std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?.flatten() {
                let path = entry.path();
                if is_ignored(&self.root, &path) {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) { folders.push(path) } else { files.push(path) }
            }
        }
        Ok(files)
    }

    fn differs(&mut self, path: &Path) -> bool {
        let Ok(bytes) = std::fs::read(path) else { return self.contents.remove(path).is_some() };
        let content = Some(Sha256::digest(bytes).into());
        self.contents.insert(path.to_owned(), content) != Some(content)
    }
}

/// Folders of tools, and the files that editors write beside the one that is edited.
fn is_ignored(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else { return true };
    let mut parts = below.components().map(|part| part.as_os_str().to_string_lossy());
    if parts.any(|part| part.starts_with('.') || IGNORED.contains(&&*part)) {
        return true;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Vim asks by such a file whether it may write here.
    let is_probe = name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit());
    name.ends_with('~') || name.starts_with('#') || is_probe || [".swp", ".swx", ".tmp", ".orig"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn names(watch: &mut Watch) -> Vec<String> {
        let changed = watch.changed().await.unwrap();
        changed.paths.iter().map(|path| path.strip_prefix(&watch.root).unwrap().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn what_is_saved_is_told_and_what_editors_and_tools_write_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let write = |name: &str, text: &str| std::fs::write(root.join(name), text).unwrap();
        for folder in ["github", "node_modules", ".syncline"] {
            std::fs::create_dir(root.join(folder)).unwrap();
        }
        let mut watch = Watch::begin(&root).unwrap();
        write("node_modules/x.js", "1");
        write(".syncline/x", "1");
        write("github/.issues.ts.swp", "1");
        write("github/issues.ts~", "1");
        write("github/draft", "1");
        std::fs::remove_file(root.join("github/draft")).unwrap();
        write("github/issues.ts", "1");
        assert_eq!(names(&mut watch).await, ["github/issues.ts"]);
        // The same again is no change: the next one that is told is the other file.
        write("github/issues.ts", "1");
        write("github/issues.ts", "1");
        write("github/labels.ts", "1");
        assert_eq!(names(&mut watch).await, ["github/labels.ts"]);
        // A new folder with what is in it, and a file that goes.
        std::fs::create_dir_all(root.join("slack/syncs")).unwrap();
        write("slack/syncs/users.ts", "1");
        std::fs::remove_file(root.join("github/labels.ts")).unwrap();
        let mut told = BTreeSet::new();
        while told.len() < 2 {
            told.extend(names(&mut watch).await);
        }
        assert_eq!(told.into_iter().collect::<Vec<_>>(), ["github/labels.ts", "slack/syncs/users.ts"]);
    }
}
