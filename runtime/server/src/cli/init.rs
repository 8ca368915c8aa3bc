//! `syncline init`: a first project that builds, is tested and deployed as it stands.

mod npm;
mod template;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{build, project};
use crate::config::ConfigError;

#[derive(Args)]
pub(super) struct Init {
    /// Where; made if it is missing
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// What to write the functions in; asked for on a terminal, else TypeScript
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// The key of the integration that the functions are for; they call GitHub
    #[arg(long, default_value = "github", value_name = "KEY", value_parser = integration)]
    integration: String,
    /// Where some of the files are there already, write the others. Nothing is ever overwritten
    #[arg(long)]
    force: bool,
    /// Do not fetch zod with npm (TypeScript)
    #[arg(long)]
    no_install: bool,
}

/// What functions are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Language {
    /// Needs Node.js 20 or later with npm
    #[value(name = "typescript", alias = "ts")]
    TypeScript,
    /// Needs rustup
    Rust,
}

impl Init {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let language = match self.language {
            Some(language) => language,
            None => asked()?.unwrap_or(Language::TypeScript),
        };
        let files = template::files(language, &self.integration, &package_name(&self.folder));
        let kept = write(&self.folder, &files, self.force)?;
        project::prepare(&self.folder)?;
        println!("A first project in {}:", self.folder.display());
        for (path, _) in &files {
            let note = if kept.contains(&path) { "   (was there, left as it is)" } else { "" };
            println!("  {path}{note}");
        }
        match language {
            Language::Rust => project::refresh_sdk(&self.folder)?,
            Language::TypeScript => {
                build::write_types(&self.folder)?;
                if !self.no_install {
                    npm::install(&self.folder).await;
                }
            }
        }
        println!("\nNext{}:", inside(&self.folder));
        println!("  syncline test      replays the recordings in the sandbox, without a network");
        println!("  syncline dev       a server on this machine, which builds and deploys whatever you save");
        println!("  syncline deploy    to the server that SYNCLINE_SERVER and SYNCLINE_SECRET_KEY_DEV name");
        Ok(())
    }
}

/// Only where a person is there to answer.
fn asked() -> anyhow::Result<Option<Language>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    loop {
        eprint!("TypeScript or Rust? [T/r] ");
        std::io::stderr().flush()?;
        let mut line = String::new();
        if std::io::stdin().read_line(&mut line).context("no answer could be read")? == 0 {
            return Ok(None);
        }
        match line.trim().to_lowercase().as_str() {
            "" | "t" | "ts" | "typescript" => return Ok(Some(Language::TypeScript)),
            "r" | "rs" | "rust" => return Ok(Some(Language::Rust)),
            _ => {}
        }
    }
}

/// Writes what is missing, and returns what was there. Without `force`, anything that was there refuses everything.
fn write<'a>(folder: &Path, files: &'a [(String, String)], force: bool) -> anyhow::Result<Vec<&'a String>> {
    let there: Vec<&String> = files.iter().map(|(path, _)| path).filter(|path| folder.join(path).symlink_metadata().is_ok()).collect();
    if !there.is_empty() && !force {
        let names = there.iter().map(|path| path.as_str()).collect::<Vec<_>>().join(", ");
        let problem = format!(
            "{} has {names} already, and nothing is overwritten; name another folder (`syncline init DIR`), or write the files that are \
             missing with --force. A project that is there already needs no init: `syncline build` takes it as it is",
            folder.display()
        );
        return Err(ConfigError::new(problem).into());
    }
    for (path, text) in files.iter().filter(|(path, _)| !there.contains(&path)) {
        let file = folder.join(path);
        let parent = file.parent().expect("a file lies in a folder");
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::File::create_new(&file)?.write_all(text.as_bytes()));
        written.with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(there)
}

fn inside(folder: &Path) -> String {
    if folder == Path::new(".") { String::new() } else { format!(" (cd {})", folder.display()) }
}

/// The folder's name, as npm and cargo take it.
fn package_name(folder: &Path) -> String {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = full.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.trim_matches('-');
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        Some(_) => format!("functions-{name}"),
        None => "functions".to_owned(),
    }
}

/// Also the name of a folder.
fn integration(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.is_empty() && text.chars().all(fits) && !text.starts_with('.') {
        return Ok(text.to_owned());
    }
    Err("an integration's key has letters, digits, `-` and `_`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("README.md"), "mine").unwrap();
        let files = template::files(Language::Rust, "github", "x");
        let refused = write(dir.path(), &files, false).unwrap_err().to_string();
        assert!(refused.contains("README.md") && refused.contains("--force"), "{refused}");
        assert!(!dir.path().join("Cargo.toml").exists(), "all or nothing");
        assert_eq!(write(dir.path(), &files, true).unwrap(), ["README.md"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("README.md")).unwrap(), "mine");
        assert!(dir.path().join("src/lib.rs").exists());
    }

    #[test]
    fn a_folders_name_becomes_a_packages() {
        assert_eq!(package_name(Path::new("/x/My Stars!")), "my-stars");
        assert_eq!(package_name(Path::new("/x/2026")), "functions-2026");
        assert_eq!(package_name(Path::new("/")), "functions");
    }
}
