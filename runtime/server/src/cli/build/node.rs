//! Node.js and npm on the author's machine.

use std::process::Stdio;

use anyhow::bail;
use tokio::process::Command;

/// What the npm package's code is written for.
const OLDEST: u32 = 20;
const INSTALL: &str =
    "functions in TypeScript are built with Node.js 20 or later; install it from https://nodejs.org or with your system's packages";

/// A command that runs node, once it is known to be recent enough.
pub(super) async fn node() -> anyhow::Result<Command> {
    let Some(version) = version("node").await else { bail!("`node` cannot be run: {INSTALL}") };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        bail!("`node` is {version}: {INSTALL}");
    }
    Ok(Command::new("node"))
}

/// A command that runs npm.
pub(super) async fn npm() -> anyhow::Result<Command> {
    // A script there, which only its full name starts.
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if version(name).await.is_none() {
        bail!("`npm` cannot be run: it comes with Node.js, or apart from it in a package of that name; {INSTALL}");
    }
    Ok(Command::new(name))
}

async fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
