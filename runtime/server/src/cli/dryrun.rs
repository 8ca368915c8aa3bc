//! `syncline dryrun`: one function on a real connection, with nothing kept.

mod changes;
mod gate;
mod provider;
mod save;
mod server;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};
use syncline_dryrun::{Function, Journal, Member, Outcome, Project, Setting, Tape};
use syncline_providers::Catalogue;
use syncline_worker::contract;

use super::build::Toolchain;
use super::exit::FUNCTION_FAILED;
use super::remote::Remote;
use super::{input, local};
use crate::config::ConfigError;
use gate::{Gate, Reading};
use server::Server;

/// Builds the project and runs a function here, on a connection of the server: its provider requests go through the server's proxy, so that
/// credentials stay there, and reads of records are real. Nothing is kept: records, deletes, checkpoint, metadata, locks and triggered syncs are
/// only shown. Requests that write are refused, unless a recording of the function has the answer or a flag allows them.
#[derive(Args)]
#[command(
    after_help = "A request writes unless it is GET or HEAD. A POST that only reads, such as GraphQL or a search, is let through by \
                        --read POST:/graphql. An action that the function triggers runs here too where it is in the project; any other \
                        is refused without --allow-writes."
)]
pub(super) struct DryRun {
    #[command(flatten)]
    remote: Remote,
    /// The function's name
    function: String,
    /// The connection's id
    connection: String,
    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// The integration's key on the server; by default the one that the function is for
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// An action's input as JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// Metadata instead of the connection's own, as JSON or @FILE
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// A checkpoint instead of the one that the server keeps, as JSON or @FILE; null begins anew
    #[arg(long, value_name = "JSON")]
    checkpoint: Option<String>,
    /// When the last successful run started, instead of what the server knows: 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    last_sync_date: Option<String>,
    /// A variant of the sync
    #[arg(long, default_value = syncline_domain::Variant::BASE)]
    variant: String,
    /// Fail where metadata or checkpoint do not match their schemas, too; input, records and output must match in any case
    #[arg(long)]
    validate: bool,
    /// Call the sync's onWebhook with this webhook, as JSON or @FILE
    #[arg(long, value_name = "JSON", conflicts_with = "input")]
    webhook: Option<String>,
    /// Send requests that write, and run actions of other projects: for real
    #[arg(long)]
    allow_writes: bool,
    /// A request that only reads though its method writes, as METHOD:PATH; `*` stands for any text
    #[arg(long, value_name = "METHOD:PATH")]
    read: Vec<Reading>,
    /// Record the run in the integration's tests folder; called after the function unless a name is given
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    save: Option<String>,
    /// With --save: replace a recording of that name
    #[arg(long, requires = "save")]
    force: bool,
    /// Let plain requests of the function (uncontrolledFetch) reach this machine and private networks
    #[arg(long, env = "SYNCLINE_ALLOW_PRIVATE_NETWORK", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "BOOL", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set)]
    allow_private_network: bool,
    #[command(flatten)]
    toolchain: Toolchain,
}

/// The function to run and where it is from.
struct Found {
    member: Arc<Member>,
    function: Arc<Function>,
    /// `tests/` is in there.
    folder: PathBuf,
}

impl DryRun {
    pub(super) async fn execute(self) -> anyhow::Result<ExitCode> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let root = self.project.canonicalize().map_err(|error| ConfigError::new(format!("{}: {error}", self.project.display())))?;
        let mut project = Project::new(local::engine(&root)?);
        let found = self.find(&mut project, &root).await?;
        let project = Arc::new(project);
        let save = self.save.as_deref().map(|name| save::target(name, &found, self.force)).transpose()?;
        let input = self.given_input(&found)?;

        let journal = Arc::new(Journal::heard_by(show::listener(output)));
        let tape = Arc::new(Tape::default());
        let gate = Gate::new(self.allow_writes, self.read.clone(), &found.folder, &found.function, &found.member);
        let integration = self.integration.clone().unwrap_or_else(|| found.member.integration.clone());
        let hosts = syncline_outbound::EgressPolicy { allow_private_network: self.allow_private_network };
        let server = Server::open(
            server::Options {
                client,
                integration: integration.clone(),
                connection: self.connection.clone(),
                variant: self.variant.clone(),
                policy: hosts,
            },
            gate,
            Arc::clone(&tape),
            Arc::clone(&journal),
        )
        .await?;
        let own = server.beginning(&found.function).await?;
        let metadata = given(self.metadata.as_deref())?.unwrap_or_else(|| own.metadata.clone());
        let checkpoint = match given(self.checkpoint.as_deref())? {
            Some(given) => Some(given).filter(|text| text != "null"),
            None => own.checkpoint,
        };
        let schemas = &found.function.definition;
        self.check("metadata", schemas.metadata.as_deref(), Some(&metadata))?;
        let trigger = if self.webhook.is_some() { "webhook" } else { "api" };
        let setting = Setting {
            member: Arc::clone(&found.member),
            function: Arc::clone(&found.function),
            integration,
            environment: self.remote.environment_name().to_owned(),
            provider: server.provider().to_owned(),
            connection: self.connection.clone(),
            variant: self.variant.clone(),
            last_success_at: self.last_sync_date.clone().or(own.last_success_at),
            trigger: trigger.to_owned(),
            input: input.clone(),
            metadata,
            checkpoint,
            entry: server.entry(),
            further_hosts: Vec::new(),
            throws: true,
            redactor: server.redactor(),
            world: Arc::clone(&server) as Arc<dyn syncline_dryrun::World>,
            journal,
            depth: 0,
        };
        let last_success_at = setting.last_success_at.clone();
        let outcome = project.run(setting).await;
        let checked = self.check("checkpoint", schemas.checkpoint.as_deref(), outcome.checkpoint.as_deref());
        let saved = match (&save, &outcome.result, &checked) {
            (Some(target), Ok(_), Ok(())) => {
                let title = syncline_dryrun::Title {
                    kind: schemas.kind,
                    trigger: trigger.to_owned(),
                    input,
                    last_success_at,
                    connection: server.recorded_connection(),
                };
                let text = tape.recording(&title, &outcome, server.secrets());
                Some(save::write(target, &text, &project, &found, &Catalogue::embedded()).await)
            }
            _ => None,
        };
        self.print(output, &found, &outcome, saved.as_ref())?;
        checked?;
        if let Some(Err(problem)) = saved {
            return Err(problem);
        }
        if let Err(error) = &outcome.result {
            show::failed(&self.function, error);
            if save.is_some() {
                eprintln!("  nothing was saved: a run that failed is no recording");
            }
            return Ok(ExitCode::from(FUNCTION_FAILED));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Builds the project, loads all of it, and finds the function in it.
    async fn find(&self, project: &mut Project, root: &Path) -> anyhow::Result<Found> {
        let (mut found, mut known) = (Vec::new(), Vec::new());
        for (folder, member) in local::load(project, root, &self.toolchain).await? {
            known.extend(member.functions.iter().map(|function| format!("{}/{}", member.integration, function.definition.name)));
            if let Some(function) = member.function(&self.function) {
                found.push(Found { member, function, folder });
            }
        }
        if found.len() > 1
            && let Some(key) = &self.integration
        {
            found.retain(|found| found.member.integration == *key);
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => bail!("the project has no function `{}`; it has {}", self.function, known.join(", ")),
            _ => {
                let places: Vec<&str> = found.iter().map(|found| found.member.integration.as_str()).collect();
                bail!("several integrations have a function `{}`: {}; name one with --integration", self.function, places.join(", "))
            }
        }
    }

    fn given_input(&self, found: &Found) -> anyhow::Result<String> {
        let kind = found.function.definition.kind;
        let is_sync = kind == syncline_domain::FunctionKind::Sync;
        if self.webhook.is_some() && !is_sync {
            bail!("`{}` is an {kind}, and --webhook is for syncs: their onWebhook is called with it", self.function, kind = kind.as_str());
        }
        if self.input.is_some() && is_sync {
            bail!("`{}` is a sync, and syncs take no input; give it metadata with --metadata instead", self.function);
        }
        Ok(given(self.webhook.as_deref().or(self.input.as_deref()))?.unwrap_or_else(|| "null".to_owned()))
    }

    /// Against what the function says of itself; a warning unless --validate is given, because no live run checks it.
    fn check(&self, what: &str, schema: Option<&serde_json::value::RawValue>, json: Option<&str>) -> anyhow::Result<()> {
        let (Some(schema), Some(json)) = (schema, json) else { return Ok(()) };
        let problem = contract::compile(schema.get()).and_then(|schema| contract::check(&schema, json)).err();
        match problem {
            Some(problem) if self.validate => bail!("the {what} does not match its schema: {problem}"),
            Some(problem) => eprintln!("warning: the {what} does not match its schema: {problem}"),
            None => {}
        }
        Ok(())
    }

    fn print(
        &self,
        output: super::output::Output,
        found: &Found,
        outcome: &Outcome,
        saved: Option<&anyhow::Result<PathBuf>>,
    ) -> anyhow::Result<()> {
        let changes = changes::of(outcome);
        if !output.is_json() {
            return Ok(output.note(&show::text(
                found.function.definition.kind,
                outcome,
                &changes,
                saved.and_then(|saved| saved.as_ref().ok()),
            ))?);
        }
        let mut document = json!({
            "function": self.function,
            "kind": found.function.definition.kind,
            "integration": found.member.integration,
            "connection": self.connection,
        });
        document["savedAs"] = saved.and_then(|saved| saved.as_ref().ok()).map_or(Value::Null, |path| path.display().to_string().into());
        Ok(output.document(&show::document(document, outcome, &changes))?)
    }
}

/// JSON text of an argument.
fn given(argument: Option<&str>) -> anyhow::Result<Option<String>> {
    Ok(argument.map(input::read).transpose()?.map(|json| json.get().to_owned()))
}
