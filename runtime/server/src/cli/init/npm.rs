//! zod, which is the project's own dependency.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// Installs what `package.json` names. Where that fails the project is there all the same, and what is missing is said.
pub(super) async fn install(folder: &Path) {
    let installed = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output()
        .await;
    match installed {
        Ok(output) if output.status.success() => println!("  node_modules/   (npm install)"),
        Ok(output) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            eprintln!("warning: `npm install` failed; run it again before you build");
        }
        Err(error) => {
            eprintln!("warning: npm could not be started ({error}); install Node.js 20 or later, and run `npm install` before you build");
        }
    }
}
