//! The command line: what can be asked, and which file answers.
//!
//! Everything but `serve`, `dev`, `demo`, `init`, `create`, `build`, `test`, `openapi`, `backup` and `restore` talks to a running server over its public HTTP API, as any
//! other client does.

mod account;
mod api_keys;
mod backup;
pub(crate) mod build;
pub mod client;
mod connections;
mod create;
pub(crate) mod deploy;
mod deployments;
mod dev;
mod dryrun;
mod environments;
mod exit;
mod functions;
mod init;
mod input;
mod integrations;
mod jobs;
mod keys;
mod local;
mod logs;
mod openapi;
pub(crate) mod output;
mod project;
mod providers;
pub(crate) mod records;
mod remote;
mod rollback;
mod run;
pub(crate) mod runs;
mod serve;
mod test;
mod webhooks;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::demo;

/// A self-hosted integration runtime: syncs and actions as WebAssembly components, records in a cache, one binary.
#[derive(Parser)]
#[command(name = "syncline", version, propagate_version = true, after_help = exit::HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, scheduler and workers
    Serve(Box<serve::Serve>),
    /// Make a first project, with functions, recordings and tests, in TypeScript or Rust
    Init(init::Init),
    /// One more function of a TypeScript project, with its import in index.ts
    Create(create::Create),
    /// A server on this machine that builds, deploys and tests the project's functions whenever a file is saved
    Dev(Box<dev::Dev>),
    /// Build functions, of a project in TypeScript, a crate, or a folder of both, to components
    Build(build::Build),
    /// Build and deploy functions: a project in TypeScript, a crate, a folder of both, or a .wasm file
    Deploy(deploy::Deploy),
    /// What was deployed when, and by whom
    Deployments(deployments::Deployments),
    /// Put an earlier deployment back
    Rollback(rollback::Rollback),
    /// Run a function on a real connection and keep nothing; --save records it
    #[command(name = "dryrun")]
    DryRun(Box<dryrun::DryRun>),
    /// Replay every recording of a project, without a network
    Test(test::Test),
    /// A tour on a stand-in provider: deploy, connect, sync, read, change, sync again. Needs no network
    Demo(demo::Demo),
    /// Call an action, or run a sync and follow it to its end
    Run(run::Run),
    /// Deployed functions
    Functions(functions::Functions),
    /// Integrations: one configuration for one provider
    Integrations(integrations::Integrations),
    /// Connections: one user's authorization of an integration
    Connections(connections::Connections),
    /// Webhooks: how your backend hears of its connections, and what providers told
    Webhooks(webhooks::Webhooks),
    /// Records that syncs keep
    Records(records::Records),
    /// Executions of functions
    Runs(runs::Runs),
    /// Jobs that were given up: why, and trying them again
    Jobs(jobs::Jobs),
    /// What the server did, and what a run said: `logs tail`, `logs RUN`
    Logs(logs::Logs),
    /// Environments: dev, prod and others, with data and keys of their own
    Environments(environments::Environments),
    /// API keys of environments, with scopes
    ApiKeys(api_keys::ApiKeys),
    /// The keys of encryption at rest: status, rotation, change
    Keys(keys::Keys),
    /// Copy the SQLite database to a file while the server runs
    Backup(backup::Backup),
    /// Put such a copy in the database's place
    Restore(backup::Restore),
    /// The catalogue of providers
    Providers(providers::Providers),
    /// Print the description of the HTTP API, OpenAPI 3.1, of this version
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Read a component on stdin and write its compiled code to stdout, within limits. The server starts itself so
    #[command(hide = true)]
    CompileComponent,
    /// Run components for the server whose socket is stdin, without any rights. The server starts itself so
    #[command(hide = true)]
    ExecuteComponents {
        /// Give the rights up, try this instead of serving, and say how it went: `open:/etc/passwd`, `connect:127.0.0.1:80`, ...
        #[arg(long = "attempt", value_name = "WHAT")]
        attempts: Vec<String>,
    },
}

/// Does what the arguments of this process ask.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::CompileComponent) {
        return syncline_engine::compile_child_main();
    }
    if let Command::ExecuteComponents { attempts } = &cli.command {
        return syncline_wall::execute_components_main(attempts);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::Error::new(error).context("the async runtime could not be started")),
    };
    match runtime.block_on(cli.command.execute()) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}

impl Command {
    async fn execute(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(command) => command.execute().await?,
            Self::Init(command) => command.execute().await?,
            Self::Create(command) => command.execute()?,
            Self::Dev(command) => command.execute().await?,
            Self::Build(command) => command.execute().await?,
            Self::Deploy(command) => return command.execute().await,
            Self::Deployments(command) => command.execute().await?,
            Self::Rollback(command) => return command.execute().await,
            Self::DryRun(command) => return command.execute().await,
            Self::Test(command) => return command.execute().await,
            Self::Demo(command) => return command.execute().await,
            Self::Run(command) => return command.execute().await,
            Self::Functions(command) => command.execute().await?,
            Self::Integrations(command) => command.execute().await?,
            Self::Connections(command) => command.execute().await?,
            Self::Webhooks(command) => command.execute().await?,
            Self::Records(command) => command.execute().await?,
            Self::Runs(command) => command.execute().await?,
            Self::Jobs(command) => command.execute().await?,
            Self::Logs(command) => command.execute().await?,
            Self::Environments(command) => command.execute().await?,
            Self::ApiKeys(command) => command.execute().await?,
            Self::Keys(command) => command.execute().await?,
            Self::Backup(command) => command.execute().await?,
            Self::Restore(command) => command.execute().await?,
            Self::Providers(command) => command.execute().await?,
            Self::OpenApi(openapi::OpenApi {}) => openapi::print()?,
            Self::CompileComponent | Self::ExecuteComponents { .. } => unreachable!("handled before the runtime starts"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Not the terminal's, so that the snapshots are the same everywhere.
    const WIDTH: usize = 100;

    #[test]
    fn every_argument_of_every_command_is_consistent_and_documented() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "`{}` says nothing of itself", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "`{} {}` is not documented", command.get_name(), argument.get_id());
            }
            command.get_subcommands().filter(|command| command.get_name() != "help").for_each(check);
        }
        let mut command = Cli::command();
        command.build();
        check(&command);
        command.debug_assert();
    }

    #[test]
    fn serve_help_shows_every_setting() {
        let mut command = Cli::command().term_width(WIDTH);
        let serve = command.find_subcommand_mut("serve").unwrap();
        insta::assert_snapshot!(serve.render_long_help().to_string());
    }

    #[test]
    fn the_help_of_the_accounts_commands_shows_what_they_need() {
        let mut help = String::new();
        for (group, command) in [("environments", "create"), ("environments", "delete"), ("api-keys", "create"), ("api-keys", "delete")] {
            let mut all = Cli::command().term_width(WIDTH);
            all.build();
            let group = all.find_subcommand_mut(group).unwrap();
            help.push_str(&group.find_subcommand_mut(command).unwrap().render_help().to_string());
            help.push('\n');
        }
        insta::assert_snapshot!(help);
    }

    #[test]
    fn the_first_help_names_every_command_and_exit_code() {
        insta::assert_snapshot!(Cli::command().term_width(WIDTH).render_long_help().to_string());
    }
}
