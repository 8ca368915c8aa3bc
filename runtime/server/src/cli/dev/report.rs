//! What an author reads while the project is watched: a line a step, on stdout; what is wrong with the files on stderr, as `syncline build`
//! shows it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cli::build::Diagnostic;
use crate::cli::test::Rerun;

/// How much to say.
#[derive(Clone, Copy)]
pub(super) struct Report {
    pub(super) timings: bool,
}

/// What one change cost.
#[derive(Clone, Copy, Default)]
pub(super) struct Timings {
    pub(super) build: Duration,
    pub(super) compile: Duration,
    pub(super) deploy: Duration,
}

impl Report {
    pub(super) fn changed(root: &Path, paths: &BTreeSet<PathBuf>) {
        let names: Vec<_> = paths.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect();
        match names.as_slice() {
            [one] => println!("\n{one} changed"),
            [one, rest @ ..] => println!("\n{one} and {} more changed", rest.len()),
            [] => {}
        }
    }

    pub(super) fn diagnostics(level: &str, diagnostics: &[Diagnostic], root: &Path) {
        for diagnostic in diagnostics {
            eprintln!("{}", diagnostic.render(level, root));
        }
    }

    /// The last good version goes on.
    pub(super) fn broken(what: &str, has_earlier: bool) {
        let kept = if has_earlier { "; what was deployed before stays" } else { "" };
        println!("  broken    {what}{kept}");
    }

    pub(super) fn skipped(what: &str, what_to_do: &str) {
        println!("  skipped   {what}: {what_to_do}");
    }

    pub(super) fn made(integration: &str) {
        println!("  made      the integration {integration}, of the provider of that name");
    }

    /// `functions` are names, and what happened to each.
    pub(super) fn deployed(integration: &str, functions: &[(String, String)]) {
        let changed = functions.iter().filter(|(_, change)| change != "unchanged");
        let mut parts: Vec<String> = changed.map(|(name, change)| format!("{name} {change}")).collect();
        let unchanged = functions.len() - parts.len();
        if unchanged > 0 {
            parts.push(format!("{unchanged} unchanged"));
        }
        println!("  deployed  {integration}: {}", parts.join(", "));
    }

    /// The last line of a change.
    pub(super) fn done(self, any: bool, since: Instant, timings: Timings) {
        let took = since.elapsed().as_millis();
        let Timings { build, compile, deploy } = timings;
        let parts = if self.timings {
            format!(" (build {} ms, compile {} ms, deploy {} ms)", build.as_millis(), compile.as_millis(), deploy.as_millis())
        } else {
            String::new()
        };
        let what = if any { "ready    " } else { "unchanged" };
        println!("  {what} after {took} ms{parts}");
    }

    /// A line for each case that failed, and how many did not.
    pub(super) fn tested(rerun: &Rerun) {
        let mut passed = 0;
        for (name, diff) in &rerun.cases {
            let Some(diff) = diff else {
                passed += 1;
                continue;
            };
            println!("  failed    {name}");
            for line in diff.lines() {
                println!("            {line}");
            }
        }
        match rerun.cases.len() {
            0 => println!("  tests     none: `syncline dryrun FUNCTION CONNECTION --save` records one"),
            all => println!("  tests     {passed} of {all} passed in {} ms", rerun.time.as_millis()),
        }
    }

    /// Later than the redeployment that they belong to.
    pub(super) fn types(self, errors: &[Diagnostic], root: &Path) {
        Self::diagnostics("error", errors, root);
        match errors.len() {
            0 if self.timings => println!("  types     agree"),
            0 => {}
            1 => println!("  types     1 error; `syncline deploy` will refuse it"),
            count => println!("  types     {count} errors; `syncline deploy` will refuse them"),
        }
    }
}
