//! `syncline rollback`: an earlier deployment is put back.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::client::{Call, Client};
use super::deploy::{Answer, Changed, Consent};
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
    #[command(flatten)]
    consent: Consent,
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
        self.consent.send(output, async |allow_destructive| self.send(&client, &to, allow_destructive).await).await
    }

    async fn send(&self, client: &Client, to: &str, allow_destructive: bool) -> anyhow::Result<(String, Changed)> {
        let mut body = json!({ "dry_run": self.consent.dry_run, "allow_destructive": allow_destructive });
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
