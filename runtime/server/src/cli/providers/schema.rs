//! `syncline providers schema`: the format of an entry's file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;
use syncline_providers::{format_page, schema};

use crate::cli::output::Output;

#[derive(Args)]
pub(super) struct Schema {
    /// Write it here instead of to stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A page for people instead: every block with its fields, as Markdown
    #[arg(long)]
    markdown: bool,
}

impl Schema {
    pub(super) fn execute(&self, output: Output) -> anyhow::Result<()> {
        let text = if self.markdown { format_page() } else { format!("{:#}\n", schema()) };
        match (&self.output, self.markdown) {
            (Some(file), _) => self.write(file, &text, output)?,
            // Nobody asks for the schema but programs.
            (None, false) => Output::new(true).document(&text)?,
            (None, true) => {
                output.note(text.trim_end())?;
                output.document(&json!({ "markdown": text }).to_string())?;
            }
        }
        Ok(())
    }

    fn write(&self, file: &Path, text: &str, output: Output) -> anyhow::Result<()> {
        fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))?;
        let told = if self.markdown {
            format!("The format is described in {}.", file.display())
        } else {
            format!(
                "The schema is in {0}. Begin an entry with this line, with the path as seen from the entry, and editors with a YAML language server \
                 complete and check it:\n\n# yaml-language-server: $schema={0}",
                file.display()
            )
        };
        output.note(&told)?;
        Ok(output.document(&json!({ "file": file }).to_string())?)
    }
}
