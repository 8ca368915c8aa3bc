//! `syncline webhooks`: where your backend hears of its connections.

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Subcommand};
use serde_json::{Map, Value};

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
    /// Where webhooks go, and of what they tell
    Show,
    /// Change where they go or of what they tell; what is not given stays
    Set(Changes),
    /// Make a new signing key and print it, once. Webhooks are signed with it at once, so update your backend right after
    RotateKey,
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
            ];
            Ok(output.fields(text, &fields)?)
        };
        match self.command {
            Command::Show => show(&client.text(Call::get(["environment", "webhooks"])).await?)?,
            Command::Set(changes) => show(&client.text(Call::patch(["environment", "webhooks"], &changes.body())).await?)?,
            Command::RotateKey => {
                let call = Call::post(["environment", "webhook-signing-key", "rotate"], &Map::new());
                let text = client.text(call).await?;
                let answer: Value = serde_json::from_str(&text)?;
                output.fields(&text, &[("signing key", cell(&answer["data"]["webhook_signing_key"]))])?;
                output.note("It is not shown again. Every webhook is signed with it from now on.")?;
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
        ];
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
