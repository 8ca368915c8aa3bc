//! `syncline webhooks`: where your backend hears of its connections, syncs and actions, whether it heard, and what providers told.

mod deliveries;
mod endpoints;
mod incoming;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Subcommand};
use serde_json::{Map, Value};

use self::deliveries::Deliveries;
use self::endpoints::Endpoints;
use super::client::Call;
use super::output::cell;
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Webhooks {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What providers told: list, show, replay
    #[command(subcommand)]
    Incoming(incoming::Incoming),
    /// Where webhooks go, and of what they tell
    Show,
    /// Change where they go or of what they tell; what is not given stays
    Set(Changes),
    /// Make a new signing key and print it, once. The key before signs beside it for a day
    RotateKey {
        /// For so many hours the key before signs as well; 0 ends it at once, as for a key that got out
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=720))]
        overlap_hours: u32,
    },
    /// What became of webhooks, and sending them again
    #[command(subcommand)]
    Deliveries(Deliveries),
    /// The addresses that webhooks go to: which are tried, and which are left alone
    #[command(subcommand)]
    Endpoints(Endpoints),
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Your backend's address; "" for none
    #[arg(long, value_name = "URL")]
    primary_url: Option<String>,
    /// A second one, which hears the same; "" for none
    #[arg(long, value_name = "URL")]
    secondary_url: Option<String>,
    /// Whether to tell when a connection is made or connected again
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    on_auth_creation: Option<bool>,
    /// Whether to tell when a connection's credentials cannot be refreshed
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    on_auth_refresh_error: Option<bool>,
    /// Whether to tell when an asynchronous action has ended
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    on_async_action_completion: Option<bool>,
    /// Whether to tell when a sync has ended that changed nothing; changes are always told
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    on_sync_completion_always: Option<bool>,
    /// Whether to tell when a sync has failed
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    on_sync_error: Option<bool>,
}

impl Webhooks {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let show = |text: &str| -> anyhow::Result<()> {
            let answer: Value = serde_json::from_str(text)?;
            let settings = &answer["data"];
            let fields = [
                ("primary URL", cell(&settings["primary_url"])),
                ("secondary URL", cell(&settings["secondary_url"])),
                ("on a new connection", cell(&settings["on_auth_creation"])),
                ("on a failed refresh", cell(&settings["on_auth_refresh_error"])),
                ("on an asynchronous action's end", cell(&settings["on_async_action_completion"])),
                ("on a sync without changes", cell(&settings["on_sync_completion_always"])),
                ("on a failed sync", cell(&settings["on_sync_error"])),
            ];
            Ok(output.fields(text, &fields)?)
        };
        match self.command {
            Command::Incoming(command) => command.execute(&client, &output).await?,
            Command::Show => show(&client.text(Call::get(["environment", "webhooks"])).await?)?,
            Command::Set(changes) => show(&client.text(Call::patch(["environment", "webhooks"], &changes.body())).await?)?,
            Command::Deliveries(command) => command.execute(&client, output).await?,
            Command::Endpoints(command) => command.execute(&client, output).await?,
            Command::RotateKey { overlap_hours } => {
                let body = Map::from_iter([("overlap_hours".to_owned(), overlap_hours.into())]);
                let call = Call::post(["environment", "webhook-signing-key", "rotate"], &body);
                let text = client.text(call).await?;
                let answer: Value = serde_json::from_str(&text)?;
                output.fields(&text, &[("signing key", cell(&answer["data"]["webhook_signing_key"]))])?;
                let until = &answer["data"]["previous_key_valid_until"];
                let overlap = until.as_str().map(|until| format!(" The key before signs as well until {until}.")).unwrap_or_default();
                output.note(&format!("It is not shown again. Every webhook is signed with it from now on.{overlap}"))?;
            }
        }
        Ok(())
    }
}

impl Changes {
    fn body(self) -> Map<String, Value> {
        let url = |url: String| if url.is_empty() { Value::Null } else { url.into() };
        let given = [
            ("primary_url", self.primary_url.map(url)),
            ("secondary_url", self.secondary_url.map(url)),
            ("on_auth_creation", self.on_auth_creation.map(Value::from)),
            ("on_auth_refresh_error", self.on_auth_refresh_error.map(Value::from)),
            ("on_async_action_completion", self.on_async_action_completion.map(Value::from)),
            ("on_sync_completion_always", self.on_sync_completion_always.map(Value::from)),
            ("on_sync_error", self.on_sync_error.map(Value::from)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
