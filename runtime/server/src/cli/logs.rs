//! `syncline logs`: what the server did, and what runs said.

mod find;
mod line;
mod show;
mod tail;

use clap::{Args, Subcommand};

pub(super) use line::after;

use super::remote::Remote;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(super) struct Logs {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Option<Command>,
    /// A run's id: prints its log
    run: Option<String>,
    /// Only lines after this sequence number
    #[arg(long, default_value_t = 0)]
    after: i64,
}

#[derive(Subcommand)]
enum Command {
    /// The latest operations: runs, proxied requests, authorizations, webhooks, deployments
    Tail {
        #[command(flatten)]
        filter: find::Filter,
        /// Go on with what comes, until Ctrl-C
        #[arg(long, short)]
        follow: bool,
    },
    /// Operations whose summary or messages hold a text
    Search {
        /// In any case
        text: String,
        #[command(flatten)]
        filter: find::Filter,
    },
    /// One operation with its messages
    Show {
        /// The operation's id; a run's is one too
        id: String,
    },
}

impl Logs {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        match (self.command, self.run) {
            (Some(Command::Tail { filter, follow: false }), _) => find::print(&client, output, &filter, None).await,
            (Some(Command::Tail { filter, follow: true }), _) => tail::follow(&client, output, &filter).await,
            (Some(Command::Search { text, filter }), _) => find::print(&client, output, &filter, Some(&text)).await,
            (Some(Command::Show { id }), _) => show::print(&client, output, &id).await,
            (None, Some(run)) => line::print(&client, output, &run, self.after).await,
            (None, None) => anyhow::bail!("say what to show: `syncline logs tail`, or `syncline logs RUN` for the log of one run"),
        }
    }
}
