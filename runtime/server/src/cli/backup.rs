//! `syncline backup` and `syncline restore`: a copy of the SQLite database, and its way back.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use syncline_store::{BackupError, Copied};

use super::output::Output;
use crate::config::{Configuration, Hidden, Settings};

/// Copies the SQLite database as of one moment to a new file. The server may run and goes on. It does not copy the keys: it says which to keep
#[derive(Args)]
pub(super) struct Backup {
    /// The file to make
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Puts a copy made by `syncline backup` in the database's place. The server must be stopped
#[derive(Args)]
pub(super) struct Restore {
    /// The copy
    file: PathBuf,
    /// Where there is a database already, put it aside under another name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// The server's data directory
    #[arg(long, env = "SYNCLINE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The server's database, if it is not syncline.db in the data directory
    #[arg(long, env = "SYNCLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<Hidden>,
    /// The server's TOML file, if it has one
    #[arg(long, env = "SYNCLINE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// One JSON document on stdout, for programs
    #[arg(long)]
    json: bool,
}

impl Place {
    fn configuration(self) -> anyhow::Result<Configuration> {
        let settings = Settings { data_dir: self.data_dir, database_url: self.database_url, config: self.config, ..Settings::default() };
        Ok(Configuration::resolve(settings)?)
    }
}

impl Backup {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let output = Output::new(self.place.json);
        let configuration = self.place.configuration()?;
        let database = path(&configuration, "pg_dump --format=custom --file=FILE DATABASE_URL")?;
        let copied = syncline_store::backup(&database, &self.file).await.map_err(|error| explain(error, "name another file"))?;
        tell(output, &copied, &database, &self.file)?;
        output.note("Without the keys it opens nothing. Keep with it, apart from it if you can:")?;
        let key = configuration.data_dir.join("encryption.key");
        let kept = if key.is_file() { key.display().to_string() } else { "the encryption key of the server's configuration".to_owned() };
        output.note(&format!("  {kept}: without it nothing in the copy can be decrypted"))?;
        for name in ["api-keys.toml", "account.key"] {
            let file = configuration.data_dir.join(name);
            if file.is_file() {
                output.note(&format!("  {}: your callers' keys, of which the copy has only hashes", file.display()))?;
            }
        }
        Ok(())
    }
}

impl Restore {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let output = Output::new(self.place.json);
        let configuration = self.place.configuration()?;
        let database = path(&configuration, "pg_restore --no-owner --dbname=DATABASE_URL FILE")?;
        let restored = syncline_store::restore(&self.file, &database, self.replace)
            .await
            .map_err(|error| explain(error, "`--replace` puts that database aside; nothing is deleted"))?;
        tell(output, &restored, &self.file, &database)?;
        if let Some(aside) = &restored.aside {
            output.note(&format!("The database that was there is {} now.", aside.display()))?;
        }
        Ok(output
            .note("Start the server with the encryption key of the copy. What was acknowledged after the copy was made is not in it.")?)
    }
}

/// The SQLite file. PostgreSQL brings tools of its own, which do it better.
fn path(configuration: &Configuration, instead: &str) -> anyhow::Result<PathBuf> {
    match configuration.database().sqlite_path() {
        Some(path) => Ok(path.to_owned()),
        None => bail!("the database is PostgreSQL, which has its own tools for this: `{instead}`; docs/operations.md shows how"),
    }
}

fn explain(error: BackupError, exists: &str) -> anyhow::Error {
    let hint = match &error {
        BackupError::Exists(_) => Some(exists.to_owned()),
        BackupError::Missing(_) => Some("--data-dir or --database-url says where it is".to_owned()),
        BackupError::Damaged { .. } => Some("take another copy".to_owned()),
        _ => None,
    };
    match hint {
        Some(hint) => anyhow::anyhow!("{error}; {hint}"),
        None => error.into(),
    }
}

fn tell(output: Output, copied: &Copied, from: &Path, to: &Path) -> anyhow::Result<()> {
    let aside = copied.aside.as_ref().map(|path| path.display().to_string());
    let document = json!({
        "from": from.display().to_string(), "to": to.display().to_string(), "size_bytes": copied.size_bytes, "schema": copied.schema, "aside": aside,
    });
    output.document(&document.to_string()).context("stdout cannot be written")?;
    Ok(output.note(&format!("Copied {} to {}: {} bytes, whole, on disk.", from.display(), to.display(), copied.size_bytes))?)
}
