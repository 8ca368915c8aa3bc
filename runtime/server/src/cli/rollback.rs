//! `syncline rollback`: an earlier deployment is put back.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::client::{Call, Client};
use super::deploy::{Answer, Changed, confirm};
use super::remote::Remote;

#[derive(Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    remote: Remote,
    /// Only this integration; without it all go back to what they had behind the deployment
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// The deployment to go back to; without it the one before the last
    #[arg(long, value_name = "DEPLOYMENT")]
    to: Option<String>,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: exit with 6 where something would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Let functions go that were not there then, and models that none saved. Without it a person at the terminal is asked, and a program
    /// refused
    #[arg(long)]
    allow_destructive: bool,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

impl Rollback {
    pub(super) async fn execute(self) -> anyhow::Result<ExitCode> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let to = match &self.to {
            Some(to) => to.clone(),
            None => self.before_the_last(&client).await?,
        };
        let done = match self.send(&client, &to, self.allow_destructive).await {
            Err(error) if !self.allow_destructive => match Changed::of_refusal(&error) {
                Some(changed) => {
                    confirm(&changed, output, error)?;
                    self.send(&client, &to, true).await
                }
                None => Err(error),
            },
            other => other,
        };
        let (text, changed) = done?;
        changed.print(output, &text)?;
        if self.dry_run {
            return Ok(changed.conclude_dry_run(self.exit_code, output)?);
        }
        changed.conclude(output)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn send(&self, client: &Client, to: &str, allow_destructive: bool) -> anyhow::Result<(String, Changed)> {
        let mut body = json!({ "dry_run": self.dry_run, "allow_destructive": allow_destructive });
        if let Some(integration) = &self.integration {
            body["integrations"] = json!([integration]);
        }
        let text = client.text(Call::post(["deployments", to, "rollback"], &body)).await?;
        let answer: Answer = serde_json::from_str(&text).context("the server's answer to the rollback is not understood")?;
        Ok((text, answer.data))
    }

    async fn before_the_last(&self, client: &Client) -> anyhow::Result<String> {
        let call = Call::get(["deployments"]).query_if("integration_id", self.integration.as_ref()).query("limit", 2);
        let list: List = client.json(call).await?;
        match <[Listed; 2]>::try_from(list.data) {
            Ok([_, before]) => Ok(before.id),
            Err(_) => bail!("there is no deployment before the last; `syncline deployments list` shows those that can be put back"),
        }
    }
}
