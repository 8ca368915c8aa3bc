//! `syncline providers`: the catalogue.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::remote::Remote;

mod check;
mod count;
mod docs;
mod import;
mod list;
mod schema;
mod show;
mod source;

use source::Source;

/// The catalogue of providers
///
/// Reads the catalogue that is built into this program, with your own entries over it: no server is needed to pick a provider.
/// With --remote, `list`, `search` and `show` ask a server, whose version and whose own entries may be others.
#[derive(Args)]
pub(super) struct Providers {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    source: Source,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All providers
    List {
        #[command(flatten)]
        narrowed: list::Narrowed,
    },
    /// Providers by name, category or auth mode; the best fit first
    Search {
        /// What it is called, or words such as `crm oauth2`. Case and punctuation do not count
        #[arg(required = true, num_args = 1..)]
        words: Vec<String>,
        #[command(flatten)]
        narrowed: list::Narrowed,
    },
    /// One provider: what it asks for, where its API is, and how it pages, throttles and notifies
    Show {
        /// Its name in the catalogue
        provider: String,
    },
    /// Check files that describe providers, and show what they would send
    ///
    /// Tells everything that is wrong with each file, as file:line, field and problem. For a good one, prints each request of signing
    /// in and one request of a connection, with placeholders such as <client_secret> where values would stand: compare them with the
    /// provider's documentation. Of a file in the format of Nango's providers.yaml, tells which providers are refused and what of the
    /// others is not supported. Nothing is sent and no server is asked. Exits with 1 if any file is wrong.
    Check {
        /// Entries, as YAML; or a providers.yaml
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Write the providers of a file in the format of Nango's providers.yaml as entries of your own
    ///
    /// One file each, for SYNCLINE_PROVIDERS_DIR: entries that you can read, check and change. What is not supported stands as a comment
    /// at the top of each. Exits with 1 if any provider is refused; the others are written.
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where to; made if it is not there. Nothing is written if one of the files is there already
        #[arg(long, value_name = "DIR")]
        output: PathBuf,
    },
    /// How many providers there are of each auth mode, and how complete their entries are
    Count,
    /// Write a reference page for each provider, and an index, as Markdown
    Docs {
        /// Where to; made if it is not there. Pages of the same name are replaced
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// The format of an entry's file, as JSON Schema for editors
    ///
    /// Made from the types that read the files. An editor that knows it completes an entry while it is written, explains each field, and
    /// marks what does not belong there. What a value means, `check` finds.
    Schema(schema::Schema),
}

impl Providers {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let output = self.remote.output();
        match self.command {
            Command::Check { files } => check::execute(&files, output),
            Command::Import { file, output: folder } => import::execute(&file, &folder, output),
            Command::List { narrowed } => list::execute(&self.source, &self.remote, "", &narrowed).await,
            Command::Search { words, narrowed } => list::execute(&self.source, &self.remote, &words.join(" "), &narrowed).await,
            Command::Show { provider } => show::execute(&self.source, &self.remote, &provider).await,
            Command::Count => count::execute(&self.source.catalogue()?, output),
            Command::Schema(schema) => schema.execute(output),
            Command::Docs { folder } => docs::execute(&self.source.catalogue()?, &folder, output),
        }
    }
}
