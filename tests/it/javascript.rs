//! Tests that are written in JavaScript, because what they test is: published npm packages against a real server.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A folder below `tests` with a `run.mjs`, which takes what it needs to know as JSON from the environment.
pub(crate) struct Suite {
    folder: PathBuf,
    variable: &'static str,
}

impl Suite {
    /// `None` where something is missing on this machine, after saying what; panics then when `CI=true`. `package` is one of the suite's, and
    /// `also` what else it lacks.
    pub(crate) fn find(name: &str, variable: &'static str, package: &str, also: Option<&str>) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(name);
        let missing = if on_path(&["node"]).is_none() {
            Some("Node.js 20 or later is not installed".to_owned())
        } else if !folder.join("node_modules").join(package).is_dir() {
            Some(format!("the packages are not installed: run `npm ci` in tests/{name}"))
        } else {
            also.map(str::to_owned)
        };
        #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
        let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        match missing {
            None => Some(Self { folder, variable }),
            Some(missing) if is_ci => panic!("{missing}"),
            Some(missing) => {
                eprintln!("the tests in tests/{name} did not run: {missing}");
                None
            }
        }
    }

    /// Runs its cases in this world, or the group of them that is named; panics with what they said when one of them failed.
    pub(crate) async fn run(self, world: Value, group: Option<&'static str>) {
        let said = tokio::task::spawn_blocking(move || self.output(&world, group)).await.unwrap();
        println!("{}", said.unwrap_or_else(|said| panic!("some cases failed:\n{said}")));
    }

    fn output(&self, world: &Value, group: Option<&str>) -> Result<String, String> {
        let output = Command::new("node")
            .arg("run.mjs")
            .args(group)
            .current_dir(&self.folder)
            .env(self.variable, world.to_string())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(said) } else { Err(said) }
    }
}

/// The first of these programs that is in the PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}
