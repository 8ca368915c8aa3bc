//! `syncline create`: one more function of a project in TypeScript, with its import.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::build;
use crate::config::ConfigError;

#[derive(Args)]
pub(super) struct Create {
    /// What kind of function
    #[arg(value_enum, value_name = "KIND")]
    kind: Kind,
    /// The key of the integration that it is for; the folder's name
    #[arg(value_parser = name)]
    integration: String,
    /// The function's name; the file's name
    #[arg(value_parser = name)]
    name: String,
    /// The project
    #[arg(long, default_value = ".", value_name = "DIR")]
    folder: PathBuf,
}

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    /// Keeps records fresh
    Sync,
    /// Does one thing for a caller
    Action,
    /// Reacts to a connection's life
    OnEvent,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Sync => "syncs",
            Self::Action => "actions",
            Self::OnEvent => "on-events",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Sync => include_str!("create/templates/sync.ts"),
            Self::Action => include_str!("create/templates/action.ts"),
            Self::OnEvent => include_str!("create/templates/on-event.ts"),
        }
    }
}

impl Create {
    pub(super) fn execute(&self) -> anyhow::Result<()> {
        let Self { kind, integration, name, folder } = self;
        if !build::has_typescript(folder) {
            let problem = format!(
                "{} is no project in TypeScript; `syncline init` makes one. A function in Rust is one more `fn` in its crate, named in \
                 component!(...)",
                folder.display()
            );
            return Err(ConfigError::new(problem).into());
        }
        let path = format!("{integration}/{}/{name}", kind.folder());
        let file = folder.join(format!("{path}.ts"));
        if file.symlink_metadata().is_ok() {
            return Err(ConfigError::new(format!("{} is there already, and nothing is overwritten", file.display())).into());
        }
        let parent = file.parent().expect("a file lies in a folder");
        let written =
            std::fs::create_dir_all(parent).and_then(|()| std::fs::File::create_new(&file)?.write_all(kind.template().as_bytes()));
        written.with_context(|| format!("{} cannot be written", file.display()))?;
        println!("{path}.ts");
        // Without the file, every function in the folders counts.
        let index = folder.join("index.ts");
        if index.is_file() {
            import(&index, &path).with_context(|| format!("{} cannot be written", index.display()))?;
            println!("index.ts imports it");
        }
        Ok(())
    }
}

fn import(index: &Path, path: &str) -> std::io::Result<()> {
    let mut text = std::fs::read_to_string(index)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    std::fs::write(index, format!("{text}import './{path}.js';\n"))
}

/// Of a file or a folder, and in an import.
fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(fits) && text.len() <= 255 {
        return Ok(text.to_owned());
    }
    Err("a name has letters, digits, `-` and `_`, at most 255".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_comes_with_its_import_and_overwrites_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let index = dir.path().join("index.ts");
        let create =
            Create { kind: Kind::OnEvent, integration: "github".to_owned(), name: "welcome".to_owned(), folder: dir.path().to_owned() };
        assert!(create.execute().unwrap_err().to_string().contains("no project in TypeScript"));
        std::fs::write(&index, "import './github/syncs/stars.js';").unwrap();
        create.execute().unwrap();
        assert_eq!(
            std::fs::read_to_string(&index).unwrap(),
            "import './github/syncs/stars.js';\nimport './github/on-events/welcome.js';\n"
        );
        assert!(std::fs::read_to_string(dir.path().join("github/on-events/welcome.ts")).unwrap().contains("createOnEvent"));
        assert!(create.execute().unwrap_err().to_string().contains("there already"));
        assert!(name("../x").is_err() && name("a b").is_err() && name("").is_err());
    }
}
