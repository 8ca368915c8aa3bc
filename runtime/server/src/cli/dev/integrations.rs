//! Integrations that the project's functions are for, on a server that begins with none.

use serde::Deserialize;
use serde_json::json;

use crate::cli::client::{Call, Client, ClientError};

#[derive(Deserialize)]
struct List {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    unique_key: String,
}

/// Whether an integration is there to deploy to.
pub(super) enum Presence {
    There,
    Made,
    /// The author has to choose the provider.
    Missing(String),
}

/// Makes the integration where it is missing and the catalogue has a provider of its name.
pub(super) async fn ensure(client: &Client, key: &str) -> anyhow::Result<Presence> {
    let known: List = client.json(Call::get(["integrations"])).await?;
    if known.data.iter().any(|item| item.unique_key == key) {
        return Ok(Presence::There);
    }
    match client.text(Call::post(["integrations"], &json!({ "provider": key, "unique_key": key }))).await {
        Ok(_) => Ok(Presence::Made),
        Err(ClientError::Refused { code, .. }) if code == "unknown_provider" => Ok(Presence::Missing(format!(
            "the catalogue has no provider of that name; `syncline integrations create PROVIDER --key {key}` makes it for another one, \
             then save a file again"
        ))),
        Err(ClientError::Refused { message, .. }) => Ok(Presence::Missing(format!("the integration cannot be made: {message}"))),
        Err(error) => Err(error.into()),
    }
}
