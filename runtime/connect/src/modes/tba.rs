//! `TBA`: NetSuite's tokens, which sign requests (see `outbound`) and do not end.

use serde_json::{Map, Value, json};
use syncline_domain::{AuthMode, Credentials, Exchanged, Secret};

use crate::setting::Setting;
use crate::supplied::input;
use crate::{Grant, ModeError, supplied};

const OWN_ID: &str = "oauth_client_id_override";
const OWN_SECRET: &str = "oauth_client_secret_override";

pub(crate) fn exchange(setting: &Setting<'_>, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let mut supplied = supplied::read(setting, given, &[OWN_ID, OWN_SECRET])?;
    let is_named = setting.connection_config.get("accountId").and_then(Value::as_str).is_some_and(|account| !account.is_empty());
    if !is_named {
        return Err(input("accountId", "is missing: name the account in the connection config".to_owned()));
    }
    let own = match (supplied.remove(OWN_ID), supplied.remove(OWN_SECRET)) {
        (None, None) => setting.client.own().map(|own| Value::Object(own.clone())),
        (Some(id), Some(secret)) => Some(json!({ "client_id": id.expose(), "client_secret": secret.expose() })),
        // A client never goes with the secret of another.
        (Some(_), None) => return Err(input(OWN_SECRET, format!("is missing: `{OWN_ID}` needs it"))),
        (None, Some(_)) => return Err(input(OWN_ID, format!("is missing: `{OWN_SECRET}` needs it"))),
    };
    if let Some(own) = own {
        supplied.insert("config_override".to_owned(), Secret::new(own.to_string()));
    } else {
        setting.client.require("client_id")?;
        setting.client.require("client_secret")?;
    }
    Ok(Grant::new(Credentials::Exchanged(Exchanged { mode: AuthMode::Tba, supplied, obtained: None })))
}
